/**
 * Where a data set contradicts itself: one person with two genders, one file listed twice.
 *
 * @module
 */
import { type DataFrame, makeFrame } from "../frame/mod.ts";
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
  const column = (name: string) => frame.getColumn(name).toArray() as Value[];
  const groups = column("group"), ids = column("id"), paths = column("path");
  const names = personal ?? personalColumns(frame);
  const repeated = (keys: readonly Value[], values: readonly Value[], rule: string) =>
    [...gather(keys, values)].filter(([, { length }]) => length > 1).map(([key, list]) => ({ rule, key, list }));
  const rows = [
    ...repeated(ids, paths, "one image an id"),
    ...repeated(paths, ids, "one sample a path"),
    ...names.flatMap((name) =>
      [...gather(groups, column(name))].filter(([, list]) => new Set(list).size > 1)
        .map(([key, list]) => ({ rule: `one ${name} a person`, key, list }))
    ),
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
  const column = (name: string) => frame.getColumn(name).toArray() as Value[];
  const groups = column("group");
  return frame.columns.filter((name) => !FIXED.includes(name) && isKept(groups, column(name)));
}

/** Values by key, leaving out pairs of which one is missing. */
function gather(keys: readonly Value[], values: readonly Value[]): Map<Value, Value[]> {
  const lists = new Map<Value, Value[]>();
  for (const [i, key] of keys.entries()) {
    const value = values[i]!;
    if (key === null || value === null) continue;
    const list = lists.get(key);
    if (list) list.push(value);
    else lists.set(key, [value]);
  }
  return lists;
}

function isKept(groups: readonly Value[], values: readonly Value[]): boolean {
  const several = [...gather(groups, values).values()].filter(({ length }) => length > 1);
  return several.length > 0 && several.filter((list) => new Set(list).size === 1).length >= KEPT * several.length;
}
