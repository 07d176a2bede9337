/**
 * Half cosines with warmup and warm restarts. Loshchilov and Hutter, 2017, https://arxiv.org/abs/1608.03983
 *
 * @module
 */
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode cosine}. */
export interface CosineOptions {
  /** Epochs over which the rate rises from 0. */
  readonly warmup: number;
  /** Share of the base rate at the end of each cycle. */
  readonly floor: number;
  /** Cycles in which the rate falls; each begins with the base rate. One unless given. */
  readonly cycles?: number;
  /** How many times as long a cycle is as the one before. 1 unless given. */
  readonly multiplier?: number;
}

/**
 * A linear rise over `warmup` epochs, then half a cosine down to `floor`, `cycles` times. The paper gives the length of the
 * first cycle, here T0; as the number of cycles is given instead, the last one ends with the training: with `multiplier` m
 * the epochs after the warmup are T0 (1 + m + m^2 + ...). There is no second warmup, as in the paper.
 */
export function cosine({ warmup, floor, cycles = 1, multiplier = 1 }: CosineOptions): Schedule {
  const lengths = Array.from({ length: cycles }, (_, i) => multiplier ** i);
  const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, length) => sum + length, 0));
  const all = ends.at(-1)!;
  return ({ step, stepsPerEpoch, epochs }) => {
    const rise = Math.min(warmup, epochs) * stepsPerEpoch;
    if (step < rise) return Math.min(1, (step + 1) / rise);
    const total = Math.max(1, epochs * stepsPerEpoch - rise), place = step - rise;
    const bounds = ends.map((end) => total * end / all); // exact where it is a whole number
    const cycle = bounds.findIndex((end) => place < end);
    if (cycle < 0) return floor;
    const from = bounds[cycle - 1] ?? 0, done = (place - from) / (bounds[cycle]! - from);
    return floor + (1 - floor) * (1 + Math.cos(Math.PI * done)) / 2;
  };
}
