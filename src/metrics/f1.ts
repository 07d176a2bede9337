/**
 * Precision, recall and F1 from confusion counts, and their mean over the classes: macro F1, as scikit-learn's `f1_score`
 * computes it (https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html).
 *
 * @module
 */
import type { ClassScores } from "../core/records.ts";
import { confusionMatrix, type ConfusionOptions } from "./confusion.ts";

/**
 * Mean F1 over the classes that occur or are predicted, each counting the same; a class that does neither is left out, and
 * one that only does one of the two counts 0.
 *
 * @example
 * ```ts
 * import { macroF1 } from "maskfold";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // F1 is 2/3 for class 0 and for class 1; class 2 does not occur
 * assertAlmostEquals(macroF1([0, 1, 1], [0, 0, 1], { classes: 3 }), 2 / 3);
 * ```
 *
 * @param predicted Predicted classes `[N]`, 0..C-1.
 * @param labels True classes `[N]`, 0..C-1.
 * @param options How many classes there are.
 * @returns Macro F1, 0..1.
 * @throws {TypeError | RangeError} As {@linkcode confusionMatrix} does.
 */
export function macroF1(predicted: ArrayLike<number>, labels: ArrayLike<number>, options: ConfusionOptions): number {
  const rows = countsOf(confusionMatrix(predicted, labels, options)).filter(isPresent);
  return rows.reduce((sum, counts) => sum + f1Of(counts), 0) / rows.length;
}

/** What the scores of a class are made of. */
export interface ClassCounts {
  /** Examples of the class. */
  readonly support: number;
  /** Examples predicted as the class. */
  readonly predicted: number;
  /** Examples of the class predicted as it. */
  readonly right: number;
}

/** The counts of each class, from a confusion matrix `[C, C]`. */
export function countsOf(confusion: Int32Array): ClassCounts[] {
  const classes = Math.sqrt(confusion.length);
  return Array.from({ length: classes }, (_, c) => {
    let support = 0, predicted = 0;
    for (let k = 0; k < classes; k++) {
      support += confusion[c * classes + k]!;
      predicted += confusion[k * classes + c]!;
    }
    return { support, predicted, right: confusion[c * classes + c]! };
  });
}

/** Whether a class occurs or is predicted. */
export function isPresent({ support, predicted }: ClassCounts): boolean {
  return support + predicted > 0;
}

/** The scores of one class; a share of nothing is 0. */
export function scoresOf(name: string, counts: ClassCounts): ClassScores {
  const { support, predicted, right } = counts;
  return { name, support, precision: share(right, predicted), recall: share(right, support), f1: f1Of(counts) };
}

function f1Of({ support, predicted, right }: ClassCounts): number {
  return share(2 * right, support + predicted);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
