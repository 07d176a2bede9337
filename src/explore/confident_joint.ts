/**
 * The confident joint: how many examples recorded as one class the predictions take, with confidence, for another.
 * Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels", 2021,
 * https://arxiv.org/abs/1911.00068
 *
 * @module
 */
import { checkLabels } from "../core/check.ts";

/** Recorded against confident classes. */
export interface ConfidentJoint {
  /** Mean probability of each class over the examples recorded as it `[C]`; infinite for a class that has none. */
  readonly thresholds: Float64Array;
  /** Examples by recorded class (row) and confident class (column) `[C, C]`. */
  readonly counts: Int32Array;
  /** Estimated shares of recorded (row) and true class (column) `[C, C]`, 1 in total. */
  readonly joint: Float64Array;
  /** The confident class of each example `[N]`, -1 where no class reaches its threshold. */
  readonly confident: Int32Array;
}

/**
 * Counts examples by recorded and confident class. An example's confident class is the likeliest of those whose probability
 * reaches the class's threshold, which is the mean that the examples recorded as the class are given: a class that is
 * rarely predicted with certainty so asks for less.
 *
 * @example
 * ```ts
 * import { confidentJoint } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const { counts, confident } = confidentJoint(
 *   Float32Array.of(0.9, 0.1, 0.7, 0.3, 0.2, 0.8, 0.8, 0.2), // the last one is recorded as class 1
 *   Int32Array.of(0, 0, 1, 1),
 *   { classes: 2 },
 * );
 * assertEquals([...confident], [0, -1, 1, 0]);
 * assertEquals([...counts], [1, 0, 1, 1]);
 * ```
 *
 * @param probabilities Out-of-fold probabilities `[N, C]`, row by row.
 * @param labels Recorded class numbers `[N]`.
 * @param options The number of classes, C.
 * @returns Counts, thresholds and the estimated joint distribution. A recorded class of which no example is confident is
 * taken to be right.
 * @throws {RangeError} If there are no labels, or one is no class number.
 * @throws {TypeError} If there are not C probabilities a label.
 */
export function confidentJoint(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes }: { readonly classes: number },
): ConfidentJoint {
  const attempt = "count the confident joint";
  checkLabels(attempt, "labels", labels, { classes });
  if (probabilities.length !== labels.length * classes) {
    throw new TypeError(
      `Cannot ${attempt} as ${labels.length} labels of ${classes} classes must have ${labels.length * classes} ` +
        `probabilities: current number is ${probabilities.length}`,
    );
  }
  const sizes = new Int32Array(classes), thresholds = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    sizes[labels[i]!]!++;
    thresholds[labels[i]!]! += probabilities[i * classes + labels[i]!]!;
  }
  for (let c = 0; c < classes; c++) thresholds[c] = sizes[c]! > 0 ? thresholds[c]! / sizes[c]! : Infinity;

  const counts = new Int32Array(classes * classes);
  const confident = Int32Array.from({ length: labels.length }, (_, i) => {
    let best = -1;
    for (let c = 0; c < classes; c++) {
      const p = probabilities[i * classes + c]!;
      if (p >= thresholds[c]! && (best < 0 || p > probabilities[i * classes + best]!)) best = c;
    }
    if (best >= 0) counts[labels[i]! * classes + best]!++;
    return best;
  });
  return { thresholds, counts, joint: jointOf(counts, sizes), confident };
}

/** Rows of counts scaled to the sizes of the recorded classes, as shares of all examples. */
function jointOf(counts: Int32Array, sizes: Int32Array): Float64Array {
  const classes = sizes.length;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const joint = new Float64Array(classes * classes);
  for (let r = 0; r < classes; r++) {
    const row = counts.subarray(r * classes, (r + 1) * classes);
    const confident = row.reduce((sum, count) => sum + count, 0);
    for (let c = 0; c < classes; c++) {
      const share = confident > 0 ? row[c]! / confident : r === c ? 1 : 0;
      joint[r * classes + c] = share * sizes[r]! / total;
    }
  }
  return joint;
}
