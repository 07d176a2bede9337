/**
 * The depthwise convolution and its gradient by the image as WGSL: a thread makes a strip of neighbours along a row, for
 * one channel or four, out of the rows of values around it, each loaded once.
 *
 * @module
 */

/** What tells one program from another. */
export interface StripSpec {
  /** Whether it is the gradient by the image, of dY, instead of the convolution, of the image. */
  readonly backward: boolean;
  /** Taps down. */
  readonly filterHeight: number;
  /** Taps across. */
  readonly filterWidth: number;
  /** Step down, in pixels. */
  readonly strideHeight: number;
  /** Step across, in pixels. */
  readonly strideWidth: number;
  /** Results of a thread; backward a multiple of the stride. */
  readonly strip: number;
  /** Whether four channels are one value. */
  readonly vector: boolean;
}

/** Uniforms, all u32: of what is read and what is written, and the padding. */
export const STRIP_FIELDS = [
  ...["values", "rows", "strips", "sourceHeight", "sourceWidth", "targetHeight", "targetWidth", "top", "left"],
] as const;

/** Threads of a workgroup along a row, and rows. */
export const STRIP_LANES = 32, STRIP_ROWS = 8;

/** Taps up to which the rows of a filter are written out. */
const MOST_WRITTEN_OUT = 25;

/** The program's key. */
export function stripKey(spec: StripSpec): string {
  const { backward, filterHeight, filterWidth, strideHeight, strideWidth, strip, vector } = spec;
  const filter = `${filterHeight}x${filterWidth} by ${strideHeight}x${strideWidth}`;
  return `depthwise ${backward ? "backward" : "forward"} ${filter} strip ${strip} of ${vector ? 4 : 1}`;
}

/** Values of a row that a strip needs. */
export function stripWindow(
  { backward, filterWidth, strideWidth }: Pick<StripSpec, "backward" | "filterWidth" | "strideWidth">,
  strip: number,
): number {
  if (!backward) return (strip - 1) * strideWidth + filterWidth;
  return Math.floor((strip - 1) / strideWidth) + Math.ceil(filterWidth / strideWidth);
}

/** Rows of values that a row of results needs, at most. */
export function stripSources({ backward, filterHeight, strideHeight }: Omit<StripSpec, "strip">): number {
  return backward ? Math.ceil(filterHeight / strideHeight) : filterHeight;
}

/**
 * Where a strip begins, where its values do, and which tap leads from which value to which result. Backward, the strips
 * begin at columns that are multiples of the stride from the padding's edge, so that the taps are the same for all.
 */
function stripTaps(spec: StripSpec) {
  const { backward, filterHeight, filterWidth, strideHeight: sy, strideWidth: sx, strip } = spec;
  const pairs = [];
  if (!backward) {
    for (let tap = 0; tap < filterWidth; tap++) {
      for (let i = 0; i < strip; i++) pairs.push({ result: i, tap, value: i * sx + tap });
    }
    return {
      pairs,
      columns: `let first = i32(q / u.values) * ${strip}; let start = first * ${sx} - i32(u.left);`,
      rows: `let topY = y * ${sy} - i32(u.top);`,
      row: "let filterY = t; let sourceY = topY + t;",
      inside: "u32(sourceY) < u.sourceHeight",
    };
  }
  const back = Math.ceil(filterWidth / sx) - 1;
  for (let tap = 0; tap < filterWidth; tap++) {
    for (let i = tap % sx; i < strip; i += sx) {
      pairs.push({ result: i, tap, value: Math.floor(i / sx) - Math.floor(tap / sx) + back });
    }
  }
  return {
    pairs,
    columns: `let first = i32(q / u.values) * ${strip} - i32(u.left % ${sx}u);
  let start = (first + i32(u.left)) / ${sx} - ${back};`,
    rows: `let edgeY = y + i32(u.top);`,
    row: `let filterY = edgeY % ${sy} + t * ${sy}; let sourceY = edgeY / ${sy} - t;`,
    inside: `filterY < ${filterHeight} && u32(sourceY) < u.sourceHeight`,
  };
}

/** Says that `V` is what the program counts channels in. */
export function valueType(vector: boolean): string {
  return `alias V = ${vector ? "vec4<f32>" : "f32"};`;
}

/**
 * Loads the channel's value of a pixel, or zero, without a branch, so that several loads are on their way at once.
 *
 * @param name The value's name.
 * @param buffer Where it is.
 * @param pixel The pixel's number.
 * @param inside Whether there is such a pixel.
 */
export function guardedLoad(name: string, buffer: string, pixel: string, inside: string): string {
  return `let ${name} = select(V(), ${buffer}[select(0u, (${pixel}) * u.values + channel, ${inside})], ${inside});`;
}

/** The program's code; uniforms at binding 0, then the values, the filter, the results. */
export function stripCode(spec: StripSpec): string {
  const { filterHeight, filterWidth, strip, vector } = spec;
  const { pairs, columns, rows, row, inside } = stripTaps(spec), window = stripWindow(spec, strip);
  const sources = stripSources(spec);
  const each = (n: number, write: (i: number) => string) =>
    Array.from({ length: n }, (_, i) => write(i)).join("\n    ");
  const sums = pairs.map(({ result, tap, value }) => `sum${result} = fma(value${value}, tap${tap}, sum${result});`);
  const isInside = (i: number) => `u32(start + ${i}) < u.sourceWidth`;
  const body = `
    ${row}
    if (${inside}) {
    let line = (image * u.sourceHeight + u32(sourceY)) * u.sourceWidth;
    let tapLine = u32(filterY) * ${filterWidth}u;
    ${each(window, (i) => guardedLoad(`value${i}`, "values", `line + u32(start + ${i})`, isInside(i)))}
    ${each(filterWidth, (i) => `let tap${i} = taps[(tapLine + ${i}u) * u.values + channel];`)}
    ${sums.join("\n    ")}
    }`;
  const store = (i: number) =>
    `if (u32(first + ${i}) < u.targetWidth) { results[u32(line + first + ${i}) * u.values + channel] = sum${i}; }`;
  const loop = filterHeight * filterWidth <= MOST_WRITTEN_OUT
    ? each(sources, (t) => `{ let t = ${t}; ${body} }`)
    : `for (var t = 0; t < ${sources}; t++) { ${body} }`;
  return `
${valueType(vector)}
struct Uniforms { ${STRIP_FIELDS.map((name) => `${name}: u32`).join(", ")} };
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> values: array<V>;
@group(0) @binding(2) var<storage, read> taps: array<V>;
@group(0) @binding(3) var<storage, read_write> results: array<V>;

@compute @workgroup_size(${STRIP_LANES * STRIP_ROWS}) fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
) {
  let group = workgroup.y * workgroups.x + workgroup.x;
  let across = (u.values * u.strips + ${STRIP_LANES - 1}u) / ${STRIP_LANES}u;
  let q = group % across * ${STRIP_LANES}u + lane % ${STRIP_LANES}u;
  let row = group / across * ${STRIP_ROWS}u + lane / ${STRIP_LANES}u;
  if (q >= u.values * u.strips || row >= u.rows) { return; }
  let channel = q % u.values;
  let image = row / u.targetHeight;
  let y = i32(row % u.targetHeight);
  ${columns}
  ${rows}
  ${each(strip, (i) => `var sum${i} = V();`)}
  ${loop}
  let line = i32(row * u.targetWidth);
  ${each(strip, store)}
}`;
}
