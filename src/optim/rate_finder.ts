/**
 * The arithmetic of the learning-rate range test: raise the rate step by step, and see where the loss falls fastest. Smith,
 * 2017, https://arxiv.org/abs/1506.01186
 *
 * @module
 */
import { checkInteger, checkSameLength, show } from "../core/check.ts";

/** Which rates are tried. */
export interface RateSweepOptions {
  /** The first rate. */
  readonly from: number;
  /** The last rate, higher than the first. */
  readonly to: number;
  /** How many rates, one a step. */
  readonly steps: number;
}

/**
 * Learning rates to try, each higher than the one before by the same factor. Smith raises them by equal differences; equal
 * factors cover several orders of magnitude in as many steps.
 *
 * @example
 * ```ts
 * import { rateSweep } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rateSweep({ from: 1e-6, to: 1, steps: 4 }).map((rate) => rate.toFixed(6)), [
 *   "0.000001",
 *   "0.000100",
 *   "0.010000",
 *   "1.000000",
 * ]);
 * ```
 *
 * @param options Bounds, and the number of steps.
 * @throws {RangeError} If the bounds are not positive and rising, or there are fewer than two steps.
 */
export function rateSweep({ from, to, steps }: RateSweepOptions): readonly number[] {
  checkInteger("sweep learning rates", "steps", steps, { min: 2 });
  if (!(from > 0 && to > from && to < Infinity)) {
    throw new RangeError(
      `Cannot sweep learning rates as 0 < from < to must hold: current values are from ${show(from)}, to ${show(to)}`,
    );
  }
  return Array.from({ length: steps }, (_, i) => from * (to / from) ** (i / (steps - 1)));
}

/** What a range test came to. */
export interface RateSuggestion {
  /** The learning rate to train with. */
  readonly rate: number;
  /** Losses as far as they are looked at, smoothed, in nats; shorter than those given where the loss exploded. */
  readonly smoothed: readonly number[];
}

/** The sweep is over where the loss is above its lowest by this many times the first. */
const EXPLODED = 3;
/** Share of the steps on either side of one that smooth it. */
const SIDE = 1 / 20;

/**
 * Suggests the learning rate at which the loss fell fastest. A line is fitted to the losses around each step over the
 * logarithm of the rate, 11 of 100: its height is the smoothed loss, its slope the descent. The steepest place before the
 * lowest smoothed loss is taken. Where the loss is lowest the rate is too high already, as it is about to rise; Smith reads
 * the place where accuracy begins to rise and the one where it gets ragged off the plot, and this lies between the two.
 *
 * @example
 * ```ts
 * import { rateSweep, suggestRate } from "maskfold";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rates = rateSweep({ from: 1e-6, to: 1, steps: 61 });
 * const losses = rates.map((rate) => 2 - Math.tanh(Math.log10(rate / 1e-3))); // steepest at 1e-3
 * assertAlmostEquals(suggestRate(rates, losses).rate, 1e-3, 1e-9);
 * ```
 *
 * @param rates Learning rates in the order tried, rising, as from {@linkcode rateSweep}.
 * @param losses The training loss at each, in nats; what comes after an explosion or a value that is no number is left out.
 * @throws {TypeError} If there are not as many losses as rates.
 * @throws {RangeError} If too few steps are left, or the loss falls nowhere.
 */
export function suggestRate(rates: ArrayLike<number>, losses: ArrayLike<number>): RateSuggestion {
  checkSameLength("suggest a learning rate", { rates, losses });
  const end = explosion(losses), side = Math.max(2, Math.round(rates.length * SIDE));
  if (end < 2 * side + 2) {
    throw new RangeError(
      `Cannot suggest a learning rate as at least ${
        2 * side + 2
      } losses must come before any explosion: there are ${end}`,
    );
  }
  const x = Array.from({ length: end }, (_, i) => Math.log(rates[i]!)), y = Array.from(losses).slice(0, end);
  const lines = x.map((_, i) => fitLine(x, y, Math.max(0, i - side), Math.min(end, i + side + 1), i));
  const smoothed = lines.map(({ height }) => height);
  const lowest = smoothed.indexOf(Math.min(...smoothed));
  let best = -1;
  for (let i = side; i <= Math.min(lowest, end - 1 - side); i++) { // where both sides are whole
    if (lines[i]!.slope < (lines[best]?.slope ?? 0)) best = i;
  }
  if (best < 0) {
    throw new RangeError(
      `Cannot suggest a learning rate as the loss must fall somewhere: it goes from ${show(smoothed[0])} to ${
        show(smoothed.at(-1))
      } between rates ${show(rates[0])} and ${show(rates[end - 1])}`,
    );
  }
  return { rate: rates[best]!, smoothed };
}

/** How many losses come before the first that is not finite, or that is far above the lowest so far. */
function explosion(losses: ArrayLike<number>): number {
  let lowest = Infinity;
  for (let i = 0; i < losses.length; i++) {
    const loss = losses[i]!;
    if (!(Number.isFinite(loss) && loss <= lowest + EXPLODED * Math.abs(losses[0]!))) return i;
    lowest = Math.min(lowest, loss);
  }
  return losses.length;
}

/** The line of least squares through points `from`..`to`: its height at point `at`, and its slope. */
function fitLine(
  x: readonly number[],
  y: readonly number[],
  from: number,
  to: number,
  at: number,
): { readonly height: number; readonly slope: number } {
  const mean = (values: readonly number[]) => values.slice(from, to).reduce((sum, v) => sum + v, 0) / (to - from);
  const meanX = mean(x), meanY = mean(y);
  let covariance = 0, variance = 0;
  for (let i = from; i < to; i++) {
    covariance += (x[i]! - meanX) * (y[i]! - meanY);
    variance += (x[i]! - meanX) ** 2;
  }
  const slope = covariance / variance;
  return { height: meanY + slope * (x[at]! - meanX), slope };
}
