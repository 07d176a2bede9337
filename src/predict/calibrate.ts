/**
 * Calibration: probabilities made to come true as often as they say, learnt from some predictions and applied to others.
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import { build, faultText } from "../core/parts.ts";
import type { Predictions } from "../core/records.ts";
import { checkLabelled } from "../metrics/mod.ts";
import type { Calibration, Unlabelled } from "./calibration.ts";
import { CALIBRATIONS, type CalibrationSpec } from "./calibrations.ts";
import { applyIsotonic, ISOTONIC_SCHEMA } from "./isotonic.ts";
import { applyTemperature, TEMPERATURE_SCHEMA } from "./temperature.ts";
import { applyVectorScaling, VECTOR_SCHEMA } from "./vector_scaling.ts";

/**
 * Learns a calibration. Learn it from predictions of images that the model was not trained on, such as out-of-fold ones; what
 * it gains on other persons is what {@linkcode nestedGain} tells.
 *
 * @example
 * ```ts
 * import { applyCalibration, calibrate } from "maskfold";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const predictions = {
 *   ids: ["a", "b", "c", "d"],
 *   classes: ["worn", "not worn"],
 *   probabilities: Float32Array.of(0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.1),
 *   labels: Int32Array.of(0, 0, 0, 1), // three quarters are right, where nine tenths were promised
 * };
 * const calibration = calibrate(predictions, { name: "temperature" });
 * const kept = JSON.parse(JSON.stringify(calibration));
 * assertAlmostEquals(applyCalibration(predictions, kept).probabilities[0]!, 0.75, 1e-6);
 * ```
 *
 * @param predictions Probabilities `[N, C]` with known labels.
 * @param spec Which calibration, with its options.
 * @returns A record of plain JSON.
 * @throws {TypeError} If the columns differ in length, or an option is wrong.
 * @throws {RangeError} If there is no example, a label is unknown, a probability is not in 0..1, or the name is unknown.
 */
export function calibrate(predictions: Predictions, spec: CalibrationSpec): Calibration {
  const fit = build("calibration", CALIBRATIONS, spec);
  checkLabelled("calibrate", predictions);
  return fit(predictions);
}

/** What a kept record must be, and how it is applied, by method. */
const METHODS = {
  temperature: { schema: TEMPERATURE_SCHEMA, apply: applyTemperature },
  vectorScaling: { schema: VECTOR_SCHEMA, apply: applyVectorScaling },
  isotonic: { schema: ISOTONIC_SCHEMA, apply: applyIsotonic },
};

/**
 * Applies a calibration that was learnt from other predictions of the same classes.
 *
 * @param predictions Probabilities `[N, C]`; labels are neither needed nor looked at.
 * @param calibration What {@linkcode calibrate} returned, perhaps kept as JSON meanwhile.
 * @returns The predictions with other probabilities; each row sums to 1.
 * @throws {RangeError} If the calibration's method is unknown.
 * @throws {TypeError} If the record is broken, or of other classes.
 */
export function applyCalibration<P extends Unlabelled>(predictions: P, calibration: Calibration): P {
  const attempt = "apply a calibration", { method } = calibration;
  if (!Object.hasOwn(METHODS, method)) {
    throw new RangeError(
      `Cannot ${attempt} as its method must be one of ${list(Object.keys(METHODS))}: current value is ${show(method)}`,
    );
  }
  const { schema, apply } = METHODS[method];
  const checked = schema.safeParse(calibration);
  if (!checked.success) {
    throw new TypeError(`Cannot ${attempt} of method "${method}" as ${checked.error.issues.map(faultText).join("; ")}`);
  }
  checkSameClasses(attempt, calibration.classes, predictions.classes);
  return { ...predictions, probabilities: apply(predictions, calibration as never) };
}

/**
 * Checks that what was learnt is of the classes that it is applied to.
 *
 * @throws {TypeError} If it is not.
 */
export function checkSameClasses(attempt: string, learnt: readonly string[], found: readonly string[]): void {
  if (learnt.length === found.length && learnt.every((name, c) => name === found[c])) return;
  throw new TypeError(
    `Cannot ${attempt} as it must be of the same classes: it is of ${show(learnt)}, the predictions of ${show(found)}`,
  );
}
