/**
 * Pieces of WGSL that our programs share: bindings, activations, and the cut of `[images, rows, channels]` into workgroups.
 *
 * @module
 */
import type { Activation, ElementActivation } from "../own.ts";

/** Threads of a workgroup. */
export const THREADS = 256;
/** Workgroups that fill a large GPU: eight on each of 132 multiprocessors. */
export const WORKGROUPS = 1056;

/** Channels that a thread takes at once. */
export type Width = 1 | 4;

/** Four channels at once where that comes out even, else one. */
export function widthOf(channels: number): Width {
  return channels % 4 === 0 ? 4 : 1;
}

/**
 * Declares the numbers and buffers of a program; `V` is what it computes in.
 *
 * @param width Channels at once: V is f32 or vec4<f32>.
 * @param uniforms Fields of `u`, at binding 0: `"rows: u32, epsilon: f32"`, integers before floats.
 * @param buffers Names of the arrays of V at bindings 1, 2, ...; those that end in `!` are written.
 */
export function declare(width: Width, uniforms: string, buffers: readonly string[]): string {
  const arrays = buffers.map((name, i) => {
    const access = name.endsWith("!") ? "read_write" : "read";
    return `@group(0) @binding(${i + 1}) var<storage, ${access}> ${name.replace("!", "")}: array<V>;\n`;
  });
  return `alias V = ${width === 4 ? "vec4<f32>" : "f32"};\nstruct U { ${uniforms} }\n` +
    `@group(0) @binding(0) var<uniform> u: U;\n${arrays.join("")}`;
}

/** relu6(z + 3) / 6. */
const HARD_SIGMOID = `fn hardSigmoid(z: V) -> V { return clamp(z + 3.0, V(), V(6.0)) / 6.0; }
`;

/** Twice the normal distribution's share below z, by the rational function that wasm/kernels/simd.as explains. */
const NORMAL_SHARE = `fn bell(z: V) -> V { let b = clamp(z, V(-13.0), V(13.0)); return exp(-0.5 * b * b); }
fn twiceShare(z: V, exponential: V) -> V {
  let a = abs(z) * 0.7071067811865476;
  let x = min(a, V(10.0));
  let n = 1.0 + x * (1.2332056760787964 + x * (0.726163923740387 + x * (0.22662964463233948 + x * 0.03225437551736832)));
  let d = 1.0 + x * (2.3615853786468506 + x * (2.3909192085266113 +
    x * (1.3152143955230713 + x * (0.4017196595668793 + x * 0.05716859921813011))));
  let tail = select(exponential * n / d, V(), a >= V(10.0));
  return select(2.0 - tail, tail, z < V());
}
`;

/** The activation as `activate(z)`, and what it makes of an upstream gradient as `slope(d, z)`. */
export function activationCode(activation: Activation | ElementActivation): string {
  // Far out, exp would overflow, which WGSL leaves open; at -87 both silu and its slope are 0 to the last bit that counts.
  const sigmoid = `fn bounded(z: V) -> V { return select(z, V(-87.0), z < V(-87.0)); }
fn sigmoid(z: V) -> V { return 1.0 / (1.0 + exp(-z)); }
`;
  switch (activation) {
    case "none":
      return `fn activate(z: V) -> V { return z; }
fn slope(d: V, z: V) -> V { return d; }
`;
    case "relu":
      return `fn activate(z: V) -> V { return select(z, V(), z < V()); }
fn slope(d: V, z: V) -> V { return select(d, V(), z <= V()); }
`;
    case "leakyRelu":
      return `fn activate(z: V) -> V { return select(z, 0.2 * z, z < V()); }
fn slope(d: V, z: V) -> V { return select(d, 0.2 * d, z <= V()); }
`;
    case "silu":
      return sigmoid + `fn activate(z: V) -> V { let b = bounded(z); return b * sigmoid(b); }
fn slope(d: V, z: V) -> V { let b = bounded(z); let s = sigmoid(b); return d * s * (1.0 + b * (1.0 - s)); }
`;
    case "hardSwish":
      return HARD_SIGMOID + `fn activate(z: V) -> V { return z * hardSigmoid(z); }
fn slope(d: V, z: V) -> V { return d * select(select(z / 3.0 + 0.5, V(1.0), z >= V(3.0)), V(), z <= V(-3.0)); }
`;
    case "hardSigmoid":
      return HARD_SIGMOID + `fn activate(z: V) -> V { return select(hardSigmoid(z), z, z != z); }
fn slope(d: V, z: V) -> V { return d * select(select(V(1.0 / 6.0), V(), abs(z) >= V(3.0)), z, z != z); }
`;
    case "gelu":
      return NORMAL_SHARE + `fn activate(z: V) -> V { return 0.5 * z * twiceShare(z, bell(z)); }
fn slope(d: V, z: V) -> V {
  let b = bell(z);
  return d * (0.5 * twiceShare(z, b) + 0.3989422804014327 * z * b);
}
`;
  }
}

/** How `[images, rows, columns]` is cut, where a column is a vector of channels. */
export interface Cut {
  /** Columns. */
  readonly columns: number;
  /** Rows of an image. */
  readonly rows: number;
  /** Columns of a workgroup, side by side. */
  readonly lanes: number;
  /** Rows that a workgroup takes at once; lanes x layers threads work, a few may idle. */
  readonly layers: number;
  /** Rows of a workgroup in all. */
  readonly chunk: number;
  /** Workgroups that share an image's rows. */
  readonly splits: number;
  /** Workgroups that share the columns. */
  readonly groups: number;
}

/** Fields of {@linkcode Cut} in `u`, in the order of {@linkcode cutIntegers}. */
export const CUT_FIELDS = "rows: u32, columns: u32, lanes: u32, layers: u32, chunk: u32";

/** Values of {@linkcode CUT_FIELDS}. */
export function cutIntegers({ rows, columns, lanes, layers, chunk }: Cut): number[] {
  return [rows, columns, lanes, layers, chunk];
}

/**
 * Cuts so that a large GPU is filled, but a thread has some rows to work on.
 *
 * @param sizes Images, rows of each, and columns.
 * @param options The most columns side by side; the rows that a thread has at least, if there are so many.
 */
export function cut(
  { images, rows, columns }: { readonly images: number; readonly rows: number; readonly columns: number },
  { mostLanes = 64, leastRows = 8 }: { readonly mostLanes?: number; readonly leastRows?: number } = {},
): Cut {
  const groups = Math.ceil(columns / mostLanes), lanes = Math.ceil(columns / groups);
  const layers = Math.floor(THREADS / lanes);
  const wanted = Math.min(Math.ceil(WORKGROUPS / (groups * images)), Math.ceil(rows / (layers * leastRows)));
  const chunk = Math.ceil(rows / Math.max(1, wanted));
  return { rows, columns, lanes, layers, chunk, splits: Math.ceil(rows / Math.max(1, chunk)), groups };
}

/**
 * The head of a program on a {@linkcode Cut}, with grid `[groups, splits, images]`: its thread works on column `c` of the
 * rows `first`, `first + u.layers`, ... below `end` of all images' rows, if it is `busy`.
 */
export const CUT_HEAD = `@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) w: vec3<u32>) {
  let lane = i % u.lanes;
  let layer = i / u.lanes;
  let c = w.x * u.lanes + lane;
  let busy = layer < u.layers && c < u.columns;
  let begin = w.z * u.rows + w.y * u.chunk;
  let first = begin + layer;
  let end = min(begin + u.chunk, (w.z + 1) * u.rows);
`;
