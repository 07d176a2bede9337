/**
 * Log loss, with the clipping of scikit-learn's `log_loss`
 * (https://scikit-learn.org/stable/modules/generated/sklearn.metrics.log_loss.html).
 *
 * @module
 */
import { checkInteger, checkLabels, checkSameLength } from "../core/check.ts";

/** How many classes there are. */
export interface LogLossOptions {
  /** Number of classes C. */
  readonly classes: number;
}

/**
 * Mean negative log probability of the true class. Probabilities are kept a rounding step away from 0 and 1 (2^-23 for a
 * Float32Array, else 2^-52), and rows are then scaled to sum to 1, so that one miss costs 16 or 36 nats and not infinity.
 *
 * @example
 * ```ts
 * import { logLoss } from "maskfold";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(logLoss([0.5, 0.5, 0.75, 0.25], [1, 0], { classes: 2 }), -(Math.log(0.5) + Math.log(0.75)) / 2);
 * ```
 *
 * @param probabilities Probabilities `[N, C]`, row by row.
 * @param labels True classes `[N]`, 0..C-1.
 * @param options How many classes there are.
 * @returns Mean loss in nats.
 * @throws {TypeError} If there are not C probabilities for each label.
 * @throws {RangeError} If there is no example, a label is not a class number, or a probability is not in 0..1.
 */
export function logLoss(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes }: LogLossOptions,
): number {
  const attempt = "compute log loss";
  checkInteger(attempt, "classes", classes, { min: 1 });
  checkSameLength(attempt, { probabilities, [`labels x ${classes}`]: { length: labels.length * classes } });
  checkLabels(attempt, "labels", labels, { classes });
  const step = probabilities instanceof Float32Array ? 2 ** -23 : 2 ** -52;
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    let total = 0, own = 0;
    for (let c = 0; c < classes; c++) {
      const p = probabilities[i * classes + c]!;
      if (!(p >= 0 && p <= 1.000001)) { // a softmax in single precision may pass 1 by rounding
        throw new RangeError(
          `Cannot ${attempt} as probabilities must be 0 to 1: current value of row ${i}, class ${c} is ${p}`,
        );
      }
      const clipped = Math.min(Math.max(p, step), 1 - step);
      total += clipped;
      if (c === labels[i]) own = clipped;
    }
    sum -= Math.log(own / total);
  }
  return sum / labels.length;
}
