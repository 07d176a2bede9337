/**
 * Stratified k-fold splits: each sample is validated in one fold, and every fold has its share of every stratum.
 *
 * @module
 */
import { checkInteger, checkLabels } from "../core/check.ts";
import type { Fold } from "../core/records.ts";
import { seededRng } from "../core/rng.ts";
import { deal } from "./deal.ts";
import { foldOf, gatherGroups, type Group, type GroupOptions } from "./groups.ts";

/** How samples are split into folds. */
export interface KFoldOptions {
  /** Number of folds, at least 2. */
  readonly folds: number;
  /** Where random choices come from; equal seeds give equal splits. */
  readonly seed: number | string;
}

/** How groups are split into folds. */
export interface GroupKFoldOptions extends KFoldOptions, GroupOptions {}

/**
 * Splits samples into folds, at most one sample apart in every class and in total. Where several samples show one person,
 * {@linkcode stratifiedGroupKFold} is needed.
 *
 * @example
 * ```ts
 * import { stratifiedKFold } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const labels = [0, 0, 0, 0, 1, 1];
 * for (const { valid } of stratifiedKFold(labels, { folds: 2, seed: 1 })) {
 *   assertEquals(Array.from(valid, (i) => labels[i]), [0, 0, 1]);
 * }
 * ```
 *
 * @param labels Class numbers `[N]`, all known.
 * @param options Number of folds, and seed.
 * @returns The folds; the indices in each are ascending.
 * @throws {RangeError} If there are fewer than 2 folds or more than samples, or a label is unknown.
 */
export function stratifiedKFold(labels: ArrayLike<number>, { folds, seed }: KFoldOptions): Fold[] {
  checkLabels("split into folds", "labels", labels);
  const samples = Array.from(labels, (label, i): Group => {
    return { samples: [i], stratum: `${label}`, order: 0, pattern: [[label, 1]] };
  });
  return kFold(samples, labels.length, "samples", { folds, seed });
}

/**
 * Splits samples into folds so that no group stands on both sides. Groups are dealt within strata, sorted by `order`: the
 * folds are at most one group apart in every stratum and in total, and where a group could go to several folds, it goes
 * to the one where its classes are scarcest.
 *
 * @example
 * ```ts
 * import { stratifiedGroupKFold } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const groups = ["ann", "ann", "bob", "bob", "cem", "cem", "dan", "dan"];
 * const labels = [0, 1, 0, 1, 2, 3, 2, 3];
 * for (const { valid } of stratifiedGroupKFold(labels, groups, { folds: 2, seed: 1 })) {
 *   assertEquals(Array.from(valid, (i) => labels[i]), [0, 1, 2, 3]); // one person of each kind, with all photographs
 * }
 * ```
 *
 * @param labels Class numbers `[N]`, all known.
 * @param groups The group of each sample, such as the person it shows.
 * @param options Number of folds, seed, and how groups are told apart and sorted.
 * @returns The folds; the indices in each are ascending.
 * @throws {TypeError} If the columns differ in length.
 * @throws {RangeError} If there are fewer than 2 folds or more than groups, a label is unknown, or the samples of a group
 * disagree in stratum or order.
 */
export function stratifiedGroupKFold(
  labels: ArrayLike<number>,
  groups: readonly string[],
  { folds, seed, strata, order }: GroupKFoldOptions,
): Fold[] {
  const gathered = gatherGroups("split into folds", labels, groups, { strata, order });
  return kFold(gathered, labels.length, "groups", { folds, seed });
}

function kFold(groups: readonly Group[], count: number, unit: string, { folds, seed }: KFoldOptions): Fold[] {
  checkInteger("split into folds", "folds", folds, { min: 2 });
  if (folds > groups.length) {
    throw new RangeError(
      `Cannot split into folds as there must be at least as many ${unit} as folds: current values are ${groups.length} ${unit}, ${folds} folds`,
    );
  }
  const dealt = deal(groups, folds, seededRng(seed));
  return Array.from({ length: folds }, (_, fold) => {
    const inValid = new Uint8Array(count);
    groups.forEach(({ samples }, g) => dealt[g] === fold && samples.forEach((i) => inValid[i] = 1));
    return foldOf(inValid);
  });
}
