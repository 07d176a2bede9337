/**
 * How numbers are spread, in bins of one width.
 *
 * @module
 */
import type { HistogramEvent } from "./events.ts";

const BINS = 30;

/**
 * Counts numbers in 30 bins of one width from the lowest to the highest; those that are not finite are left out.
 *
 * @param values The numbers.
 * @returns Bounds, counts and sums; one empty bin from 0 to 0 if there are none.
 */
export function binned(
  values: ArrayLike<number>,
): Pick<HistogramEvent, "min" | "max" | "sum" | "sumSquares" | "limits" | "counts"> {
  const finite = Array.from(values).filter(Number.isFinite);
  const min = finite.reduce((low, value) => Math.min(low, value), Infinity);
  const max = finite.reduce((high, value) => Math.max(high, value), -Infinity);
  const sum = finite.reduce((sum, value) => sum + value, 0);
  const sumSquares = finite.reduce((sum, value) => sum + value * value, 0);
  if (!(min < max)) {
    const only = finite[0] ?? 0;
    return { min: only, max: only, sum, sumSquares, limits: [only], counts: [finite.length] };
  }
  const counts = new Array<number>(BINS).fill(0), width = (max - min) / BINS;
  for (const value of finite) counts[Math.min(BINS - 1, Math.floor((value - min) / width))]!++;
  const limits = counts.map((_, bin) => bin === BINS - 1 ? max : min + (bin + 1) * width);
  return { min, max, sum, sumSquares, limits, counts };
}
