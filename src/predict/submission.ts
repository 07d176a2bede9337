/**
 * Decisions, and the contest's answer file.
 *
 * @module
 */
import type { Predictions } from "../core/records.ts";
import { writeCsv } from "../io/csv.ts";
import { predictedClasses } from "../metrics/mod.ts";

/**
 * The class decided for each example: the most probable one, the lower number where two are equal.
 *
 * @param predictions Probabilities `[N, C]`.
 * @returns Class numbers `[N]`.
 */
export function decide(predictions: Predictions): Int32Array {
  return predictedClasses(predictions);
}

/** How a submission's columns are named. */
export interface SubmissionOptions {
  /** The two columns' names: id and class number. */
  readonly columns?: readonly [id: string, answer: string];
}

/**
 * Writes class numbers as a csv in the contest's form, whole or not at all.
 *
 * @param predictions What is decided on, in the order of the rows.
 * @param path The csv file.
 */
export async function writeSubmission(
  predictions: Predictions,
  path: string,
  { columns: [id, answer] = ["ImageID", "ans"] }: SubmissionOptions = {},
): Promise<void> {
  const labels = decide(predictions);
  await writeCsv(path, [id, answer], predictions.ids.map((name, row) => ({ [id]: name, [answer]: `${labels[row]}` })));
}
