/**
 * Nested evaluation: what is fitted to predictions, be it a calibration, offsets or weights of an ensemble, is judged on
 * persons that it was not fitted to. Cawley and Talbot, 2010, https://jmlr.org/papers/v11/cawley10a.html on what judging it on
 * the same ones comes to.
 *
 * @module
 */
import { checkSameLength } from "../core/check.ts";
import type { Predictions, Scores } from "../core/records.ts";
import {
  type PairedBootstrap,
  pairedBootstrap,
  type PairedCalibration,
  pairedCalibration,
  predictedClasses,
  score,
} from "../metrics/mod.ts";
import { stratifiedGroupKFold } from "../split/mod.ts";
import type { Unlabelled } from "./calibration.ts";
import { checkAnswer, hideLabels, labelledMembers, type Members } from "./nested_rows.ts";

/** What a rule says of some rows: probabilities, and the classes decided for where they are not the most probable ones. */
export interface Answer extends Unlabelled {
  /** Decided classes `[N]`. */
  readonly predicted?: Int32Array;
}

/** Turns members' predictions, which have no labels, into an answer for the same ids in the same order. */
export type Rule = (members: Members<Unlabelled>) => Answer;

/**
 * Learns a rule from members' labelled predictions, and the person of each row. It is called once for each part that is judged
 * and must keep nothing from one call to the next: what is judged now was learnt from before.
 */
export type Fit = (members: Members<Predictions>, groups: readonly string[]) => Rule;

/** How a fit is judged. */
export interface NestedGainOptions {
  /** What learns: it sees the labels of some persons, and its rule the probabilities of the others. */
  readonly fit: Fit;
  /** What it is compared with; the first member as it is by default. It learns nothing. */
  readonly baseline?: Rule;
  /** In how many parts persons are split, at least 2; 5 by default. */
  readonly folds?: number;
  /** Seed of the split and of the draws. */
  readonly seed: number | string;
  /** How often persons are drawn for the intervals; 2000 by default. */
  readonly resamples?: number;
  /** Share of the draws that an interval holds; 0.95 by default. */
  readonly level?: number;
}

/** What a fit gains on persons that it was not fitted to. */
export interface NestedGain {
  /** Scores of the baseline. */
  readonly before: Scores;
  /** Scores of the fitted rules, each on the persons that it was not fitted to. */
  readonly after: Scores;
  /**
   * After less before, with intervals over persons: above 0 is better in macro F1 and accuracy, and worse in log loss, Brier
   * score and calibration error.
   */
  readonly difference: PairedBootstrap & PairedCalibration;
  /** The fitted rules' answers, joined, in the order of the first member. */
  readonly predictions: Predictions & { readonly predicted: Int32Array };
}

/**
 * Judges what a fit gains: persons are split into parts, a rule is fitted to all but one of them and applied to the one left
 * out, and the joined answers are compared with the baseline. No rule is given the labels of the rows that it is judged on.
 *
 * @example
 * ```ts
 * import { applyCalibration, calibrate, nestedGain } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const rows = Array.from({ length: 40 }, (_, i) => i);
 * const predictions = {
 *   ids: rows.map((i) => `image ${i}`),
 *   classes: ["worn", "not worn"],
 *   probabilities: Float32Array.from(rows.flatMap(() => [0.99, 0.01])),
 *   labels: Int32Array.from(rows, (i) => i % 4 === 0 ? 1 : 0), // three quarters are right
 * };
 * const { difference } = nestedGain([predictions], rows.map((i) => `person ${i >> 1}`), {
 *   fit: ([labelled]) => {
 *     const calibration = calibrate(labelled, { name: "temperature" });
 *     return ([others]) => applyCalibration(others, calibration);
 *   },
 *   seed: 1,
 * });
 * assert(difference.logLoss.high < 0 && difference.accuracy.difference === 0);
 * ```
 *
 * @param members Predictions of images that the models were not trained on, such as out-of-fold ones: of the same ids, in any
 * order, every label known to one of them.
 * @param groups The person of each of the first member's rows `[N]`.
 * @param options What is fitted, and how it is judged.
 * @returns The scores, and their differences.
 * @throws {TypeError} If members, groups or a rule's answer do not fit each other.
 * @throws {RangeError} If a label is unknown, a probability is not in 0..1, or an option is out of range.
 */
export function nestedGain(
  members: readonly Predictions[],
  groups: readonly string[],
  options: NestedGainOptions,
): NestedGain {
  const { fit, baseline = ([first]) => first, folds = 5, ...draws } = options;
  const attempt = "judge a fit", { ids, labels, rows } = labelledMembers(attempt, members);
  checkSameLength(attempt, { groups, ids });
  const before = answer(attempt, baseline, rows(Int32Array.from(ids.keys()))), { classes } = before;
  const probabilities = new Float32Array(ids.length * classes.length), predicted = new Int32Array(ids.length);
  for (const { train, valid } of stratifiedGroupKFold(labels, groups, { folds, seed: draws.seed })) {
    const found = answer(attempt, fit(rows(train), Array.from(train, (i) => groups[i]!)), rows(valid));
    valid.forEach((to, from) => {
      const row = from * classes.length;
      probabilities.set(found.probabilities.subarray(row, row + classes.length), to * classes.length);
      predicted[to] = found.predicted[from]!;
    });
  }
  const after = { ids, classes, probabilities, labels, predicted };
  const drawn = { ...draws, labels, groups, classes: classes.length };
  return {
    before: score(before, before),
    after: score(after, after),
    difference: {
      ...pairedBootstrap([before.predicted], [after.predicted], drawn),
      ...pairedCalibration(before, after, { ...draws, groups }),
    },
    predictions: after,
  };
}

/** A rule's answer on rows whose labels it does not see, with their labels. */
function answer(
  attempt: string,
  rule: Rule,
  members: Members<Predictions>,
): Predictions & { readonly predicted: Int32Array } {
  const asked = members[0], { ids, classes, labels } = asked;
  const found = rule(hideLabels(members));
  checkAnswer(attempt, found, asked);
  return {
    ids,
    classes,
    labels,
    probabilities: found.probabilities,
    predicted: found.predicted ?? predictedClasses(found),
  };
}
