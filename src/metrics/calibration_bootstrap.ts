/**
 * Bootstrap intervals of log loss, Brier score and calibration error, with persons drawn as in `bootstrap.ts`: each person's
 * sums are taken once, and a draw adds them up.
 *
 * @module
 */
import { checkInteger, checkSameLength, show } from "../core/check.ts";
import type { Predictions } from "../core/records.ts";
import { randomInt, seededRng } from "../core/rng.ts";
import { type DifferenceInterval, differenceInterval, type ScoreInterval, scoreInterval } from "./bootstrap.ts";
import { checkLabelled } from "./calibration_check.ts";
import { logLoss } from "./log_loss.ts";
import { predictedClasses } from "./score.ts";

/** What is drawn, and how often. */
export interface CalibrationBootstrapOptions {
  /** The person of each example `[N]`. */
  readonly groups: readonly string[];
  /** How often as many persons as there are are drawn with replacement; 2000 by default. */
  readonly resamples?: number;
  /** Seed of the draws. */
  readonly seed: number | string;
  /** Share of the resamples that the interval holds, between 0 and 1; 0.95 by default. */
  readonly level?: number;
  /** Bins of equal width for the calibration error of the top label; 15 by default. */
  readonly bins?: number;
}

/** Intervals of how well probabilities are calibrated; each is better the lower it is. */
export interface BootstrapCalibration {
  /** Of the mean log loss, in nats. */
  readonly logLoss: ScoreInterval;
  /** Of the Brier score, 0..2. */
  readonly brier: ScoreInterval;
  /**
   * Of the expected calibration error of the top label, 0..1. Drawing adds noise, which this error counts as distance: of well
   * calibrated predictions the interval may lie above the value.
   */
  readonly calibrationError: ScoreInterval;
}

/** Intervals of how much higher a second set of predictions is; below 0 it is better. */
export interface PairedCalibration {
  /** Of the mean log loss, in nats. */
  readonly logLoss: DifferenceInterval;
  /** Of the Brier score. */
  readonly brier: DifferenceInterval;
  /** Of the expected calibration error of the top label. */
  readonly calibrationError: DifferenceInterval;
}

/**
 * How sure log loss, Brier score and calibration error are, given that other persons could have been photographed.
 *
 * @example
 * ```ts
 * import { bootstrapCalibration } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const predictions = {
 *   ids: ["a", "b", "c"],
 *   classes: ["worn", "not worn"],
 *   probabilities: Float32Array.of(1, 0, 0.5, 0.5, 0, 1),
 *   labels: Int32Array.of(0, 0, 1),
 * };
 * const { brier } = bootstrapCalibration(predictions, { groups: ["ann", "bob", "cem"], seed: 1 });
 * assert(brier.low === 0 && brier.high > brier.score); // a draw may hold bob never, or more than once
 * ```
 *
 * @param predictions Probabilities `[N, C]` with known labels.
 * @param options Persons, and how often they are drawn.
 * @returns The values on all examples, with their intervals.
 * @throws {TypeError} If the columns differ in length.
 * @throws {RangeError} If there is no example, a label is unknown, a probability is not in 0..1, or an option is out of range.
 */
export function bootstrapCalibration(
  predictions: Predictions,
  options: CalibrationBootstrapOptions,
): BootstrapCalibration {
  const { whole, draws } = drawSums("bootstrap calibration", [predictions], options);
  const of = (key: keyof BootstrapCalibration) =>
    scoreInterval(whole[0]![key], draws.map(([value]) => value![key]), options);
  return { logLoss: of("logLoss"), brier: of("brier"), calibrationError: of("calibrationError") };
}

/**
 * How much higher log loss, Brier score and calibration error of the second of two sets of predictions are, both on the same
 * draws of persons.
 *
 * @param first Probabilities `[N, C]` with known labels.
 * @param second Probabilities of the same ids, in the same order.
 * @param options Persons, and how often they are drawn.
 * @returns The differences, second less first, with their intervals.
 * @throws {TypeError} If the columns differ in length, or ids or labels differ.
 * @throws {RangeError} As {@linkcode bootstrapCalibration} does.
 */
export function pairedCalibration(
  first: Predictions,
  second: Predictions,
  options: CalibrationBootstrapOptions,
): PairedCalibration {
  const attempt = "compare calibration";
  checkSameLength(attempt, { "ids of the first": first.ids, "ids of the second": second.ids });
  const other = first.ids.findIndex((id, i) => id !== second.ids[i] || first.labels[i] !== second.labels[i]);
  if (other >= 0) {
    throw new TypeError(
      `Cannot ${attempt} as both must have the same ids and labels in the same order: row ${other} is ` +
        `${show(first.ids[other])} with ${first.labels[other]} and ${show(second.ids[other])} with ${
          second.labels[other]
        }`,
    );
  }
  const { whole, draws } = drawSums(attempt, [first, second], options);
  const of = (key: keyof PairedCalibration) =>
    differenceInterval(whole[1]![key] - whole[0]![key], draws.map(([a, b]) => b![key] - a![key]), options);
  return { logLoss: of("logLoss"), brier: of("brier"), calibrationError: of("calibrationError") };
}

type Values = Readonly<Record<keyof BootstrapCalibration, number>>;

/** Examples, log loss, Brier score, and then how often each bin came true less what it promised: sums `[persons, 3 + bins]`. */
function personSums(predictions: Predictions, persons: Int32Array, bins: number): Float64Array {
  const { probabilities, labels, classes: { length: C } } = predictions, width = 3 + bins;
  const sums = new Float64Array((persons.reduce((a, b) => Math.max(a, b), 0) + 1) * width);
  predictedClasses(predictions).forEach((predicted, i) => {
    const row = probabilities.subarray(i * C, (i + 1) * C), at = persons[i]! * width;
    const confidence = row[predicted]!, bin = Math.min(Math.max(Math.ceil(confidence * bins) - 1, 0), bins - 1);
    sums[at]!++;
    sums[at + 1]! += logLoss(row, labels.subarray(i, i + 1), { classes: C });
    row.forEach((p, c) => sums[at + 2]! += (p - (labels[i] === c ? 1 : 0)) ** 2);
    sums[at + 3 + bin]! += (predicted === labels[i] ? 1 : 0) - confidence;
  });
  return sums;
}

function drawSums(
  attempt: string,
  sides: readonly Predictions[],
  { groups, resamples = 2000, seed, level = 0.95, bins = 15 }: CalibrationBootstrapOptions,
): { readonly whole: readonly Values[]; readonly draws: readonly (readonly Values[])[] } {
  checkInteger(attempt, "resamples", resamples, { min: 1 });
  checkInteger(attempt, "bins", bins, { min: 1 });
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`Cannot ${attempt} as level must be between 0 and 1: current value is ${show(level)}`);
  }
  for (const side of sides) checkLabelled(attempt, side);
  checkSameLength(attempt, { groups, ids: sides[0]!.ids });
  const numbers = new Map([...new Set(groups)].sort().map((name, person) => [name, person]));
  const persons = Int32Array.from(groups, (name) => numbers.get(name)!);
  const tables = sides.map((side) => personSums(side, persons, bins));
  const width = 3 + bins, total = new Float64Array(width);
  const valuesOf = (weights: Int32Array) =>
    tables.map((table): Values => {
      total.fill(0);
      for (let p = 0; p < weights.length; p++) {
        if (weights[p] === 0) continue;
        for (let k = 0; k < width; k++) total[k]! += weights[p]! * table[p * width + k]!;
      }
      const gaps = total.subarray(3).reduce((sum, gap) => sum + Math.abs(gap), 0);
      return { logLoss: total[1]! / total[0]!, brier: total[2]! / total[0]!, calibrationError: gaps / total[0]! };
    });
  const weights = new Int32Array(numbers.size).fill(1), whole = valuesOf(weights);
  const rng = seededRng(seed).fork("bootstrap"); // the draws of pairedBootstrap
  const draws = Array.from({ length: resamples }, () => {
    weights.fill(0);
    for (let i = 0; i < weights.length; i++) weights[randomInt(rng, weights.length)]!++;
    return valuesOf(weights);
  });
  return { whole, draws };
}
