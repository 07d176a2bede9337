/**
 * The depthwise convolution's gradient by the filter as WGSL, first stage of two: each workgroup sums over a part of the
 * pixels, its threads over shares of that part, with the sums of several taps in registers, and then over its threads.
 *
 * @module
 */
import { WORKERS } from "./depthwise_plan.ts";
import { guardedLoad, valueType } from "./depthwise_strips.ts";

/** What tells one program from another. */
export interface FilterSpec {
  /** Taps down. */
  readonly filterHeight: number;
  /** Taps across. */
  readonly filterWidth: number;
  /** Step across, in pixels. */
  readonly strideWidth: number;
  /** Pixels of dY that are loaded at once. */
  readonly strip: number;
  /** Rows of the filter whose taps a thread sums. */
  readonly filterRows: number;
  /** Channel values of a workgroup. */
  readonly lanes: number;
  /** Whether four channels are one value. */
  readonly vector: boolean;
}

/** Uniforms, all u32. */
export const FILTER_FIELDS = [
  ...["values", "strips", "rowStrips", "chunk", "parts", "height", "width", "outHeight", "outWidth", "strideY"],
  ...["top", "left"],
] as const;

/** Sums that the workgroup's memory takes at once: 12 KiB, and a quarter of it for what they become. */
const SHARED_SUMS = 3;

/** The program's key. */
export function filterKey(
  { filterHeight, filterWidth, strideWidth, strip, filterRows, lanes, vector }: FilterSpec,
): string {
  return `depthwise filter ${filterHeight}x${filterWidth} by ${strideWidth} strip ${strip} rows ${filterRows} ` +
    `lanes ${lanes} of ${vector ? 4 : 1}`;
}

/** The program's code; uniforms at binding 0, then the image, dY, and the parts' results `[parts, taps, channels]`. */
export function filterCode(spec: FilterSpec): string {
  const { filterHeight, filterWidth, strideWidth, strip, filterRows, lanes, vector } = spec;
  const window = (strip - 1) * strideWidth + filterWidth;
  const each = (n: number, write: (i: number) => string) =>
    Array.from({ length: n }, (_, i) => write(i)).join("\n      ");
  const taps = Array.from({ length: filterRows * filterWidth }, (_, k) => k);
  const filterRow = (g: number) => `
      { let filterY = firstRow + ${g}u; let y = i32(row % u.outHeight * u.strideY + filterY) - i32(u.top);
      if (filterY < ${filterHeight}u && u32(y) < u.height) {
      let line = (image * u.height + u32(y)) * u.width;
      ${each(window, (i) => guardedLoad(`x${i}`, "x", `line + u32(start + ${i})`, `u32(start + ${i}) < u.width`))}
      ${
    each(strip * filterWidth, (k) => {
      const tap = k % filterWidth, i = Math.floor(k / filterWidth), sum = `sum${g * filterWidth + tap}`;
      return `${sum} = fma(x${i * strideWidth + tap}, dy${i}, ${sum});`;
    })
  }
      } }`;
  return `
${valueType(vector)}
struct Uniforms { ${FILTER_FIELDS.map((name) => `${name}: u32`).join(", ")} };
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> x: array<V>;
@group(0) @binding(2) var<storage, read> dy: array<V>;
@group(0) @binding(3) var<storage, read_write> partials: array<V>;
var<workgroup> sharedSums: array<V, ${SHARED_SUMS * WORKERS}>;
var<workgroup> quarterSums: array<V, ${SHARED_SUMS * WORKERS / 4}>;

@compute @workgroup_size(${WORKERS}) fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
) {
  let group = workgroup.y * workgroups.x + workgroup.x;
  let across = (u.values + ${lanes - 1}u) / ${lanes}u;
  let part = group / across / ${Math.ceil(filterHeight / filterRows)}u;
  if (part >= u.parts) { return; }
  let channel = group % across * ${lanes}u + lane % ${lanes}u;
  let worker = lane / ${lanes}u;
  let firstRow = group / across % ${Math.ceil(filterHeight / filterRows)}u * ${filterRows}u;
  let end = select(0u, min(part * u.chunk + u.chunk, u.strips), channel < u.values);
  ${taps.map((k) => `var sum${k} = V();`).join("\n  ")}
  for (var at = part * u.chunk + worker; at < end; at += ${WORKERS / lanes}u) {
      let row = at / u.rowStrips;
      let first = at % u.rowStrips * ${strip}u;
      let image = row / u.outHeight;
      let start = i32(first * ${strideWidth}u) - i32(u.left);
      let result = row * u.outWidth + first;
      ${each(strip, (i) => guardedLoad(`dy${i}`, "dy", `result + ${i}u`, `first + ${i}u < u.outWidth`))}
      ${each(filterRows, filterRow)}
  }
  ${reduction(taps, spec)}
}`;
}

/** Sums over the workgroup's threads in two steps, a few taps at once. */
function reduction(taps: readonly number[], { filterHeight, filterWidth, lanes }: FilterSpec): string {
  const lines = [], workers = WORKERS / lanes, quarter = WORKERS / 4;
  const sum = (of: readonly string[]) => of.slice(1).reduce((all, next) => `(${all} + ${next})`, of[0]!);
  for (let first = 0; first < taps.length; first += SHARED_SUMS) {
    const some = taps.slice(first, first + SHARED_SUMS);
    const four = [0, 1, 2, 3].map((j) =>
      `sharedSums[lane / ${quarter}u * ${WORKERS}u + lane % ${quarter}u + ${j * quarter}u]`
    );
    const rest = Array.from({ length: workers / 4 }, (_, j) => `quarterSums[place + ${j * lanes}u]`);
    lines.push(
      ...some.map((k, i) => `sharedSums[${i * WORKERS}u + lane] = sum${k};`),
      "workgroupBarrier();",
      `if (lane < ${some.length * quarter}u) { quarterSums[lane] = ${sum(four)}; }`,
      "workgroupBarrier();",
      `if (lane < ${some.length * lanes}u && channel < u.values) {`,
      `let tap = firstRow * ${filterWidth}u + ${first}u + lane / ${lanes}u;`,
      `let place = lane / ${lanes}u * ${quarter}u + lane % ${lanes}u;`,
      `if (tap < ${filterHeight * filterWidth}u) {`,
      `partials[(part * ${filterHeight * filterWidth}u + tap) * u.values + channel] = ${sum(rest)};`,
      "} }",
    );
  }
  return lines.join("\n  ");
}
