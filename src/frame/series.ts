/**
 * Columns of text and numbers made fast. Polars' binding takes text value by value, about 1 microsecond each; a column with
 * few different values goes over as numbers and one short list, any other plain one as a single piece of text.
 *
 * @module
 */
import type { Polars, Series } from "./polars.ts";

/** More different values than this are no longer looked up one by one. */
const FEW = 1024;

/** Fewer values than this are handed over one by one. */
const SHORT = 256;

/**
 * Makes a String column.
 *
 * @param pl Polars.
 * @param name The column's name.
 * @param values N texts; null where missing.
 * @returns The column, N values.
 */
export function textSeries(pl: Polars, name: string, values: readonly (string | null)[]): Series {
  if (values.length < SHORT) return pl.Series(name, [...values], pl.String);
  return fromFew(pl, name, values) ?? fromLines(pl, name, values) ?? pl.Series(name, [...values], pl.String);
}

/**
 * Makes a Float64 column.
 *
 * @param pl Polars.
 * @param name The column's name.
 * @param values N numbers; null where missing.
 * @returns The column, N values.
 */
export function numberSeries(pl: Polars, name: string, values: readonly (number | null)[]): Series {
  if (values.includes(null)) return pl.Series(name, [...values], pl.Float64);
  return pl.Series(name, Float64Array.from(values as readonly number[]), pl.Float64);
}

/** By numbers that are then joined with their texts; nothing if there are too many of these. */
function fromFew(pl: Polars, name: string, values: readonly (string | null)[]): Series | undefined {
  const codes = new Map<string | null, number>();
  const column = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    let code = codes.get(value);
    if (code === undefined) {
      if (codes.size === FEW) return undefined;
      codes.set(value, code = codes.size);
    }
    column[i] = code;
  }
  const texts = pl.DataFrame([
    pl.Series("code", Int32Array.from(codes.values()), pl.Int32),
    pl.Series("text", [...codes.keys()], pl.String),
  ]);
  const joined = pl.DataFrame([pl.Series("code", column, pl.Int32)]).join(texts, { on: "code", how: "left" });
  return joined.getColumn("text").alias(name);
}

/** As the lines of a table of one column; nothing if a value would need quotes. */
function fromLines(pl: Polars, name: string, values: readonly (string | null)[]): Series | undefined {
  if (values.some((value) => value === null || value === "")) return undefined;
  const text = values.join("\n");
  if (/[",\r\ufeff]|\n\n|^\n|\n$/.test(text) || !text.isWellFormed()) return undefined;
  const options = { hasHeader: false, columns: ["text"], schema: { text: pl.String }, inferSchemaLength: 0 };
  const column = pl.readCSV(`${text}\n`, options).getColumn("text");
  return column.length === values.length ? column.alias(name) : undefined; // a value may hold a line end
}
