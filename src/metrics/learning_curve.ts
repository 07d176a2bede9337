/**
 * Learning curves: what models score that were trained on ever more persons, and whether more would help.
 *
 * @module
 */
import { checkInteger, checkSameLength, show } from "../core/check.ts";
import type { Predictions } from "../core/records.ts";
import {
  bootstrapScore,
  type BootstrapScores,
  type DifferenceInterval,
  pairedBootstrap,
  type ScoreInterval,
} from "./bootstrap.ts";
import { checkLabelled } from "./calibration_check.ts";
import type { SeedPredictions } from "./person_draws.ts";
import { predictedClasses } from "./score.ts";

/** What one run says of the persons held out. */
export interface LearningPoint {
  /** Persons that it was trained on. */
  readonly persons: number;
  /** Its predictions of the persons held out, who are the same for all runs. */
  readonly predictions: Predictions;
}

/** How sure scores are. */
export interface LearningCurveOptions {
  /** The person of each of the first point's rows `[N]`. */
  readonly groups: readonly string[];
  /** Seed of the draws. */
  readonly seed: number | string;
  /** How often persons are drawn; 2000 by default. */
  readonly resamples?: number;
  /** Share of the draws that an interval holds; 0.95 by default. */
  readonly level?: number;
}

/** The score of one number of persons. */
export interface LearningRow {
  /** Persons trained on. */
  readonly persons: number;
  /** Runs of that size, over which scores are averaged. */
  readonly runs: number;
  /** Macro F1, with its interval over the persons held out. */
  readonly macroF1: ScoreInterval;
  /** Accuracy, with its interval over the persons held out. */
  readonly accuracy: ScoreInterval;
  /** F1 of each class, by class number; null for one that is neither held out nor predicted. */
  readonly perClass: BootstrapScores["perClass"];
  /** Macro F1 less that of the row before, on the same draws; null in the first row. */
  readonly gain: DifferenceInterval | null;
}

/**
 * Makes a learning curve of the predictions of runs that were trained on different numbers of persons. Intervals tell how much
 * other persons held out could change a score, and not how much other persons trained on could: for that, give several runs
 * of each size.
 *
 * @example
 * ```ts
 * import { learningCurve } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const run = (...probabilities: number[]) => ({
 *   ids: ["a", "b"],
 *   classes: ["worn", "not worn"],
 *   probabilities: Float32Array.from(probabilities),
 *   labels: Int32Array.of(0, 1),
 * });
 * const rows = learningCurve([
 *   { persons: 20, predictions: run(0.9, 0.1, 0.2, 0.8) },
 *   { persons: 10, predictions: run(0.4, 0.6, 0.2, 0.8) },
 * ], { groups: ["ann", "bob"], seed: 1 });
 * assertEquals(rows.map(({ persons, accuracy }) => [persons, accuracy.score]), [[10, 0.5], [20, 1]]);
 * ```
 *
 * @param points Predictions of the same ids, in any order, with known labels.
 * @param options The persons, and how often they are drawn.
 * @returns A row for each number of persons, ascending.
 * @throws {TypeError} If ids, classes or labels of points differ, or a column's length does not fit.
 * @throws {RangeError} If there is no point, a label is unknown, or a number is out of range.
 */
export function learningCurve(points: readonly LearningPoint[], options: LearningCurveOptions): LearningRow[] {
  const attempt = "make a learning curve", first = points[0]?.predictions;
  if (first === undefined) throw new RangeError(`Cannot ${attempt} as there must be at least one point`);
  checkLabelled(attempt, first);
  checkSameLength(attempt, { groups: options.groups, "ids of the first point": first.ids });
  const bySize = new Map<number, Int32Array[]>();
  points.forEach(({ persons, predictions }, k) => {
    checkInteger(attempt, `persons of point ${k}`, persons, { min: 1 });
    const predicted = alignedClasses(`${attempt} with point ${k}`, predictions, first);
    bySize.set(persons, [...bySize.get(persons) ?? [], predicted]);
  });
  const draws = { ...options, labels: first.labels, classes: first.classes.length };
  let before: SeedPredictions | undefined;
  return [...bySize].sort(([a], [b]) => a - b).map(([persons, runs]): LearningRow => {
    const gain = before === undefined ? null : pairedBootstrap(before, runs, draws).macroF1;
    before = runs;
    return { persons, runs: runs.length, ...bootstrapScore(runs, draws), gain };
  });
}

/** Most probable classes in the order of the first point's ids. */
function alignedClasses(attempt: string, predictions: Predictions, first: Predictions): Int32Array {
  const { ids, classes, labels } = predictions;
  if (classes.length !== first.classes.length || classes.some((name, c) => name !== first.classes[c])) {
    throw new TypeError(`Cannot ${attempt} as the classes must be ${show(first.classes)}: they are ${show(classes)}`);
  }
  checkSameLength(attempt, { ids, "ids of the first point": first.ids });
  checkLabelled(attempt, predictions);
  const predicted = predictedClasses(predictions);
  const places = new Map<string, number>();
  ids.forEach((id, row) => places.set(id, row));
  return Int32Array.from(first.ids, (id, i) => {
    const row = places.get(id);
    if (row === undefined) {
      throw new TypeError(`Cannot ${attempt} as all must be of the same ids: ${show(id)} is missing`);
    }
    if (labels[row] !== first.labels[i]) {
      throw new TypeError(
        `Cannot ${attempt} as labels must be the same: that of ${show(id)} is ${labels[row]} and ${first.labels[i]}`,
      );
    }
    return predicted[row]!;
  });
}
