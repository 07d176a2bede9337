/**
 * Mean and variance over rows, in two stages. Each thread sums about its own first value, and parts are joined by the rule of
 * Chan, Golub and LeVeque, 1979 (https://doi.org/10.1080/00031305.1983.10483115), so that a mean far from zero or one that
 * drifts costs no precision.
 *
 * @module
 */
import { dispatch, release, temporary } from "./dispatch.ts";
import { cut, CUT_FIELDS, CUT_HEAD, cutIntegers, declare, THREADS, type Width } from "./wgsl.ts";

/** Where statistics are written. */
export interface Statistics {
  /** All rows count as one image's. */
  readonly sizes: { readonly rows: number; readonly columns: number };
  /** Channels in a column. */
  readonly width: Width;
  /** The batch's mean. */
  readonly mean: GPUBuffer;
  /** The batch's variance, divided by the number of rows. */
  readonly variance: GPUBuffer;
  /** Running mean and unbiased variance, changed by a share of the batch's. */
  readonly running: { readonly mean: GPUBuffer; readonly variance: GPUBuffer; readonly momentum: number };
}

/** Takes the statistics of `x`, and updates the running ones. */
export function batchStatistics(x: GPUBuffer, { sizes, width, mean, variance, running }: Statistics): void {
  const { rows, columns } = sizes, first = cut({ images: 1, rows, columns });
  const second = cut({ images: 1, rows: first.splits, columns }, { mostLanes: 4, leastRows: first.splits });
  const means = temporary(first.splits * columns * width), squares = temporary(first.splits * columns * width);
  dispatch({ key: `statistics of rows by ${width}`, code: () => rowsCode(width) }, {
    uniforms: { integers: cutIntegers(first) },
    buffers: [x, means, squares],
    grid: [first.groups, first.splits],
  });
  dispatch({ key: `statistics of parts by ${width}`, code: () => partsCode(width) }, {
    uniforms: { integers: [...cutIntegers(second), rows, first.chunk], floats: [running.momentum] },
    buffers: [means, squares, mean, variance, running.mean, running.variance],
    grid: [second.groups],
  });
  release(means, squares);
}

/** `join` adds a part to `count`, `mean` and `squares`, the sum of squares about the mean; `joinAll` those of a workgroup. */
const JOIN = `
var<workgroup> counts: array<f32, ${THREADS}>;
var<workgroup> means: array<V, ${THREADS}>;
var<workgroup> squares: array<V, ${THREADS}>;
fn join(i: u32, count: f32, mean: V, square: V) {
  let all = counts[i] + count;
  let share = count / max(all, 1.0);
  let off = mean - means[i];
  means[i] += off * share;
  squares[i] += square + off * off * (counts[i] * share);
  counts[i] = all;
}
fn joinAll(i: u32, layer: u32) {
  workgroupBarrier();
  for (var height = u.layers; height > 1; ) {
    let half = (height + 1) / 2;
    if (layer < height - half) {
      let other = i + half * u.lanes;
      join(i, counts[other], means[other], squares[other]);
    }
    height = half;
    workgroupBarrier();
  }
}
`;

function rowsCode(width: Width): string {
  return declare(width, CUT_FIELDS, ["x", "partMeans!", "partSquares!"]) + JOIN + `${CUT_HEAD}
  if (busy && first < end) {
    let shift = x[first * u.columns + c];
    var sum = V();
    var square = V();
    var count = 0.0;
    for (var r = first; r < end; r += u.layers) {
      let d = x[r * u.columns + c] - shift;
      sum += d;
      square += d * d;
      count += 1.0;
    }
    counts[i] = count;
    means[i] = shift + sum / count;
    squares[i] = max(square - sum * (sum / count), V());
  }
  joinAll(i, layer);
  if (busy && layer == 0) {
    let o = w.y * u.columns + c;
    partMeans[o] = means[i];
    partSquares[o] = squares[i];
  }
}
`;
}

function partsCode(width: Width): string {
  const buffers = ["partMeans", "partSquares", "mean!", "variance!", "runningMean!", "runningVariance!"];
  return declare(width, `${CUT_FIELDS}, all: u32, part: u32, momentum: f32`, buffers) + JOIN + `${CUT_HEAD}
  if (busy) {
    for (var r = first; r < end; r += u.layers) {
      let k = r * u.columns + c;
      join(i, f32(min(u.part, u.all - r * u.part)), partMeans[k], partSquares[k]);
    }
  }
  joinAll(i, layer);
  if (busy && layer == 0) {
    let rows = f32(u.all);
    mean[c] = means[i];
    variance[c] = squares[i] / rows;
    runningMean[c] += u.momentum * (means[i] - runningMean[c]);
    runningVariance[c] += u.momentum * (squares[i] / max(rows - 1.0, 1.0) - runningVariance[c]);
  }
}
`;
}
