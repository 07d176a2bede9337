/**
 * Where a data set contradicts itself: one person with two genders, one file listed twice.
 *
 * @module
 */
import { type DataFrame, loadPolars, makeFrame, type Polars } from "../frame/mod.ts";
import { checkColumns, type Value } from "./order.ts";

/** What must not change from one image of a person to the next. */
export interface ConflictOptions {
  /** Columns that belong to the person; {@linkcode personalColumns} unless given. */
  readonly personal?: readonly string[];
}

/** Share of the persons that must keep an attribute for it to be taken as personal. */
const KEPT = 0.9;

const FIXED = ["id", "path", "group", "label", "class"];

/**
 * Finds what contradicts itself: an id that occurs twice, a path listed twice, and a person whose images disagree on
 * something personal. Missing values contradict nothing.
 *
 * @example
 * ```ts
 * import { findConflicts, makeFrame } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = await makeFrame({
 *   id: ["1", "2"],
 *   path: ["p/1.jpg", "p/2.jpg"],
 *   group: ["p", "p"],
 *   gender: ["male", "female"],
 * });
 * assertEquals((await findConflicts(frame, { personal: ["gender"] })).toRecords(), [
 *   { rule: "one gender a person", where: "p", values: "male, female", images: 2 },
 * ]);
 * ```
 *
 * @param frame A row an image, as from `toFrame`.
 * @returns A row a conflict: the `rule` broken, `where` (the id, path or person), the `values` found (for an id its paths, for
 * a path its ids) and the number of `images` concerned. No rows is the good case.
 * @throws {RangeError} If there is no such column.
 */
export async function findConflicts(frame: DataFrame, { personal }: ConflictOptions = {}): Promise<DataFrame> {
  checkColumns("find conflicts", frame, ["id", "path", "group", ...personal ?? []]);
  const pl = await loadPolars();
  const rows = [
    ...repeated(pl, frame, "id", "path", "one image an id"),
    ...repeated(pl, frame, "path", "id", "one sample a path"),
    ...(personal ?? personalColumns(frame)).flatMap((name) => disagreeing(pl, frame, name)),
  ];
  return await makeFrame({
    rule: rows.map(({ rule }) => rule),
    where: rows.map(({ key }) => `${key}`),
    values: rows.map(({ list }) => [...new Set(list)].join(", ")),
    images: Int32Array.from(rows, ({ list }) => list.length),
  });
}

/**
 * The columns that belong to the person and not to the image: every attribute that at least nine in ten of the persons with
 * several images keep through all of them. Gender and age, say, but not the mask.
 *
 * @param frame A row an image, as from `toFrame`.
 * @returns Names of columns, in the frame's order; none where every person has one image.
 */
export function personalColumns(frame: DataFrame): string[] {
  checkColumns("find personal columns", frame, ["group"]);
  return frame.columns.filter((name) => !FIXED.includes(name) && isKept(frame, name));
}

/** A conflict: the rule, where it is broken, and the values found there. */
interface Found {
  readonly rule: string;
  readonly key: Value;
  readonly list: readonly Value[];
}

/** Keys that occur more than once. */
function repeated(pl: Polars, frame: DataFrame, key: string, value: string, rule: string): Found[] {
  const rows = frame.select(key, value).dropNulls();
  if (rows.getColumn(key).nUnique() === rows.height) return [];
  return gather(rows.filter(pl.col(key).isDuplicated()), key, value).map(([key, list]) => ({ rule, key, list }));
}

/** Persons whose images have more than one value. */
function disagreeing(pl: Polars, frame: DataFrame, name: string): Found[] {
  if (name === "group") return [];
  const rows = frame.select("group", name).dropNulls();
  const pairs = rows.unique();
  if (rows.getColumn("group").nUnique() === pairs.height) return [];
  const several = pairs.groupBy("group").agg(pl.len().alias("values")).filter(pl.col("values").gt(1)).select("group");
  const concerned = rows.withRowIndex("row in order").join(several, { on: "group", how: "semi" }).sort("row in order");
  return gather(concerned, "group", name).map(([key, list]) => ({ rule: `one ${name} a person`, key, list }));
}

/** Values by key, both in the order in which they occur. */
function gather(rows: DataFrame, key: string, value: string): [Value, Value[]][] {
  const keys = rows.getColumn(key).toArray() as Value[], values = rows.getColumn(value).toArray() as Value[];
  const lists = new Map<Value, Value[]>();
  for (const [i, key] of keys.entries()) {
    const list = lists.get(key);
    if (list) list.push(values[i]!);
    else lists.set(key, [values[i]!]);
  }
  return [...lists];
}

/** Whether nearly all persons with several images have one value. */
function isKept(frame: DataFrame, name: string): boolean {
  const rows = frame.select("group", name).dropNulls();
  const several = countRepeated(rows);
  return several > 0 && several - countRepeated(rows.unique()) >= KEPT * several;
}

/** How many persons have more than one row. */
function countRepeated(rows: DataFrame): number {
  let repeated = 0;
  for (const count of rows.groupBy("group").len().getColumn("len").toTypedArray()) if (count > 1) repeated++;
  return repeated;
}
