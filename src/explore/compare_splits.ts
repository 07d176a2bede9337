/**
 * What a split by person is worth beside a plain one: how even the classes are in each fold, and how many persons stand on
 * both sides, whose faces a network would know by heart.
 *
 * @module
 */
import { checkLabels, checkSameLength } from "../core/check.ts";
import type { Fold } from "../core/records.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";

/** What the folds' indices refer to. */
export interface CompareSplitsOptions {
  /** Class numbers `[N]`. */
  readonly labels: ArrayLike<number>;
  /** Persons `[N]`. */
  readonly groups: readonly string[];
}

/**
 * Compares splits fold by fold.
 *
 * @example
 * ```ts
 * import { compareSplits } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const plain = [{ train: Int32Array.of(0, 2), valid: Int32Array.of(1, 3) }];
 * const table = await compareSplits({ plain }, { labels: [0, 1, 0, 1], groups: ["a", "a", "b", "c"] });
 * const [row] = table.toRecords();
 * assertEquals([row?.leakedPersons, row?.leakedImages, row?.shareError], [1, 1, 0.5]);
 * ```
 *
 * @param splits Folds by the split's name, such as `plain` and `by person`.
 * @returns A row a split and fold: `split`, `fold`, images to `train` on and `valid`, `shareError` (the largest difference between a
 * class's share of the validation images and of all, 0..1), `leakedPersons` (persons on both sides), `leakedImages` (validation
 * images of those) and `leakedShare` of the validation images, 0..1.
 * @throws {TypeError} If there are not as many labels as groups.
 * @throws {RangeError} If a label is not a class number.
 */
export async function compareSplits(
  splits: Readonly<Record<string, readonly Fold[]>>,
  { labels, groups }: CompareSplitsOptions,
): Promise<DataFrame> {
  checkSameLength("compare splits", { labels, groups });
  checkLabels("compare splits", "labels", labels);
  const all = sharesOf(Array.from(labels));
  const rows = Object.entries(splits).flatMap(([split, folds]) =>
    folds.map(({ train, valid }, fold) => {
      const trained = new Set(Array.from(train, (i) => groups[i]!));
      const leaked = Array.from(valid).filter((i) => trained.has(groups[i]!));
      const shares = sharesOf(Array.from(valid, (i) => labels[i]!));
      return {
        ...{ split, fold, train: train.length, valid: valid.length },
        shareError: Math.max(...[...all].map(([label, share]) => Math.abs(share - (shares.get(label) ?? 0)))),
        leakedPersons: new Set(leaked.map((i) => groups[i])).size,
        leakedImages: leaked.length,
      };
    })
  );
  const whole = (name: "fold" | "train" | "valid" | "leakedPersons" | "leakedImages") =>
    Int32Array.from(rows, (row) => row[name]);
  return await makeFrame({
    split: rows.map(({ split }) => split),
    fold: whole("fold"),
    train: whole("train"),
    valid: whole("valid"),
    shareError: rows.map(({ shareError }) => shareError),
    leakedPersons: whole("leakedPersons"),
    leakedImages: whole("leakedImages"),
    leakedShare: rows.map(({ leakedImages, valid }) => valid > 0 ? leakedImages / valid : 0),
  });
}

/** The share of each class. */
function sharesOf(labels: readonly number[]): Map<number, number> {
  const shares = new Map<number, number>();
  for (const label of labels) shares.set(label, (shares.get(label) ?? 0) + 1 / labels.length);
  return shares;
}
