/**
 * Frames in CSV files (https://www.rfc-editor.org/rfc/rfc4180), for tables of a million rows: what `readCsv` and `writeCsv`
 * do row by row with the line each row stands on, Polars does here with whole columns.
 *
 * @module
 */
import { list } from "../core/check.ts";
import { scanCsv } from "./csv_scan.ts";
import { type DataFrame, loadPolars } from "./polars.ts";
import { readWhole, writeWhole } from "./whole.ts";

/** Types of columns that are not text. */
export type CsvTypes = Readonly<Record<string, "Float32" | "Float64" | "Int32">>;

/**
 * Reads a CSV file into a frame: UTF-8, with or without a byte order mark, lines ending in LF or CRLF. Every column stays
 * text unless it is given a type, so that the id 000001 keeps its zeros. An empty cell is empty text, or a missing number.
 *
 * @example
 * ```ts
 * import { makeFrame, readCsvFrame, writeCsvFrame } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * await writeCsvFrame(await makeFrame({ id: ["000001", "000002"], age: [21, null] }), `${dir}/a.csv`);
 * const frame = await readCsvFrame(`${dir}/a.csv`, { types: { age: "Float64" } });
 * assertEquals(frame.toRecords(), [{ id: "000001", age: 21 }, { id: "000002", age: null }]);
 * await Deno.remove(dir, { recursive: true });
 * ```
 *
 * @param path The file.
 * @param options The types of columns of numbers.
 * @returns The frame, columns in the file's order.
 * @throws {SyntaxError} If it is not UTF-8, has no header, quotes or column names that cannot be understood, rows with too
 * few or too many cells, or text in a column of numbers; the message names the file.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {RangeError} If a type is given to a column that is not there.
 */
export async function readCsvFrame(path: string, { types = {} }: { types?: CsvTypes } = {}): Promise<DataFrame> {
  const [pl, bytes] = await Promise.all([loadPolars(), readWhole(path)]);
  const { Buffer } = await import("node:buffer");
  try {
    const { columns, body, multiline } = scanCsv(bytes);
    const strangers = Object.keys(types).filter((name) => !columns.includes(name));
    if (strangers.length > 0) {
      throw new RangeError(
        `Cannot read "${path}" as there is no column ${list(strangers)}: current columns are ${list(columns)}`,
      );
    }
    const fields = columns.map((name) => [name, Object.hasOwn(types, name) ? pl[types[name]!] : pl.String] as const);
    const rows = body.length > 0 ? body : new TextEncoder().encode(columns.map(() => "0").join(",")); // Polars needs one
    const frame = pl.readCSV(Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength), {
      hasHeader: false,
      columns: [...columns],
      schema: Object.fromEntries(fields),
      inferSchemaLength: 0,
      missingIsNull: false,
      ...multiline ? { numThreads: 1 } : {},
    });
    return body.length > 0 ? frame : frame.slice(0, 0);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new SyntaxError(`Cannot read "${path}" as ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Writes a frame to a CSV file, whole or not at all. Lines end in CRLF. Missing values and empty text both read back as
 * empty text; numbers of type Float64 keep a point (`21.0`).
 *
 * @param frame What is written.
 * @param path The file; its folder must exist.
 */
export async function writeCsvFrame(frame: DataFrame, path: string): Promise<void> {
  await writeWhole(path, (temporary) => frame.writeCSV(temporary, { lineTerminator: "\r\n" }));
}
