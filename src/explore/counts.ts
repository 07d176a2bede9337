/**
 * How many images and persons a data set has of what.
 *
 * @module
 */
import { type DataFrame, loadPolars, makeFrame, type Polars } from "../frame/mod.ts";
import { type Cell, countByClass } from "./by_class.ts";
import { checkColumns, type OrderOptions, orderValues, type Value, valuesInOrder } from "./order.ts";

/** How values are crossed. */
export interface CrossOptions extends OrderOptions {
  /** What is counted. */
  readonly of?: "images" | "persons";
}

/**
 * Counts images and persons by the values of one or more columns.
 *
 * @example
 * ```ts
 * import { counts, makeFrame } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = await makeFrame({ group: ["p1", "p1", "p2"], mask: ["worn", "off", "worn"] });
 * assertEquals((await counts(frame, "mask")).toRecords(), [
 *   { mask: "off", images: 1, persons: 1, share: 1 / 3 },
 *   { mask: "worn", images: 2, persons: 2, share: 2 / 3 },
 * ]);
 * ```
 *
 * @param frame A row an image, as from `toFrame`; persons are told apart by `group`.
 * @param keys The columns.
 * @param options With a schema, levels stand in its order and combinations that do not occur are listed with 0.
 * @returns A row a combination: its values, `images`, `persons`, and `share` of the images, 0..1.
 * @throws {RangeError} If there is no such column.
 */
export async function counts(
  frame: DataFrame,
  keys: string | readonly string[],
  options: OrderOptions = {},
): Promise<DataFrame> {
  const names = [keys].flat();
  const cells = await countCells(frame, names, options, options.schema !== undefined);
  return makeFrame({
    ...keyColumns(names, cells),
    images: Int32Array.from(cells, ({ images }) => images),
    persons: Int32Array.from(cells, ({ persons }) => persons),
    share: cells.map(({ images }) => images / frame.height),
  });
}

/**
 * Crosses two or more columns in a wide table: a row for each combination of all columns but the last, a column for each
 * value of the last, and their sum in `all`. Combinations that do not occur count 0.
 *
 * @example
 * ```ts
 * import { crosses, makeFrame } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = await makeFrame({ group: ["p1", "p1", "p2"], mask: ["worn", "off", "worn"], gender: ["m", "m", "f"] });
 * assertEquals((await crosses(frame, ["mask", "gender"])).toRecords(), [
 *   { mask: "off", f: 0, m: 1, all: 1 },
 *   { mask: "worn", f: 1, m: 1, all: 2 },
 * ]);
 * ```
 *
 * @param frame A row an image, as from `toFrame`.
 * @param keys The columns, two or more.
 * @returns The table. A value named like one of the columns gets the last column's name before it.
 * @throws {RangeError} If there is no such column, or only one.
 */
export async function crosses(
  frame: DataFrame,
  keys: readonly string[],
  { of = "images", ...options }: CrossOptions = {},
): Promise<DataFrame> {
  if (keys.length < 2) {
    throw new RangeError(`Cannot cross columns as it takes two or more: current columns are ${keys.join(", ")}`);
  }
  const cells = await countCells(frame, keys, options, true);
  const rowNames = keys.slice(0, -1), last = keys.at(-1)!;
  const width = new Set(cells.map(({ values }) => values.at(-1))).size;
  const taken = new Set([...rowNames, "all"]);
  const title = (value: Value) => taken.has(`${value}`) ? `${last} ${value}` : `${value ?? "missing"}`;
  const rows = cells.filter((_, i) => i % width === 0);
  const columns = cells.slice(0, width).map(({ values }, k) =>
    [title(values.at(-1)!), Int32Array.from(rows, (_, r) => cells[r * width + k]![of])] as const
  );
  const sum = (_: unknown, r: number) => columns.reduce((total, [, column]) => total + column[r]!, 0);
  return makeFrame({ ...keyColumns(rowNames, rows), ...Object.fromEntries(columns), all: Int32Array.from(rows, sum) });
}

/**
 * Counts persons by stratum: the combination of what stays the same for a person, such as gender and age group. The smallest
 * stratum bounds the number of folds that each get some of it.
 *
 * @param frame A row an image, as from `toFrame`.
 * @param keys The columns that make a stratum.
 * @returns A row a stratum: its values, `persons`, their `share` of all persons, 0..1, and the `fewest` and `most` images
 * of one person. A person whose images disagree counts in each of the strata.
 * @throws {RangeError} If there is no such column.
 */
export async function personsPerStratum(
  frame: DataFrame,
  keys: string | readonly string[],
  options: OrderOptions = {},
): Promise<DataFrame> {
  const names = [keys].flat();
  checkColumns("count persons", frame, ["group", ...names]);
  const cells = await countCells(frame, names, options, options.schema !== undefined);
  const pl = await loadPolars();
  const table = frame.select(...names.map((name, k) => pl.col(name).alias(`key ${k}`)), pl.col("group"));
  const aliases = names.map((_, k) => `key ${k}`);
  const perPerson = table.groupBy([...aliases, "group"]).agg(pl.len().alias("images"));
  const bounds = perPerson.groupBy(aliases).agg(
    pl.col("images").min().alias("fewest"),
    pl.col("images").max().alias("most"),
  );
  const found = new Map(bounds.toRecords().map((row) => [JSON.stringify(aliases.map((key) => row[key])), row]));
  const bound = ({ values }: Cell, name: "fewest" | "most") => Number(found.get(JSON.stringify(values))?.[name] ?? 0);
  const all = frame.getColumn("group").nUnique();
  return makeFrame({
    ...keyColumns(names, cells),
    persons: Int32Array.from(cells, ({ persons }) => persons),
    share: cells.map(({ persons }) => persons / all),
    fewest: Int32Array.from(cells, (cell) => bound(cell, "fewest")),
    most: Int32Array.from(cells, (cell) => bound(cell, "most")),
  });
}

function keyColumns(names: readonly string[], cells: readonly Cell[]): Record<string, string[]> {
  return Object.fromEntries(names.map((name, k) => [name, cells.map(({ values }) => values[k]! as string)]));
}

/** Counts every combination that occurs or, if complete, every one there is, in the order of {@linkcode valuesInOrder}. */
async function countCells(
  frame: DataFrame,
  keys: readonly string[],
  options: OrderOptions,
  complete: boolean,
): Promise<Cell[]> {
  checkColumns("count", frame, ["group", ...keys]);
  const pl = await loadPolars();
  const known = await countByClass(pl, frame, keys);
  const found = known?.cells ?? countByValue(pl, frame, keys);
  const cells = new Map(found.map((cell) => [JSON.stringify(cell.values), cell]));
  const orders = keys.map((column, k) =>
    known
      ? orderValues(new Set(found.map(({ values }) => values[k]!)), { ...options, column, lowest: known.lowest[k] })
      : valuesInOrder(frame, column, options)
  );
  if (complete) {
    return product(orders).map((values) => cells.get(JSON.stringify(values)) ?? { values, images: 0, persons: 0 });
  }
  const ranks = orders.map((order) => new Map(order.map((value, i) => [value, i])));
  const difference = (a: Cell, b: Cell) => {
    const k = a.values.findIndex((value, i) => value !== b.values[i]);
    return k < 0 ? 0 : ranks[k]!.get(a.values[k]!)! - ranks[k]!.get(b.values[k]!)!;
  };
  return [...cells.values()].toSorted(difference);
}

/** Counts every combination that occurs of any columns. */
function countByValue(pl: Polars, frame: DataFrame, keys: readonly string[]): Cell[] {
  const table = frame.select(...keys.map((key, k) => pl.col(key).alias(`key ${k}`)), pl.col("group"));
  const found = table.groupBy(keys.map((_, k) => `key ${k}`))
    .agg(pl.len().alias("images"), pl.col("group").nUnique().alias("persons"))
    .toRecords() as Record<string, Value>[];
  return found.map((row) => ({
    values: keys.map((_, k) => row[`key ${k}`]!),
    images: Number(row.images),
    persons: Number(row.persons),
  }));
}

/** Every combination of one value from each list, the last list's changing fastest. */
function product(lists: readonly (readonly Value[])[]): Value[][] {
  return lists.reduce<Value[][]>((heads, list) => heads.flatMap((head) => list.map((value) => [...head, value])), [[]]);
}
