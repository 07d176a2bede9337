/**
 * Decisions, and the contest's answer file.
 *
 * @module
 */
import type { Predictions } from "../core/records.ts";
import { writeCsv } from "../io/csv.ts";
import { predictedClasses } from "../metrics/mod.ts";
import { checkSameClasses } from "./calibrate.ts";
import type { Unlabelled } from "./calibration.ts";
import { type ClassOffsets, decideWith } from "./offsets.ts";

/** How classes are decided for. */
export interface DecideOptions {
  /** What is added to log-probabilities before the highest is taken, as `fitOffsets` finds it; nothing by default. */
  readonly offsets?: ClassOffsets;
}

/**
 * The class decided for each example: the most probable one, the lower number where two are equal. With offsets it is the one
 * of the highest sum of log-probability and offset.
 *
 * @param predictions Probabilities `[N, C]`; labels are neither needed nor looked at.
 * @param options Offsets, if there are any.
 * @returns Class numbers `[N]`.
 * @throws {TypeError} If the offsets are of other classes, or not a finite number for each.
 */
export function decide(predictions: Predictions | Unlabelled, { offsets }: DecideOptions = {}): Int32Array {
  const probable = predictedClasses(predictions);
  if (offsets === undefined) return probable;
  checkSameClasses("decide with offsets", offsets.classes, predictions.classes);
  if (offsets.offsets.length !== offsets.classes.length || !offsets.offsets.every(Number.isFinite)) {
    throw new TypeError(
      `Cannot decide with offsets as there must be a finite number for each of ${offsets.classes.length} classes: ` +
        `current values are [${offsets.offsets}]`,
    );
  }
  return decideWith(predictions, offsets.offsets);
}

/** How a submission is decided, and how its columns are named. */
export interface SubmissionOptions extends DecideOptions {
  /** The two columns' names: id and class number. */
  readonly columns?: readonly [id: string, answer: string];
}

/**
 * Writes class numbers as a csv in the contest's form, whole or not at all.
 *
 * @param predictions What is decided on, in the order of the rows.
 * @param path The csv file.
 * @param options Offsets to decide with, if there are any, and the columns' names.
 * @throws {TypeError} If the offsets are of other classes.
 */
export async function writeSubmission(
  predictions: Predictions,
  path: string,
  { columns: [id, answer] = ["ImageID", "ans"], offsets }: SubmissionOptions = {},
): Promise<void> {
  const labels = decide(predictions, { offsets });
  await writeCsv(path, [id, answer], predictions.ids.map((name, row) => ({ [id]: name, [answer]: `${labels[row]}` })));
}
