/**
 * Counts of true against predicted classes, and the share on their diagonal.
 *
 * @module
 */
import { checkInteger, checkLabels, checkSameLength } from "../core/check.ts";

/** How many classes there are. */
export interface ConfusionOptions {
  /** Number of classes C. */
  readonly classes: number;
}

/**
 * Counts how often each true class was predicted as each class.
 *
 * @example
 * ```ts
 * import { confusionMatrix } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const confusion = confusionMatrix([0, 1, 1], [0, 0, 1], { classes: 2 });
 * assertEquals([...confusion], [1, 1, 0, 1]); // of class 0 one right, one taken for 1
 * ```
 *
 * @param predicted Predicted classes `[N]`, 0..C-1.
 * @param labels True classes `[N]`, 0..C-1.
 * @param options How many classes there are.
 * @returns Counts `[C, C]`, row: true class, column: predicted class.
 * @throws {TypeError} If the lengths differ.
 * @throws {RangeError} If there is no example, or a value is not a class number.
 */
export function confusionMatrix(
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes }: ConfusionOptions,
): Int32Array {
  const attempt = "count a confusion matrix";
  checkInteger(attempt, "classes", classes, { min: 1 });
  checkSameLength(attempt, { predicted, labels });
  checkLabels(attempt, "predicted", predicted, { classes });
  checkLabels(attempt, "labels", labels, { classes });
  const counts = new Int32Array(classes * classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]! * classes + predicted[i]!]!++;
  return counts;
}

/**
 * Share of the examples that are predicted right.
 *
 * @param predicted Predicted classes `[N]`.
 * @param labels True classes `[N]`, all known.
 * @returns Share, 0..1.
 * @throws {TypeError} If the lengths differ.
 * @throws {RangeError} If there is no example, or a label is unknown.
 */
export function accuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkSameLength("compute accuracy", { predicted, labels });
  checkLabels("compute accuracy", "labels", labels);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) right++;
  return right / labels.length;
}
