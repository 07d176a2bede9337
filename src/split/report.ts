/**
 * What a split came to: sizes, class shares against those of the whole, and groups that leaked from one side to the other.
 *
 * @module
 */
import { checkLabels, checkSameLength } from "../core/check.ts";
import type { Fold } from "../core/records.ts";

/** What the classes are called. */
export interface SplitReportOptions {
  /** Class names, by class number; the numbers themselves unless given. */
  readonly classes?: readonly string[];
}

/** What one fold came to. */
export interface SplitRow {
  /** The fold, counted from 0. */
  readonly fold: number;
  /** Samples to train on. */
  readonly train: number;
  /** Samples to validate on. */
  readonly valid: number;
  /** Groups to train on. */
  readonly trainGroups: number;
  /** Groups to validate on. */
  readonly validGroups: number;
  /** Share of each class among the validation samples, 0..1, by class number. */
  readonly classShares: readonly number[];
  /** Greatest deviation of such a share from the class's share of all samples, relative to the latter: 0.1 is a tenth off. */
  readonly maxShareError: number;
  /** The class that deviates most. */
  readonly worstClass: string;
  /** Groups with samples on both sides; there must be none. */
  readonly leakedGroups: readonly string[];
}

/**
 * Reports on the folds of a split.
 *
 * @example
 * ```ts
 * import { splitReport, stratifiedGroupKFold } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const groups = ["ann", "ann", "bob", "bob"], labels = [0, 1, 0, 1];
 * const rows = splitReport(stratifiedGroupKFold(labels, groups, { folds: 2, seed: 1 }), labels, groups);
 * assertEquals(rows.map((row) => [row.validGroups, row.maxShareError, row.leakedGroups.length]), [[1, 0, 0], [1, 0, 0]]);
 * ```
 *
 * @param folds The folds.
 * @param labels Class numbers `[N]` of all samples.
 * @param groups The group of each sample.
 * @param options The classes' names.
 * @returns A row for each fold.
 * @throws {TypeError} If the columns differ in length.
 * @throws {RangeError} If a label is unknown, or a fold has no validation sample or an index that is none of a sample.
 */
export function splitReport(
  folds: readonly Fold[],
  labels: ArrayLike<number>,
  groups: readonly string[],
  { classes }: SplitReportOptions = {},
): SplitRow[] {
  const attempt = "report on a split";
  checkSameLength(attempt, { labels, groups });
  checkLabels(attempt, "labels", labels, { classes: classes?.length });
  const count = classes?.length ?? Array.from(labels).reduce((max, label) => Math.max(max, label + 1), 0);
  const everywhere = sharesOf(Int32Array.from(groups.keys()), labels, count);
  return folds.map(({ train, valid }, fold) => {
    checkIndices(attempt, fold, [train, valid], labels.length);
    const trainGroups = new Set(Array.from(train, (i) => groups[i]!));
    const validGroups = new Set(Array.from(valid, (i) => groups[i]!));
    const classShares = sharesOf(valid, labels, count);
    const errors = classShares.map((share, c) => everywhere[c] === 0 ? 0 : Math.abs(share / everywhere[c]! - 1));
    const maxShareError = errors.reduce((max, error) => Math.max(max, error), 0);
    const worst = errors.indexOf(maxShareError);
    return {
      fold,
      train: train.length,
      valid: valid.length,
      trainGroups: trainGroups.size,
      validGroups: validGroups.size,
      classShares,
      maxShareError,
      worstClass: classes?.[worst] ?? `${worst}`,
      leakedGroups: [...validGroups.intersection(trainGroups)].sort(),
    };
  });
}

function sharesOf(indices: Int32Array, labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const i of indices) counts[labels[i]!]!++;
  return counts.map((n) => n / indices.length);
}

function checkIndices(attempt: string, fold: number, parts: readonly Int32Array[], count: number): void {
  const bad = parts.flatMap((part) => [...part].filter((i) => i < 0 || i >= count));
  if (bad.length > 0) {
    throw new RangeError(`Cannot ${attempt} as indices must be 0 to ${count - 1}: fold ${fold} has ${bad[0]}`);
  }
  if (parts[1]!.length === 0) throw new RangeError(`Cannot ${attempt} as fold ${fold} has no validation sample`);
}
