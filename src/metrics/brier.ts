/**
 * The Brier score: the squared distance of probabilities from what came true. Brier, 1950,
 * https://doi.org/10.1175/1520-0493(1950)078%3C0001:VOFEIT%3E2.0.CO;2
 *
 * @module
 */
import type { Predictions } from "../core/records.ts";
import { checkLabelled } from "./calibration_check.ts";

/**
 * Mean over the examples of the squared distances, summed over the classes as Brier did: 0 is best, 2 worst, and `1 - 1/C`
 * is what equal probabilities get. Of two classes this is twice what scikit-learn's `brier_score_loss` returns.
 *
 * @example
 * ```ts
 * import { brierScore } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   ids: ["a", "b"],
 *   classes: ["worn", "not worn"],
 *   probabilities: Float32Array.of(1, 0, 0.5, 0.5),
 *   labels: Int32Array.of(0, 1),
 * };
 * assertEquals(brierScore(predictions), 0.25); // 0 for a, 0.5 for b
 * ```
 *
 * @param predictions Probabilities `[N, C]` with known labels.
 * @returns The score, 0..2.
 * @throws {TypeError} If the columns differ in length.
 * @throws {RangeError} If there is no example, a label is unknown, or a probability is not in 0..1.
 */
export function brierScore(predictions: Predictions): number {
  checkLabelled("compute the Brier score", predictions);
  const { ids, probabilities, labels, classes: { length: C } } = predictions;
  let sum = 0;
  for (let i = 0; i < ids.length; i++) {
    for (let c = 0; c < C; c++) sum += (probabilities[i * C + c]! - (labels[i] === c ? 1 : 0)) ** 2;
  }
  return sum / ids.length;
}
