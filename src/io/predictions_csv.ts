/**
 * Predictions that other tools wrote as CSV: a column of ids with one column of probabilities a class, or with one column of
 * answers.
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { readCsv, type TableRow } from "./csv.ts";

/** How the file's columns are read. */
export interface PredictionsCsvOptions {
  /** Class names, by class number. A class's column is called as the class is, or `p(<class>)`. */
  readonly classes: readonly string[];
  /** The column of ids; by default the one of `ImageID` and `id` that is there. */
  readonly id?: string;
  /** The column of answers, class numbers or names, which is read where no column is called as a class is; `ans` by default. */
  readonly answer?: string;
}

/** How far from 1 a row's probabilities may sum: what rounding to two digits may do to 18 classes. */
const SLACK = 0.1;

/** Faults shown of a file. */
const SHOWN = 10;

/** Reads one row: fills in its probabilities, or says what is wrong with it. */
type ReadRow = (values: TableRow["values"], out: Float32Array) => string | undefined;

/**
 * Reads predictions from a CSV file. Rows of probabilities are scaled to sum to 1; an answer has probability 1. For millions of
 * rows a Parquet file is the better place.
 *
 * @example
 * ```ts
 * import { readPredictionsCsv } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "ImageID,ans\n007.jpg,1\n008.jpg,cat\n");
 * const { ids, probabilities } = await readPredictionsCsv(path, { classes: ["cat", "dog"] });
 * assertEquals([ids, [...probabilities]], [["007.jpg", "008.jpg"], [0, 1, 1, 0]]);
 * await Deno.remove(path);
 * ```
 *
 * @param path The file, with a line of column names; columns beside those read are left alone.
 * @param options The classes, and names of columns.
 * @returns The predictions in the order of the file; labels are unknown.
 * @throws {SyntaxError} If it is no table, a column is missing, or a cell cannot be read; the message names the file, and the
 * line and id of each fault.
 */
export async function readPredictionsCsv(path: string, options: PredictionsCsvOptions): Promise<Predictions> {
  const { classes } = options, { columns, rows } = await readCsv(path);
  const fail = (what: string) => new SyntaxError(`Cannot read predictions from "${path}" as ${what}`);
  const id = options.id ?? ["ImageID", "id"].find((name) => columns.includes(name));
  if (id === undefined || !columns.includes(id)) {
    throw fail(
      `it must have a column ${options.id ? `"${options.id}"` : `"ImageID" or "id"`}: its columns are ${list(columns)}`,
    );
  }
  const readRow = rowReader(columns, options, fail);
  const probabilities = new Float32Array(rows.length * classes.length);
  const faults: string[] = [], lines = new Map<string, number>();
  rows.forEach(({ row, values }, i) => {
    const name = values[id]!, line = lines.get(name);
    const fault = name === ""
      ? "its id is empty"
      : line !== undefined
      ? `its id stands on line ${line} too`
      : readRow(values, probabilities.subarray(i * classes.length, (i + 1) * classes.length));
    if (fault !== undefined) faults.push(`line ${row} (${show(name)}): ${fault}`);
    lines.set(name, row);
  });
  if (faults.length > 0) {
    const more = faults.length > SHOWN ? `; and ${faults.length - SHOWN} more` : "";
    throw fail(`each row must be whole: ${faults.slice(0, SHOWN).join("; ")}${more}`);
  }
  return {
    ids: rows.map(({ values }) => values[id]!),
    classes,
    probabilities,
    labels: new Int32Array(rows.length).fill(UNKNOWN_LABEL),
  };
}

/** Reads class columns where there is any, else answers. */
function rowReader(
  columns: readonly string[],
  { classes, answer = "ans" }: PredictionsCsvOptions,
  fail: (what: string) => Error,
): ReadRow {
  const own = classes.map((name) => [name, `p(${name})`].find((column) => columns.includes(column)));
  const missing = classes.filter((_, c) => own[c] === undefined);
  if (missing.length === 0) return (values, out) => readProbabilities(own as string[], values, out);
  if (missing.length < classes.length) {
    throw fail(
      `there must be a column for every class: missing are ${list(missing)}; its columns are ${list(columns)}`,
    );
  }
  if (columns.includes(answer)) return (values, out) => readAnswer(classes, values[answer]!, out);
  throw fail(
    `it must have a column for each of the classes ${
      list(classes)
    }, or a column "${answer}" of answers: its columns are ` +
      list(columns),
  );
}

function readProbabilities(own: readonly string[], values: TableRow["values"], out: Float32Array): string | undefined {
  let total = 0;
  for (const [c, column] of own.entries()) {
    const text = values[column]!.trim(), value = Number(text);
    if (text === "" || !(value >= 0 && value <= 1)) {
      return `column ${show(column)} must be a probability from 0 to 1: current value is ${show(text)}`;
    }
    out[c] = value;
    total += value;
  }
  if (!(Math.abs(total - 1) <= SLACK)) return `its probabilities must sum to 1: they sum to ${total.toFixed(4)}`;
  out.forEach((value, c) => out[c] = value / total);
}

function readAnswer(classes: readonly string[], text: string, out: Float32Array): string | undefined {
  const name = classes.indexOf(text), number = /^\d+$/.test(text.trim()) ? Number(text) : -1;
  const label = name >= 0 ? name : number;
  if (label < 0 || label >= classes.length) {
    return `its answer must be 0 to ${classes.length - 1}, or a class's name: current value is ${show(text)}`;
  }
  out[label] = 1;
}
