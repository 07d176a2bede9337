/**
 * One split by group: a share of the groups is held out for validation, drawn at even steps through the groups sorted by
 * stratum and order (systematic sampling), so that every stratum gives its share within one group.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { Fold } from "../core/records.ts";
import { seededRng, shuffled } from "../core/rng.ts";
import { foldOf, gatherGroups, type GroupOptions } from "./groups.ts";

/** What is held out. */
export interface HoldOutOptions extends GroupOptions {
  /** Share of the groups that is held out, between 0 and 1. */
  readonly share: number;
}

/**
 * Holds out a share of the groups. Of G groups, `share * G` rounded to a whole number are held out, and of each stratum as
 * many within one group.
 *
 * @example
 * ```ts
 * import { holdOut } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const groups = ["ann", "ann", "bob", "bob", "cem", "cem", "dan", "dan"];
 * const labels = [0, 0, 0, 0, 1, 1, 1, 1];
 * const { train, valid } = holdOut(labels, groups, { share: 0.5, seed: 1 });
 * assertEquals([train.length, valid.length], [4, 4]);
 * assertEquals(Array.from(valid, (i) => labels[i]), [0, 0, 1, 1]); // one person of each class
 * ```
 *
 * @param labels Class numbers `[N]`, all known.
 * @param groups The group of each sample, such as the person it shows.
 * @param options The share, seed, and how groups are told apart and sorted.
 * @returns The split; the indices in both parts are ascending.
 * @throws {TypeError} If the columns differ in length.
 * @throws {RangeError} If the share leaves one part without a group, a label is unknown, or the samples of a group disagree
 * in stratum or order.
 */
export function holdOut(
  labels: ArrayLike<number>,
  groups: readonly string[],
  { share, seed, strata, order }: HoldOutOptions,
): Fold {
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`Cannot hold out groups as share must be between 0 and 1: current value is ${show(share)}`);
  }
  const gathered = gatherGroups("hold out groups", labels, groups, { strata, order });
  const count = Math.round(share * gathered.length);
  if (count === 0 || count === gathered.length) {
    throw new RangeError(
      `Cannot hold out groups as both parts must have one: a share of ${share} of ${gathered.length} groups is ${count}`,
    );
  }
  const rng = seededRng(seed);
  const sorted = shuffled(gathered, rng).sort((a, b) =>
    a.stratum < b.stratum ? -1 : a.stratum > b.stratum ? 1 : a.order - b.order
  );
  const inValid = new Uint8Array(labels.length);
  const start = rng();
  for (let k = 0; k < count; k++) {
    for (const i of sorted[Math.floor((k + start) * sorted.length / count)]!.samples) inValid[i] = 1;
  }
  return foldOf(inValid);
}
