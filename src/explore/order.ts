/**
 * The order in which a column's values are listed in tables and charts.
 *
 * @module
 */
import type { Schema } from "../core/schema.ts";
import { type DataFrame, levelColumn } from "../frame/mod.ts";
import { compareNatural } from "../io/listing.ts";
import { lowestOf } from "./by_class.ts";

/** A value of a column: text, a number, or null where it is missing. */
export type Value = string | number | null;

/** Where the order of levels comes from. */
export interface OrderOptions {
  /** Its levels and classes are listed in its order, those that do not occur too. */
  readonly schema?: Schema;
}

/**
 * A column's values, each once, in the order in which they are listed: levels and classes in the schema's order where it is
 * given; numbers from small to large; text whose value follows from the class, as levels do, by the lowest class number it
 * occurs with (the schema's order if every class occurs); other text naturally (`fold 2` before `fold 10`). Null comes last.
 *
 * @param frame A frame with the column.
 * @param column The column's name.
 * @returns The values.
 * @throws {RangeError} If there is no such column.
 */
export function valuesInOrder(frame: DataFrame, column: string, { schema }: OrderOptions = {}): Value[] {
  checkColumns("list values", frame, [column]);
  const distinct = new Set(frame.select(column).unique({ maintainOrder: true }).getColumn(column).toArray() as Value[]);
  const isText = [...distinct].every((value) => value === null || typeof value === "string");
  const asks = isText && frame.columns.includes("label") && levelsOf(column, schema) === undefined;
  const lowest = asks ? lowestLabels(frame, column) : undefined;
  return orderValues(distinct, { column, lowest, schema });
}

/**
 * Orders values of a column as {@linkcode valuesInOrder} does.
 *
 * @param distinct The values, each once.
 * @param options The column's name, and the lowest class number of each text where it follows from the class.
 * @returns The values, and the schema's.
 */
export function orderValues(
  distinct: ReadonlySet<Value>,
  { column, lowest, schema }: OrderOptions & {
    readonly column: string;
    readonly lowest?: ReadonlyMap<Value, number> | undefined;
  },
): Value[] {
  const missing = distinct.has(null) ? [null] : [], values = [...distinct].filter((value) => value !== null);
  const levels = levelsOf(column, schema);
  if (levels) return [...levels, ...values.filter((x) => !levels.includes(`${x}`)).toSorted(compare), ...missing];
  const rankOf = (value: Value) => lowest?.get(value) ?? Infinity;
  const byRank = (a: Value, b: Value) => rankOf(a) === rankOf(b) ? 0 : rankOf(a) - rankOf(b);
  return [...values.toSorted((a, b) => byRank(a, b) || compare(a, b)), ...missing];
}

function levelsOf(column: string, schema: Schema | undefined): readonly string[] | undefined {
  if (column === "class") return schema?.classes;
  return schema?.attributes.find((attribute) => levelColumn(attribute, schema) === column)?.levels;
}

function compare(a: Value, b: Value): number {
  return typeof a === "number" && typeof b === "number" ? a - b : compareNatural(`${a}`, `${b}`);
}

/** The lowest class number of each text, or nothing where one class has several values. */
function lowestLabels(frame: DataFrame, column: string): ReadonlyMap<Value, number> | undefined {
  const byLabel = frame.select("label", column).groupBy("label");
  const lows = byLabel.min().toRecords() as Record<string, Value>[]; // neither sees missing values
  const highs = new Map(byLabel.max().toRecords().map((row) => [row.label, row[column]]));
  const known = lows.filter(({ label, [column]: value }) => label !== null && Number(label) >= 0 && value !== null);
  if (known.some(({ label, [column]: value }) => highs.get(label) !== value)) return undefined;
  return lowestOf(known.map(({ label, [column]: value }) => [value!, Number(label)]));
}

/**
 * Checks that a frame has columns.
 *
 * @throws {RangeError} If it lacks one; the message lists what it has.
 */
export function checkColumns(attempt: string, frame: DataFrame, names: readonly string[]): void {
  const missing = names.filter((name) => !frame.columns.includes(name));
  if (missing.length === 0) return;
  throw new RangeError(
    `Cannot ${attempt} as there is no column ${missing.map((name) => `"${name}"`).join(", ")}: current columns are ${
      frame.columns.map((name) => `"${name}"`).join(", ")
    }`,
  );
}
