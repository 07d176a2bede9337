/**
 * The scores of predictions whose labels are known.
 *
 * @module
 */
import { checkSameLength } from "../core/check.ts";
import { type Predictions, type Scores, UNKNOWN_LABEL } from "../core/records.ts";
import { confusionMatrix } from "./confusion.ts";
import { logLoss } from "./log_loss.ts";
import { reportOf } from "./report.ts";

/** How predictions are scored. */
export interface ScoreOptions {
  /** Predicted classes `[N]` of a decision rule; the most probable ones unless given. */
  readonly predicted?: ArrayLike<number>;
}

/**
 * The most probable class of each example; of several equal ones the first.
 *
 * @param predictions Probabilities of N examples.
 * @returns Class numbers `[N]`.
 * @throws {RangeError} If a probability is not a number.
 */
export function predictedClasses(
  { ids, classes: { length: classes }, probabilities }: Pick<Predictions, "ids" | "classes" | "probabilities">,
): Int32Array {
  checkSameLength("take the most probable classes", {
    probabilities,
    [`ids x ${classes} classes`]: { length: ids.length * classes },
  });
  const out = new Int32Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    let best = 0, highest = -Infinity;
    for (let c = 0; c < classes; c++) {
      const p = probabilities[i * classes + c]!;
      if (p > highest) [best, highest] = [c, p];
      else if (Number.isNaN(p)) {
        throw new RangeError(`Cannot take the most probable class of "${ids[i]}" as a probability is not a number`);
      }
    }
    out[i] = best;
  }
  return out;
}

/**
 * Scores predictions against their labels. Examples whose label is unknown are left out.
 *
 * @example
 * ```ts
 * import { score } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const { count, accuracy, macroF1 } = score({
 *   ids: ["a", "b", "c"],
 *   classes: ["worn", "not worn"],
 *   probabilities: Float32Array.of(0.9, 0.1, 0.4, 0.6, 0.5, 0.5),
 *   labels: Int32Array.of(0, 1, -1), // c is not labelled
 * });
 * assertEquals({ count, accuracy, macroF1 }, { count: 2, accuracy: 1, macroF1: 1 });
 * ```
 *
 * @param predictions Probabilities with labels.
 * @param options Which classes were decided for, where they are not the most probable ones.
 * @returns The scores.
 * @throws {RangeError} If no example is labelled, or a label or decision is not a class number.
 * @throws {TypeError} If the columns differ in length.
 */
export function score(predictions: Predictions, { predicted }: ScoreOptions = {}): Scores {
  const { ids, labels, classes, probabilities } = predictions;
  const decided = predicted ?? predictedClasses(predictions);
  checkSameLength("score predictions", { ids, labels, predicted: decided });
  const known: number[] = [];
  for (let i = 0; i < labels.length; i++) if (labels[i] !== UNKNOWN_LABEL) known.push(i);
  if (known.length === 0) {
    throw new RangeError(
      `Cannot score predictions as at least one must be labelled: all ${ids.length} labels are unknown`,
    );
  }
  const C = classes.length;
  const truth = Int32Array.from(known, (i) => labels[i]!);
  const confusion = confusionMatrix(Int32Array.from(known, (i) => decided[i]!), truth, { classes: C });
  const rows = new Float32Array(known.length * C);
  known.forEach((i, k) => rows.set(probabilities.subarray(i * C, (i + 1) * C), k * C));
  const { perClass, accuracy, macro } = reportOf(confusion, classes);
  return {
    count: known.length,
    accuracy,
    macroF1: macro.f1,
    logLoss: logLoss(rows, truth, { classes: C }),
    perClass,
    confusion,
  };
}
