/**
 * Tables of comma-separated values, read with the line that each row stands on. Every value stays text, so that the id
 * 000001 keeps its zeros.
 *
 * @module
 */
import { parse, stringify } from "@std/csv";
import { list } from "../core/check.ts";
import { writeAtomic } from "./files.ts";

/** A table's columns and rows. */
export interface Table {
  /** Names of the columns, from the first line. */
  readonly columns: readonly string[];
  /** The rows under it. */
  readonly rows: readonly TableRow[];
}

/** One row of a table. */
export interface TableRow {
  /** The line it begins on, counted from 1 with the header as line 1. */
  readonly row: number;
  /** Cells by column name. */
  readonly values: Readonly<Record<string, string>>;
}

/** A row whose cells do not fit the header. */
export interface RaggedRow {
  /** The line it begins on. */
  readonly row: number;
  /** How many cells it has. */
  readonly cells: number;
}

/**
 * Reads a CSV file: UTF-8, with or without a byte order mark, lines ending in LF or CRLF.
 *
 * @param path The file.
 * @returns Its columns and rows.
 * @throws {SyntaxError} If it is not UTF-8, has no header, quotes or column names that cannot be understood, or rows with
 * too few or too many cells; the message names the file and the lines.
 */
export async function readCsv(path: string): Promise<Table> {
  try {
    const { columns, rows, ragged } = parseCsv(await Deno.readFile(path));
    if (ragged.length === 0) return { columns, rows };
    throw new SyntaxError(
      `every row must have ${columns.length} cells: ${
        ragged.slice(0, 10).map(({ row, cells }) => `row ${row} has ${cells}`).join(", ")
      }${ragged.length > 10 ? `, and ${ragged.length - 10} more rows differ` : ""}`,
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`Cannot read "${path}" as ${error.message}`, { cause: error });
  }
}

/**
 * Reads a table from the bytes of a CSV file and sets apart the rows that do not fit its header.
 *
 * @throws {SyntaxError} If there is no table to be had; the message is half a sentence that names no file.
 */
export function parseCsv(bytes: Uint8Array): Table & { readonly ragged: readonly RaggedRow[] } {
  const text = decodeText(bytes);
  const [columns, ...records] = parse(text);
  if (!columns) throw new SyntaxError("it must begin with a line that names its columns: it is empty");
  if (new Set(columns).size < columns.length) {
    throw new SyntaxError(`its columns must have different names: current names are ${list(columns)}`);
  }
  const lines = recordLines(text).slice(1);
  const [rows, ragged]: [TableRow[], RaggedRow[]] = [[], []];
  records.forEach((cells, i) => {
    const row = lines[i]!;
    if (cells.length !== columns.length) ragged.push({ row, cells: cells.length });
    else rows.push({ row, values: Object.fromEntries(columns.map((name, k) => [name, cells[k]!])) });
  });
  return { columns, rows, ragged };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes); // which drops a byte order mark
  } catch (error) {
    throw new SyntaxError("it must be UTF-8 text: other bytes were found", { cause: error });
  }
}

/** The lines on which the parser's records begin: it skips empty lines, and a quoted cell may hold line ends. */
function recordLines(text: string): number[] {
  const starts: number[] = [];
  let quoted = false;
  text.split("\n").forEach((line, i) => {
    if (!quoted && line !== "" && line !== "\r") starts.push(i + 1);
    if (line.split('"').length % 2 === 0) quoted = !quoted;
  });
  return starts;
}

/**
 * Writes a CSV file, whole or not at all.
 *
 * @param path The file; its folder must be there.
 * @param columns Names of the columns, in their order.
 * @param rows A value for each column; lines end in CRLF, as RFC 4180 has it.
 * @throws {TypeError} If a row lacks a column.
 */
export async function writeCsv(
  path: string,
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string | number>>[],
): Promise<void> {
  rows.forEach((values, i) => {
    const missing = columns.filter((name) => values[name] === undefined);
    if (missing.length === 0) return;
    throw new TypeError(
      `Cannot write "${path}" as each row must have every column: row ${i + 1} lacks ${list(missing)}`,
    );
  });
  await writeAtomic(path, stringify(rows, { columns }));
}
