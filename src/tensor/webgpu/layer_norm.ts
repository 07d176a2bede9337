/**
 * Layer norm: some threads go through a row together, for its mean, for the squares around that, and for the result;
 * backward likewise. The gradients of gamma and beta are sums over rows.
 *
 * @module
 */
import { count, type Gradients, replaceKernel, runKernel, tensorOf } from "../registry.ts";
import * as tf from "../tf.ts";
import { bufferOf, dispatch, foldedGrid, output } from "./dispatch.ts";
import { sumRows, type Terms } from "./row_sums.ts";
import { declare, type Width, widthOf } from "./wgsl.ts";

const NAME = "WebgpuLayerNorm";
/** Threads of a row, a power of two, and rows of a workgroup. */
const LANES = 32, ROWS = 4;
/** Floats that are kept of a row, as they may be read by fours: its mean, and one over its deviation. */
const KEPT = 4;

/** Normalises rows `[..., D]`. */
export function runLayerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  return runKernel(NAME, { x, gamma, beta }, { epsilon })[0]!;
}

/** Registers the kernel and its gradient. */
export function registerLayerNorm(): void {
  replaceKernel<"x" | "gamma" | "beta">("webgpu", NAME, () => ({ x, gamma, beta }, { epsilon }) => {
    const { rows, C, width } = sizesOf(x.shape), out = output(x.shape), statistics = output([rows, KEPT]);
    const uniforms = { integers: [C / width, rows], floats: [1 / C, epsilon] };
    const buffers = [x, gamma, beta, out, statistics].map(bufferOf), grid = foldedGrid(Math.ceil(rows / ROWS));
    dispatch({ key: `layer norm by ${width}`, code: () => forwardCode(width) }, { uniforms, buffers, grid });
    return [out, statistics, output([C]), output([C])];
  });
  tf.registerGradient({
    kernelName: NAME,
    inputsToSave: ["x", "gamma"],
    outputsToSave: [false, true, true, true], // the last are places for the gradients of gamma and beta
    gradFunc: (dys, saved) => backward((dys as tf.Tensor[])[0]!, saved as Saved),
  });
}

type Saved = [x: tf.Tensor, gamma: tf.Tensor, statistics: tf.Tensor, gammaGradient: tf.Tensor, betaGradient: tf.Tensor];

function sizesOf(shape: readonly number[]) {
  const C = shape.at(-1)!, width = widthOf(C), rows = count(shape) / C;
  return { C, width, rows, sizes: { images: 1, rows, columns: C / width } };
}

function backward(dy: tf.Tensor, [x, gamma, statistics, ...places]: Saved): Gradients {
  const { C, width, rows, sizes } = sizesOf(x.shape);
  let summed = false;
  const sum = (k: 0 | 1) => {
    const inputs = [x, dy, statistics].map(bufferOf), outputs = places.map(bufferOf);
    if (!summed) sumRows(termsOf(width), { sizes, width, inputs, outputs });
    summed = true;
    return tf.clone(places[k]);
  };
  return {
    x: () => {
      const dx = output(x.shape), uniforms = { integers: [C / width, rows], floats: [1 / C] };
      const buffers = [x, dy, gamma, statistics, dx].map(bufferOf), grid = foldedGrid(Math.ceil(rows / ROWS));
      const program = { key: `input gradient of layer norm by ${width}`, code: () => inputCode(width) };
      dispatch(program, { uniforms, buffers, grid });
      return tensorOf(dx);
    },
    gamma: () => sum(0),
    beta: () => sum(1),
  };
}

/** The mean of row r, or one over its deviation. */
const kept = (width: Width, place: 0 | 1) =>
  width === 4 ? `statistics[r].${"xy"[place]}` : `statistics[r * ${KEPT} + ${place}]`;

const termsOf = (width: Width): Terms => ({
  key: "layer norm's gradients",
  inputs: ["x", "dy", "statistics"],
  each: `let d = dy[k]; let normal = (x[k] - ${kept(width, 0)}) * ${kept(width, 1)};`,
  terms: ["d * normal", "d"],
});

/** Row `r` of a thread and its first column; `total` adds up what a row's threads have. Rows beyond the end are idle. */
const head = (width: Width) =>
  `var<workgroup> sums: array<vec2<f32>, ${LANES * ROWS}>;
fn across(v: V) -> f32 { return ${width === 4 ? "dot(v, vec4<f32>(1.0))" : "v"}; }
fn total(i: u32, value: vec2<f32>) -> vec2<f32> {
  sums[i] = value;
  workgroupBarrier();
  for (var half = ${LANES / 2}u; half > 0; half /= 2) {
    if (i % ${LANES} < half) { sums[i] += sums[i + half]; }
    workgroupBarrier();
  }
  let all = sums[i - i % ${LANES}];
  workgroupBarrier();
  return all;
}
@compute @workgroup_size(${LANES * ROWS})
fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>) {
  let r = (w.y * n.x + w.x) * ${ROWS} + i / ${LANES};
  let begin = r * u.columns + i % ${LANES};
  let end = select(begin, (r + 1) * u.columns, r < u.rows);
`;

function forwardCode(width: Width): string {
  const keep = width === 4
    ? "statistics[r] = vec4<f32>(mean, inverse, 0.0, 0.0);"
    : `statistics[r * ${KEPT}] = mean; statistics[r * ${KEPT} + 1] = inverse;`;
  return declare(width, "columns: u32, rows: u32, share: f32, epsilon: f32", [
    "x",
    "gamma",
    "beta",
    "y!",
    "statistics!",
  ]) +
    `${head(width)}
  var sum = 0.0;
  for (var k = begin; k < end; k += ${LANES}) { sum += across(x[k]); }
  let mean = total(i, vec2<f32>(sum, 0.0)).x * u.share;
  var squares = 0.0;
  for (var k = begin; k < end; k += ${LANES}) { let d = x[k] - mean; squares += across(d * d); }
  let inverse = inverseSqrt(total(i, vec2<f32>(squares, 0.0)).x * u.share + u.epsilon);
  for (var k = begin; k < end; k += ${LANES}) {
    let c = k - r * u.columns;
    y[k] = (x[k] - mean) * inverse * gamma[c] + beta[c];
  }
  if (r < u.rows && i % ${LANES} == 0) { ${keep} }
}
`;
}

function inputCode(width: Width): string {
  return declare(width, "columns: u32, rows: u32, share: f32", ["x", "dy", "gamma", "statistics", "dx!"]) +
    `${head(width)}
  let mean = ${kept(width, 0)};
  let inverse = ${kept(width, 1)};
  var sum = vec2<f32>();
  for (var k = begin; k < end; k += ${LANES}) {
    let slope = dy[k] * gamma[k - r * u.columns];
    sum += vec2<f32>(across(slope), across(slope * (x[k] - mean) * inverse));
  }
  let means = total(i, sum) * u.share;
  for (var k = begin; k < end; k += ${LANES}) {
    let slope = dy[k] * gamma[k - r * u.columns];
    dx[k] = inverse * (slope - means.x - (x[k] - mean) * inverse * means.y);
  }
}
`;
}
