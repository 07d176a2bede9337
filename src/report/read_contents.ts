/**
 * A run's folder, or a cross-validation's, read as a report needs it: as far as it goes.
 *
 * @module
 */
import { checkInteger, show } from "../core/check.ts";
import type { Predictions } from "../core/records.ts";
import { joinFolds } from "../predict/mod.ts";
import { readContents, type RunContents } from "../train/run_contents.ts";
import { runFolder } from "../train/run_folders.ts";
import { type IntervalOptions, scoreRun } from "../train/run_scores.ts";

/** How a run is read. */
export interface ReadRunOptions {
  /** How often persons are drawn for the intervals; 2000 by default. */
  readonly resamples?: number;
  /** Seed of the draws; 0 by default. */
  readonly seed?: number | string;
}

/**
 * Reads a run, or all folds of a cross-validation with their out-of-fold predictions. One that still goes on is read as far
 * as it has come, with what its ended folds predict, and what is broken is told in its entry.
 *
 * @param dir A run's folder, or one with `fold-0`, `fold-1`, ... in it.
 * @param options How intervals are drawn.
 * @returns What its files say.
 * @throws {Error} If it holds no run.
 * @throws {RangeError} If `resamples` is out of range.
 */
export async function readRunContents(
  dir: string,
  { resamples = 2000, seed = 0 }: ReadRunOptions = {},
): Promise<RunContents> {
  checkInteger("read a run", "resamples", resamples, { min: 1 });
  const folder = await runFolder(dir);
  if (!folder) throw new Error(`Cannot read ${show(dir)} as it holds neither config.json nor fold-0`);
  const contents = await readContents(folder, { root: dir, resamples, seed });
  return contents.predictions || contents.entry.fault !== null ? contents : withEnded(contents, { resamples, seed });
}

/** With the predictions of the folds that have ended, where not all have, or where a fold was trained by itself. */
function withEnded(contents: RunContents, options: IntervalOptions): RunContents {
  const ended = contents.files.filter(({ valid }) => valid);
  if (ended.length === 0) return contents;
  let predictions: Predictions;
  try {
    predictions = joinFolds(ended.map(({ valid }) => valid!));
  } catch (error) { // an image that two folds were validated on
    return { ...contents, entry: { ...contents.entry, state: "broken", fault: (error as Error).message } };
  }
  const all = ended.flatMap(({ persons }) => persons ? [...persons] : []);
  const persons = ended.every(({ persons }) => persons) ? new Map(all) : null;
  const entry = { ...contents.entry, scores: scoreRun(predictions, persons, options) };
  return { ...contents, entry, predictions, persons };
}
