/**
 * Temperature scaling: log-probabilities divided by one number, so that probabilities become less sure, or surer, and the
 * most probable class stays. Guo, Pleiss, Sun and Weinberger, 2017, https://arxiv.org/abs/1706.04599
 *
 * @module
 */
import { z } from "zod";
import type { Predictions } from "../core/records.ts";
import { predictedClasses } from "../metrics/mod.ts";
import { logsOf, type TemperatureCalibration, type Unlabelled } from "./calibration.ts";
import { softmaxRows } from "./rows.ts";

/** Temperatures are looked for in 1/RANGE..RANGE: labels that are all right, or no better than chance, have no best one. */
const RANGE = 100;

/** A step of less than this share of the place ends the search; what it leaves of the error is its square. */
const PRECISION = 1e-8;

/** What a kept record must be. */
export const TEMPERATURE_SCHEMA: z.ZodType<TemperatureCalibration> = z.strictObject({
  method: z.literal("temperature"),
  classes: z.array(z.string()),
  temperature: z.number().min(1e-6), // less would leave no finite number
});

/**
 * Finds the temperature of least log loss. The loss is convex in the inverse of the temperature, so that its slope is zero
 * once: Newton's method finds where, within an interval that holds the place and is halved where a step would leave it or
 * steps do not shrink.
 *
 * @param predictions Probabilities `[N, C]` with known labels.
 * @returns The temperature, 0.01..100.
 */
export function fitTemperature({ classes, probabilities, labels }: Predictions): TemperatureCalibration {
  const logs = logsOf(probabilities);
  const at = (inverse: number) => slopeAt(inverse, logs, labels, classes.length);
  const found = (inverse: number): TemperatureCalibration => ({
    method: "temperature",
    classes,
    temperature: 1 / inverse,
  });
  let inverse = 1, { slope, curvature } = at(1);
  if (slope === 0) return found(1);
  const end = slope > 0 ? 1 / RANGE : RANGE;
  if (at(end).slope * slope >= 0) return found(end);
  let low = Math.min(1, end), high = Math.max(1, end), before = high - low, last = before;
  for (let round = 0; round < 100; round++) {
    const newton = inverse - slope / curvature;
    if (Math.abs(newton - inverse) <= PRECISION * inverse) return found(newton);
    const shrinks = Math.abs(newton - inverse) <= before / 2;
    const next = newton > low && newton < high && shrinks ? newton : (low + high) / 2;
    [before, last] = [last, Math.abs(next - inverse)];
    inverse = next;
    ({ slope, curvature } = at(inverse));
    if (slope > 0) high = inverse;
    else low = inverse;
  }
  return found(inverse);
}

/** First and second derivative of the mean log loss by the inverse of the temperature. */
function slopeAt(
  inverse: number,
  logs: Float64Array,
  labels: Int32Array,
  classes: number,
): { readonly slope: number; readonly curvature: number } {
  let slope = 0, curvature = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = i * classes;
    let highest = -Infinity, sum = 0, first = 0, second = 0;
    for (let k = row; k < row + classes; k++) if (logs[k]! > highest) highest = logs[k]!;
    for (let k = row; k < row + classes; k++) {
      const z = logs[k]! - highest, weight = Math.exp(inverse * z);
      sum += weight;
      first += weight * z;
      second += weight * z * z;
    }
    const mean = first / sum;
    slope += mean - (logs[row + labels[i]!]! - highest);
    curvature += Math.max(0, second / sum - mean * mean);
  }
  return { slope: slope / labels.length, curvature: curvature / labels.length };
}

/**
 * Divides log-probabilities by the temperature. The most probable class stays to the last bit: where rounding to single
 * precision would make another one equal to it, it gets the next number.
 *
 * @param predictions Probabilities `[N, C]`.
 * @param calibration What was fitted.
 * @returns Probabilities `[N, C]`.
 */
export function applyTemperature(predictions: Unlabelled, { temperature }: TemperatureCalibration): Float32Array {
  const scores = logsOf(predictions.probabilities), C = predictions.classes.length;
  for (let k = 0; k < scores.length; k++) scores[k]! /= temperature;
  softmaxRows(scores, C, predictions.ids.length);
  const out = new Float32Array(scores);
  predictedClasses(predictions).forEach((winner, i) => {
    let rival = 0;
    for (let c = 0; c < winner; c++) rival = Math.max(rival, out[i * C + c]!);
    if (rival >= out[i * C + winner]!) out[i * C + winner] = rival * (1 + 2 ** -23);
  });
  return out;
}
