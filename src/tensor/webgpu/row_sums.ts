/**
 * Sums over rows in two stages: each workgroup sums a part of an image's rows, then few sum the parts.
 *
 * @module
 */
import { dispatch, release, temporary } from "./dispatch.ts";
import { type Cut, cut, CUT_FIELDS, CUT_HEAD, cutIntegers, declare, THREADS, type Width } from "./wgsl.ts";

/** What is summed: one or two terms of each element. */
export interface Terms {
  /** Tells the terms from others. */
  readonly key: string;
  /** Names of the buffers that the code reads; see {@linkcode declare}. */
  readonly inputs: readonly string[];
  /** Functions that the code calls. */
  readonly functions?: string;
  /** Fields of `u` beyond the cut's, floats. */
  readonly uniforms?: string;
  /** Code once for column `c`, before its rows. */
  readonly before?: string;
  /** Code for element `k`, before the terms. */
  readonly each?: string;
  /** Names of buffers that this code writes, element by element. */
  readonly writes?: readonly string[];
  /** The terms, as expressions. */
  readonly terms: readonly [string] | readonly [string, string];
}

/** Sizes and buffers of a sum. */
export interface RowSums {
  /** Images, rows of each, and columns. */
  readonly sizes: { readonly images: number; readonly rows: number; readonly columns: number };
  /** Channels in a column. */
  readonly width: Width;
  /** The buffers that the terms read. */
  readonly inputs: readonly GPUBuffer[];
  /** The buffers that their code writes. */
  readonly written?: readonly GPUBuffer[];
  /** Values of the further uniforms. */
  readonly floats?: readonly number[];
  /** What the sums are multiplied by. */
  readonly scale?: number;
  /** One buffer a term, for the sums `[images, columns]`. */
  readonly outputs: readonly GPUBuffer[];
}

/**
 * Sums terms over the rows of each image.
 *
 * @param terms What is summed.
 * @param sums Of what, and where the sums are written.
 */
export function sumRows(terms: Terms, { sizes, width, floats = [], scale = 1, outputs, ...buffers }: RowSums): void {
  const { images, columns } = sizes, plan = cut(sizes);
  const inputs = [...buffers.inputs, ...buffers.written ?? []];
  if (plan.splits <= 1) {
    sumPart(terms, { plan, images, width, inputs, floats: [scale, ...floats], outputs });
    return;
  }
  const parts = outputs.map(() => temporary(images * plan.splits * columns * width));
  sumPart(terms, { plan, images, width, inputs, floats: [1, ...floats], outputs: parts });
  // Few columns side by side leave more threads for the parts.
  const rest = cut({ images, rows: plan.splits, columns }, { mostLanes: 4, leastRows: plan.splits });
  sumPart(PARTS[outputs.length - 1]!, { plan: rest, images, width, inputs: parts, floats: [scale], outputs });
  release(...parts);
}

/** The terms of the second stage. */
const PARTS: readonly Terms[] = [
  { key: "one part", inputs: ["p"], terms: ["p[k]"] },
  { key: "two parts", inputs: ["p", "q"], terms: ["p[k]", "q[k]"] },
];

function sumPart(terms: Terms, { plan, images, width, inputs, floats, outputs }: {
  readonly plan: Cut;
  readonly images: number;
  readonly width: Width;
  readonly inputs: readonly GPUBuffer[];
  readonly floats: readonly number[];
  readonly outputs: readonly GPUBuffer[];
}): void {
  dispatch({ key: `sum rows of ${terms.key} by ${width}`, code: () => codeOf(terms, width) }, {
    uniforms: { integers: cutIntegers(plan), floats },
    buffers: [...inputs, ...outputs],
    grid: [plan.groups, plan.splits, images],
  });
}

function codeOf(
  { inputs, functions = "", uniforms, before = "", each = "", writes = [], terms }: Terms,
  width: Width,
): string {
  const fields = `${CUT_FIELDS}, scale: f32${uniforms ? `, ${uniforms}` : ""}`, numbers = terms.map((_, t) => t);
  const written = [...writes, ...numbers.map((t) => `out${t}`)].map((name) => `${name}!`);
  const all = (code: (t: number) => string) => numbers.map(code).join(" ");
  return declare(width, fields, [...inputs, ...written]) + functions +
    all((t) => `var<workgroup> sums${t}: array<V, ${THREADS}>;\n`) +
    `${CUT_HEAD}
  ${all((t) => `var sum${t} = V();`)}
  if (busy) {
    ${before}
    for (var r = first; r < end; r += u.layers) {
      let k = r * u.columns + c;
      ${each}
      ${all((t) => `sum${t} += ${terms[t]};`)}
    }
  }
  ${all((t) => `sums${t}[i] = sum${t};`)}
  workgroupBarrier();
  for (var height = u.layers; height > 1; ) {
    let half = (height + 1) / 2;
    if (layer < height - half) { ${all((t) => `sums${t}[i] += sums${t}[i + half * u.lanes];`)} }
    height = half;
    workgroupBarrier();
  }
  if (busy && layer == 0) {
    let o = (w.z * ((u.rows + u.chunk - 1) / u.chunk) + w.y) * u.columns + c;
    ${all((t) => `out${t}[o] = sums${t}[i] * u.scale;`)}
  }
}
`;
}
