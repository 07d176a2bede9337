/**
 * The classes' shares in one fold of several splits, each with the number of persons that stand on both sides: a split by
 * image has shares as even as one by person, and yet measures how well faces are remembered.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { Fold } from "../core/records.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";
import { compareParts, type ComparePartsOptions } from "./compare_parts.ts";
import { checkColumns } from "./order.ts";

/** Whose shares, and how the intervals are drawn. */
export interface SplitSharesOptions extends Omit<ComparePartsOptions, "columns"> {
  /** The column of names, `class` unless given. */
  readonly column?: string;
  /** Which fold of each split, counted from 0; 0 unless given. */
  readonly fold?: number;
}

/**
 * Measures the share of each value in the validation images of one fold, split by split.
 *
 * @example
 * ```ts
 * import { makeFrame, splitShares } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = await makeFrame({ group: ["a", "a", "b", "c"], mask: ["on", "off", "on", "on"] });
 * const splits = { "by image": [{ train: Int32Array.of(1, 2), valid: Int32Array.of(0, 3) }] };
 * const [on] = (await splitShares(frame, splits, { column: "mask" })).toRecords();
 * assertEquals([on?.value, on?.share, on?.all, on?.leakedPersons], ["off", 0, 0.25, 1]);
 * ```
 *
 * @param frame A row an image, as from `toFrame`.
 * @param splits Folds by the split's name, such as `by image` and `by person`.
 * @returns A row a split and value: `split`, `value`, its validation `images` and `persons`, the `share` of the fold's validation
 * images, 0..1, with the interval `low` to `high` of bootstrap draws of persons, the share of `all` images, and of the fold
 * its `validPersons` and the `leakedPersons` among them, who are trained on too.
 * @throws {RangeError} If there is no split, no such fold or column, or a part of a fold is empty.
 */
export async function splitShares(
  frame: DataFrame,
  splits: Readonly<Record<string, readonly Fold[]>>,
  { column = "class", fold = 0, ...options }: SplitSharesOptions = {},
): Promise<DataFrame> {
  const attempt = "measure shares of splits", named = Object.entries(splits);
  checkColumns(attempt, frame, ["group", column]);
  if (named.length === 0) throw new RangeError(`Cannot ${attempt} as there must be splits: current number is 0`);
  const groups = frame.getColumn("group").toArray() as string[];
  const values = frame.getColumn(column).toArray().map((value) => `${value ?? "missing"}`);
  const counts = Map.groupBy(values, (value) => value);
  const rows = (await Promise.all(named.map(async ([split, folds]) => {
    checkInteger(attempt, "fold", fold, { min: 0, max: folds.length - 1 });
    const { train, valid } = folds[fold]!,
      parts = await compareParts(frame, folds[fold]!, { columns: [column], ...options });
    const trained = new Set(Array.from(train, (i) => groups[i]!)),
      tested = new Set(Array.from(valid, (i) => groups[i]!));
    const leakedPersons = [...tested].filter((group) => trained.has(group)).length;
    return (parts.toRecords() as unknown as PartRow[]).filter(({ part }) => part === "valid")
      .map((row) => ({ ...row, split, validPersons: tested.size, leakedPersons }));
  }))).flat();
  const whole = (name: "images" | "persons" | "validPersons" | "leakedPersons") =>
    Int32Array.from(rows, (row) => row[name]);
  return await makeFrame({
    split: rows.map(({ split }) => split),
    value: rows.map(({ value }) => value),
    images: whole("images"),
    persons: whole("persons"),
    share: rows.map(({ share }) => share),
    low: rows.map(({ low }) => low),
    high: rows.map(({ high }) => high),
    all: rows.map(({ value }) => (counts.get(value)?.length ?? 0) / values.length),
    validPersons: whole("validPersons"),
    leakedPersons: whole("leakedPersons"),
  });
}

/** What is read of a row of `compareParts`. */
interface PartRow {
  readonly value: string;
  readonly part: string;
  readonly images: number;
  readonly persons: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}
