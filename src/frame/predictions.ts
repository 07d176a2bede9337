/**
 * Predictions as frames and Parquet files: a row an example, with its id, its true class number and one `Float32` column of
 * probabilities a class. Probabilities keep every bit on the way to disk and back.
 *
 * @module
 */
import { checkSameLength } from "../core/check.ts";
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { readParquet, writeParquet } from "./parquet.ts";
import { type DataFrame, loadPolars } from "./polars.ts";
import { textSeries } from "./series.ts";

const CLASS_COLUMN = /^p\((.*)\)$/s;

/**
 * Turns predictions into a frame with the columns `id` (String), `label` (Int32, -1 where unknown) and, for each class in
 * order, `p(<class name>)` (Float32).
 *
 * @param predictions N examples over C classes.
 * @returns The frame `[N, 2 + C]`.
 * @throws {TypeError} If ids, labels and probabilities do not fit each other, or two classes have one name.
 */
export async function predictionsToFrame(predictions: Predictions): Promise<DataFrame> {
  const { ids, classes, probabilities, labels } = predictions;
  const width = classes.length;
  checkSameLength("make a frame of predictions", {
    ids,
    labels,
    "probabilities / classes": { length: probabilities.length / width },
  });
  if (new Set(classes).size < width) {
    throw new TypeError(`Cannot make a frame of predictions as class names must differ: current names are ${classes}`);
  }
  const pl = await loadPolars();
  return pl.DataFrame([
    textSeries(pl, "id", ids),
    pl.Series("label", Int32Array.from(labels), pl.Int32),
    ...classes.map((name, c) => pl.Series(`p(${name})`, everyNth(probabilities, width, c), pl.Float32)),
  ]);
}

/** One column of a table that lies row by row. */
function everyNth(values: Float32Array, width: number, first: number): Float32Array {
  const column = new Float32Array(values.length / width);
  for (let i = 0; i < column.length; i++) column[i] = values[i * width + first]!;
  return column;
}

/**
 * Turns a frame back into predictions: the inverse of {@linkcode predictionsToFrame}. Other columns are ignored.
 *
 * @param frame Columns `id`, `label` and one `p(<class name>)` a class.
 * @returns The predictions, classes in the order of the columns.
 * @throws {TypeError} If a column is missing, of the wrong type, or has missing values.
 * @throws {RangeError} If an id occurs twice or a label is no class number.
 */
export function predictionsFromFrame(frame: DataFrame): Predictions {
  const columns = frame.columns.filter((name) => CLASS_COLUMN.test(name));
  const classes = columns.map((name) => CLASS_COLUMN.exec(name)![1]!);
  const faults = [
    ...["id", "label"].filter((name) => !frame.columns.includes(name)).map((name) => `column "${name}" is missing`),
    ...columns.length === 0 ? ["there is no column named p(<class name>)"] : [],
    ...[["id", "String"], ["label", "Int32"], ...columns.map((name) => [name, "Float32"])].flatMap(
      ([name, type]) => frame.columns.includes(name!) ? columnFaults(frame, name!, type!) : [],
    ),
  ];
  if (faults.length > 0) throw new TypeError(`Cannot read predictions as ${faults.join("; ")}`);

  const ids = frame.getColumn("id").toArray() as string[];
  const labels = Int32Array.from(frame.getColumn("label").toTypedArray() as Int32Array);
  const probabilities = new Float32Array(ids.length * classes.length);
  for (const [c, name] of columns.entries()) {
    const column = frame.getColumn(name).toTypedArray() as Float32Array;
    for (let i = 0; i < column.length; i++) probabilities[i * classes.length + c] = column[i]!;
  }
  const seen = new Set<string>();
  for (const [i, id] of ids.entries()) {
    if (seen.has(id)) throw new RangeError(`Cannot read predictions as ids must differ: "${id}" occurs twice`);
    seen.add(id);
    const label = labels[i]!;
    if (label >= classes.length || label < 0 && label !== UNKNOWN_LABEL) {
      throw new RangeError(
        `Cannot read predictions as labels must be 0 to ${
          classes.length - 1
        }, or ${UNKNOWN_LABEL} where unknown: current value of "${id}" is ${label}`,
      );
    }
  }
  return { ids, classes, probabilities, labels };
}

function columnFaults(frame: DataFrame, name: string, type: string): string[] {
  const column = frame.getColumn(name);
  if (column.dtype.variant !== type) {
    return [`column "${name}" must be ${type}: current type is ${column.dtype.variant}`];
  }
  return column.nullCount() > 0 ? [`column "${name}" has ${column.nullCount()} missing values`] : [];
}

/**
 * Writes predictions to a Parquet file, whole.
 *
 * @example
 * ```ts
 * import { loadPredictions, savePredictions } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * const predictions = {
 *   ids: ["000001", "000002"],
 *   classes: ["mask", "no mask"],
 *   probabilities: Float32Array.of(0.9, 0.1, 0.25, 0.75),
 *   labels: Int32Array.of(0, -1),
 * };
 * await savePredictions(predictions, `${dir}/valid.parquet`);
 * assertEquals(await loadPredictions(`${dir}/valid.parquet`), predictions);
 * await Deno.remove(dir, { recursive: true });
 * ```
 *
 * @param predictions What is written.
 * @param path The file; its folder must exist.
 */
export async function savePredictions(predictions: Predictions, path: string): Promise<void> {
  await writeParquet(await predictionsToFrame(predictions), path);
}

/**
 * Reads predictions from a Parquet file.
 *
 * @param path A file written by {@linkcode savePredictions}.
 * @returns The predictions, every bit as they were saved.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no whole Parquet file.
 * @throws {TypeError | RangeError} If it does not hold predictions; the message names the file.
 */
export async function loadPredictions(path: string): Promise<Predictions> {
  const frame = await readParquet(path);
  try {
    return predictionsFromFrame(frame);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) error.message += ` (in "${path}")`;
    throw error;
  }
}
