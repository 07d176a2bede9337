/**
 * What a class says of other columns. Levels of attributes follow from the class, and class numbers are cheap to group:
 * one pass over them answers what takes several over text.
 *
 * @module
 */
import type { DataFrame, Polars } from "../frame/mod.ts";
import type { Value } from "./order.ts";

/** A class number, how many rows have it, and their one value of each column. */
interface ClassRow {
  readonly label: number;
  readonly images: number;
  readonly values: readonly Value[];
}

/** Class numbers further apart are not worth a table of them. */
const WIDEST = 1 << 20;

/** A combination of values, and how much there is of it. */
export interface Cell {
  readonly values: readonly Value[];
  readonly images: number;
  readonly persons: number;
}

/** What {@linkcode countByClass} finds. */
export interface ClassCounts {
  /** The combinations that occur, by the lowest class number of each. */
  readonly cells: readonly Cell[];
  /** For each column its values, each with the lowest class number it occurs with; -1 and below are none. */
  readonly lowest: readonly ReadonlyMap<Value, number>[];
}

/**
 * Counts every combination of columns that follow from the class.
 *
 * @param pl Polars.
 * @param frame A row an image, with the columns `group` and, if it is to find anything, `label`.
 * @param keys The columns.
 * @returns The counts; nothing if a class has several values of a column, a value or class number is missing, or the columns
 * are not of text and `label` not of Int32.
 */
export function countByClass(pl: Polars, frame: DataFrame, keys: readonly string[]): ClassCounts | undefined {
  if (!frame.columns.includes("label") || frame.height === 0) return undefined;
  const label = frame.getColumn("label"), columns = keys.map((key) => frame.getColumn(key));
  if (label.dtype.variant !== "Int32" || columns.some(({ dtype }) => dtype.variant !== "String")) return undefined;
  if ([label, ...columns].some((column) => column.nullCount() > 0)) return undefined;
  const rows = rowsByClass(pl, frame, keys);
  if (rows === undefined) return undefined;

  const least = rows[0]!.label, width = rows.at(-1)!.label - least + 1;
  if (width > WIDEST) return undefined;
  const codes = new Int32Array(width), places = new Map<string, number>();
  const found = new Map<string, Omit<Cell, "persons">>();
  for (const { label, values, images } of rows) {
    const key = JSON.stringify(values), earlier = found.get(key)?.images ?? 0;
    found.set(key, { values, images: earlier + images });
    if (earlier === 0) places.set(key, places.size);
    codes[label - least] = places.get(key)!;
  }
  const labels = label.toTypedArray() as Int32Array, rowCodes = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) rowCodes[i] = codes[labels[i]! - least]!;
  const persons = personsByCode(pl, frame, rowCodes);
  const cells = [...found.values()].map((cell, code) => ({ ...cell, persons: persons.get(code)! }));
  return { cells, lowest: keys.map((_, k) => lowestOf(rows.map(({ label, values }) => [values[k]!, label]))) };
}

/** The one value that each class has of each column, in one pass; nothing if there are several. */
function rowsByClass(pl: Polars, frame: DataFrame, keys: readonly string[]): ClassRow[] | undefined {
  const table = frame.select(pl.col("label"), ...keys.map((name, k) => pl.col(name).alias(`key ${k}`)));
  const bounds = keys.flatMap((_, k) => {
    const key = pl.col(`key ${k}`);
    return [key.min().alias(`low ${k}`), key.max().alias(`high ${k}`)];
  });
  const found = table.groupBy("label").agg(pl.len().alias("images"), ...bounds).toRecords() as Record<string, Value>[];
  if (found.some((row) => keys.some((_, k) => row[`low ${k}`] !== row[`high ${k}`]))) return undefined;
  const rows = found.map((row) => ({
    label: row.label as number,
    images: Number(row.images),
    values: keys.map((_, k) => row[`low ${k}`]!),
  }));
  return rows.sort((a, b) => a.label - b.label);
}

/** How many different persons the rows of each code have. */
function personsByCode(pl: Polars, frame: DataFrame, codes: Int32Array): ReadonlyMap<number, number> {
  const [code, group] = [pl.col("code"), pl.col("group")];
  const repeats = code.eq(code.shift(1)).and(group.eq(group.shift(1))); // a person's images mostly lie side by side
  const found = pl.DataFrame([pl.Series("code", codes, pl.Int32), frame.getColumn("group")])
    .filter(repeats.fillNull(false).not())
    .groupBy("code").agg(group.nUnique().alias("persons"));
  return new Map(found.toRecords().map((row) => [row.code as number, Number(row.persons)]));
}

/** The lowest class number of each value, where there is one. */
export function lowestOf(pairs: Iterable<readonly [value: Value, label: number]>): ReadonlyMap<Value, number> {
  const lowest = new Map<Value, number>();
  for (const [value, label] of pairs) {
    if (label >= 0) lowest.set(value, Math.min(label, lowest.get(value) ?? Infinity));
  }
  return lowest;
}
