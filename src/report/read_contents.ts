/**
 * A run's folder, or a cross-validation's, read as a report needs it: as far as it goes.
 *
 * @module
 */
import { checkInteger, show } from "../core/check.ts";
import { readContents, type RunContents } from "../train/run_contents.ts";
import { runFolder } from "../train/run_folders.ts";

/** How a run is read. */
export interface ReadRunOptions {
  /** How often persons are drawn for the intervals; 2000 by default. */
  readonly resamples?: number;
  /** Seed of the draws; 0 by default. */
  readonly seed?: number | string;
}

/**
 * Reads a run, or all folds of a cross-validation with their out-of-fold predictions. One that still goes on is read as far
 * as it has come, and what is broken is told in its entry.
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
  return await readContents(folder, { root: dir, resamples, seed });
}
