/**
 * Calibration error: how far probabilities are from the frequencies that they promise. Expected and maximum error by
 * Naeini, Cooper and Hauskrecht, 2015, https://doi.org/10.1609/aaai.v29i1.9602; class by class as in Kull et al., 2019,
 * https://arxiv.org/abs/1910.12656
 *
 * @module
 */
import type { Predictions } from "../core/records.ts";
import { reliability, type ReliabilityOptions } from "./reliability.ts";

/** How far probabilities are from frequencies. */
export interface CalibrationError {
  /** Mean distance over the examples, 0..1; for `"classWise"` the mean of this over the classes. */
  readonly expected: number;
  /** The largest distance of any bin, 0..1; a bin with few examples easily holds it. */
  readonly maximum: number;
}

/**
 * How far probabilities are from frequencies, bin by bin. Both errors are above 0 for perfect probabilities too, the more so
 * the fewer examples a bin holds: compare only what was measured with the same bins on the same examples.
 *
 * @example
 * ```ts
 * import { calibrationError } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   ids: ["a", "b"],
 *   classes: ["worn", "not worn"],
 *   probabilities: Float32Array.of(0.75, 0.25, 0.75, 0.25),
 *   labels: Int32Array.of(0, 1),
 * };
 * assertEquals(calibrationError(predictions), { expected: 0.25, maximum: 0.25 }); // three quarters promised, half kept
 * ```
 *
 * @param predictions Probabilities `[N, C]` with known labels.
 * @param options Which probabilities, and which bins; 15 of equal width over the top label by default.
 * @returns The errors.
 * @throws {TypeError | RangeError} As {@linkcode reliability} does.
 */
export function calibrationError(predictions: Predictions, options: ReliabilityOptions = {}): CalibrationError {
  let sum = 0, total = 0, maximum = 0;
  for (const { count, confidence, frequency } of reliability(predictions, options)) {
    const gap = Math.abs(confidence - frequency);
    sum += count * gap;
    total += count; // every class counts each example once, so that this is also the mean over classes
    maximum = Math.max(maximum, gap);
  }
  return { expected: sum / total, maximum };
}
