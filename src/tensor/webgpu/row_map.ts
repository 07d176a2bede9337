/**
 * Results element by element, where what belongs to a channel is read once for many rows.
 *
 * @module
 */
import { dispatch } from "./dispatch.ts";
import { cut, CUT_FIELDS, CUT_HEAD, cutIntegers, declare, type Width } from "./wgsl.ts";

/** What is computed of each element. */
export interface Mapping {
  /** Tells it from others. */
  readonly key: string;
  /** Names of the buffers that the code reads; see {@linkcode declare}. */
  readonly inputs: readonly string[];
  /** Functions that the code calls. */
  readonly functions?: string;
  /** Fields of `u` beyond the cut's, floats. */
  readonly uniforms?: string;
  /** Code once for column `c` of image `w.z`, before its rows. */
  readonly before: string;
  /** The result at element `k`, as an expression. */
  readonly value: string;
}

/** Sizes and buffers of a mapping. */
export interface RowMap {
  /** Images, rows of each, and columns. */
  readonly sizes: { readonly images: number; readonly rows: number; readonly columns: number };
  /** Channels in a column. */
  readonly width: Width;
  /** The buffers that the code reads. */
  readonly inputs: readonly GPUBuffer[];
  /** Values of the further uniforms. */
  readonly floats?: readonly number[];
  /** Where the results `[images, rows, columns]` are written. */
  readonly output: GPUBuffer;
}

/**
 * Computes a result for each element.
 *
 * @param mapping What is computed.
 * @param map Of what, and where it is written.
 */
export function mapRows(mapping: Mapping, { sizes, width, inputs, floats = [], output }: RowMap): void {
  const plan = cut(sizes);
  dispatch({ key: `${mapping.key} by ${width}`, code: () => codeOf(mapping, width) }, {
    uniforms: { integers: cutIntegers(plan), floats },
    buffers: [...inputs, output],
    grid: [plan.groups, plan.splits, sizes.images],
  });
}

function codeOf({ inputs, functions = "", uniforms, before, value }: Mapping, width: Width): string {
  return declare(width, uniforms ? `${CUT_FIELDS}, ${uniforms}` : CUT_FIELDS, [...inputs, "out!"]) + functions +
    `${CUT_HEAD}
  if (!busy) { return; }
  ${before}
  for (var r = first; r < end; r += u.layers) {
    let k = r * u.columns + c;
    out[k] = ${value};
  }
}
`;
}
