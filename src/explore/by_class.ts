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
export async function countByClass(
  pl: Polars,
  frame: DataFrame,
  keys: readonly string[],
): Promise<ClassCounts | undefined> {
  if (!frame.columns.includes("label") || frame.height === 0) return undefined;
  const label = frame.getColumn("label"), columns = keys.map((key) => frame.getColumn(key));
  if (label.dtype.variant !== "Int32" || columns.some(({ dtype }) => dtype.variant !== "String")) return undefined;
  if ([label, ...columns].some((column) => column.nullCount() > 0)) return undefined;
  const [rows, turns] = await Promise.all([rowsByClass(pl, frame, keys), findTurns(pl, frame)]); // side by side
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
  const rowCodes = recode(label.toTypedArray() as Int32Array, codes, least);
  const persons = turns ? countTurns(rowCodes, turns, found.size) : personsByCode(pl, frame, rowCodes);
  const cells = [...found.values()].map((cell, code) => ({ ...cell, persons: persons[code]! }));
  return { cells, lowest: keys.map((_, k) => lowestOf(rows.map(({ label, values }) => [values[k]!, label]))) };
}

/** Each label's code; a plain function, as loops in an asynchronous one are slow. */
function recode(labels: Int32Array, codes: Int32Array, least: number): Int32Array {
  const out = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) out[i] = codes[labels[i]! - least]!;
  return out;
}

/** The one value that each class has of each column, in one pass; nothing if there are several. */
async function rowsByClass(pl: Polars, frame: DataFrame, keys: readonly string[]): Promise<ClassRow[] | undefined> {
  const table = frame.lazy().select(pl.col("label"), ...keys.map((name, k) => pl.col(name).alias(`key ${k}`)));
  const bounds = keys.flatMap((_, k) => {
    const key = pl.col(`key ${k}`);
    return [key.min().alias(`low ${k}`), key.max().alias(`high ${k}`)];
  });
  const byLabel = await table.groupBy("label").agg(pl.len().alias("images"), ...bounds).collect();
  const found = byLabel.toRecords() as Record<string, Value>[];
  if (found.some((row) => keys.some((_, k) => row[`low ${k}`] !== row[`high ${k}`]))) return undefined;
  const rows = found.map((row) => ({
    label: row.label as number,
    images: Number(row.images),
    values: keys.map((_, k) => row[`low ${k}`]!),
  }));
  return rows.sort((a, b) => a.label - b.label);
}

/** 1 where a row's person is not the row's before, else 0; nothing if a person's rows do not all lie together. */
async function findTurns(pl: Polars, frame: DataFrame): Promise<Uint8Array | undefined> {
  const group = pl.col("group"), turns = pl.col("turns");
  const found = await frame.lazy()
    .select(group, group.neq(group.shift(1)).fillNull(true).alias("turns"))
    .select(turns.cast(pl.UInt8), turns.sum().alias("runs"), group.filter(turns).nUnique().alias("persons"))
    .collect();
  if (found.getColumn("runs").get(0) !== found.getColumn("persons").get(0)) return undefined;
  return found.getColumn("turns").toTypedArray() as Uint8Array;
}

/** How many different persons the rows of each code have, where each person's lie together. */
function countTurns(codes: Int32Array, turns: Uint8Array, count: number): Int32Array {
  const persons = new Int32Array(count), latest = new Int32Array(count);
  for (let i = 0, person = 0; i < codes.length; i++) {
    person += turns[i]!;
    const code = codes[i]!;
    if (latest[code] === person) continue;
    latest[code] = person;
    persons[code]!++;
  }
  return persons;
}

/** How many different persons the rows of each code have, wherever they lie. */
function personsByCode(pl: Polars, frame: DataFrame, codes: Int32Array): Int32Array {
  const found = pl.DataFrame([pl.Series("code", codes, pl.Int32), frame.getColumn("group")])
    .groupBy("code").agg(pl.col("group").nUnique().alias("persons"));
  const persons = new Int32Array(found.height);
  for (const row of found.toRecords()) persons[row.code as number] = Number(row.persons);
  return persons;
}

/** The lowest class number of each value, where there is one. */
export function lowestOf(pairs: Iterable<readonly [value: Value, label: number]>): ReadonlyMap<Value, number> {
  const lowest = new Map<Value, number>();
  for (const [value, label] of pairs) {
    if (label >= 0) lowest.set(value, Math.min(label, lowest.get(value) ?? Infinity));
  }
  return lowest;
}
