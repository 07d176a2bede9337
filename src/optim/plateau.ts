/**
 * A rate that falls when a metric no longer rises, by the rule of PyTorch's ReduceLROnPlateau.
 *
 * @module
 */
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode plateau}. */
export interface PlateauOptions {
  /** Factor on the rate each time. */
  readonly factor: number;
  /** Epochs without a better metric that are waited for; the rate falls after one more. */
  readonly patience: number;
  /** By how much a metric must be better to count. */
  readonly threshold: number;
  /** Epochs after a fall during which none is counted as without a better metric. */
  readonly cooldown: number;
  /** Least share of the base rate. */
  readonly floor: number;
}

/**
 * The rate is multiplied by `factor` whenever the metric was not better than its best for more than `patience` epochs. It
 * is worked out anew from the whole history each time. The threshold is a difference, PyTorch's "abs", as a ratio says
 * nothing of a metric around 0.
 *
 * @returns A schedule that throws an `Error` where it is given no history.
 */
export function plateau({ factor, patience, threshold, cooldown, floor }: PlateauOptions): Schedule {
  return ({ history }) => {
    if (!history) {
      throw new Error("Cannot read the plateau schedule as it needs the history of a metric: there is none");
    }
    let rate = 1, best = -Infinity, without = 0, rest = 0;
    for (const metric of history) {
      if (metric > best + threshold) {
        best = metric;
        without = 0;
      } else without++;
      if (rest > 0) {
        rest--;
        without = 0;
      }
      if (without > patience) {
        rate = Math.max(rate * factor, floor);
        rest = cooldown;
        without = 0;
      }
    }
    return rate;
  };
}
