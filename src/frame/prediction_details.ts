/**
 * Predictions with more than they need: logits, and what each view of test-time augmentation alone predicts. In a frame and a
 * Parquet file they are further columns: `l(<class>)` for logits, `v<k>(<class>)` for the probabilities of view k, counted from
 * 0, and `views` with the views' names as a JSON list, the same in every row.
 *
 * @module
 */
import { list } from "../core/check.ts";
import type { Predictions } from "../core/records.ts";
import { readParquet, writeParquet } from "./parquet.ts";
import { type DataFrame, loadPolars } from "./polars.ts";
import { predictionsFromFrame, predictionsToFrame } from "./predictions.ts";

/** What one view alone predicts. */
export interface ViewPredictions {
  /** The view's name. */
  readonly name: string;
  /** Probabilities `[N, C]`. */
  readonly probabilities: Float32Array;
}

/** Predictions, and where they come from if that was asked for. */
export interface DetailedPredictions extends Predictions {
  /** Logits `[N, C]`. */
  readonly logits?: Float32Array;
  /** The views whose predictions were averaged. */
  readonly views?: readonly ViewPredictions[];
}

/** The columns beside the probabilities, each with its numbers `[N, C]`. */
function detailsOf({ logits, views = [] }: DetailedPredictions): [prefix: string, values: Float32Array][] {
  return [
    ...logits ? [["l", logits] as [string, Float32Array]] : [],
    ...views.map(({ probabilities }, k): [string, Float32Array] => [`v${k}`, probabilities]),
  ];
}

/**
 * Turns predictions with their details into a frame, whose first columns are those of `predictionsToFrame`.
 *
 * @param predictions N examples over C classes.
 * @returns The frame, N rows.
 * @throws {TypeError} If the columns do not fit each other.
 */
export async function detailsToFrame(predictions: DetailedPredictions): Promise<DataFrame> {
  const { ids, classes, views } = predictions, width = classes.length;
  const [pl, frame] = await Promise.all([loadPolars(), predictionsToFrame(predictions)]);
  const details = detailsOf(predictions);
  for (const [prefix, { length }] of details) {
    if (length === ids.length * width) continue;
    throw new TypeError(
      `Cannot make a frame of predictions as ${prefix} must have ${ids.length} x ${width} numbers: current number is ${length}`,
    );
  }
  if (details.length === 0) return frame;
  const columns = details.flatMap(([prefix, values]) =>
    classes.map((name, c) => {
      const column = new Float32Array(ids.length);
      for (let i = 0; i < column.length; i++) column[i] = values[i * width + c]!;
      return pl.Series(`${prefix}(${name})`, column, pl.Float32);
    })
  );
  const names = JSON.stringify(views?.map(({ name }) => name));
  return pl.DataFrame([
    ...frame.getColumns(),
    ...columns,
    ...views ? [pl.Series("views", new Array<string>(ids.length).fill(names), pl.String)] : [],
  ]);
}

/**
 * Turns a frame back into predictions with their details: the inverse of {@linkcode detailsToFrame}.
 *
 * @param frame A frame with the columns of predictions; details are optional, other columns are ignored.
 * @returns The predictions; `logits` and `views` where the frame has them.
 * @throws {TypeError | RangeError} As `predictionsFromFrame` does, and if a detail lacks a class.
 */
export function detailsFromFrame(frame: DataFrame): DetailedPredictions {
  const predictions = predictionsFromFrame(frame), { ids, classes } = predictions, width = classes.length;
  const read = (prefix: string): Float32Array => {
    const missing = classes.filter((name) => !frame.columns.includes(`${prefix}(${name})`));
    if (missing.length > 0) {
      throw new TypeError(`Cannot read predictions as ${prefix} lacks columns for the classes ${list(missing)}`);
    }
    const values = new Float32Array(ids.length * width);
    classes.forEach((name, c) => {
      const column = frame.getColumn(`${prefix}(${name})`).toTypedArray() as Float32Array;
      for (let i = 0; i < column.length; i++) values[i * width + c] = column[i]!;
    });
    return values;
  };
  const hasLogits = classes.some((name) => frame.columns.includes(`l(${name})`));
  const hasViews = frame.columns.includes("views");
  const names = hasViews && ids.length > 0 ? JSON.parse(frame.getColumn("views").get(0) as string) as string[] : [];
  return {
    ...predictions,
    ...hasLogits ? { logits: read("l") } : {},
    ...hasViews ? { views: names.map((name, k) => ({ name, probabilities: read(`v${k}`) })) } : {},
  };
}

/**
 * Writes predictions with their details to a Parquet file, whole. `loadPredictions` reads it too, without the details.
 *
 * @param predictions What is written.
 * @param path The file; its folder must exist.
 */
export async function saveDetailedPredictions(predictions: DetailedPredictions, path: string): Promise<void> {
  await writeParquet(await detailsToFrame(predictions), path);
}

/**
 * Reads predictions with whatever details there are from a Parquet file.
 *
 * @param path A file written by {@linkcode saveDetailedPredictions} or `savePredictions`.
 * @returns The predictions, every bit as they were saved.
 * @throws {Deno.errors.NotFound | SyntaxError | TypeError | RangeError} As `loadPredictions` does.
 */
export async function loadDetailedPredictions(path: string): Promise<DetailedPredictions> {
  const frame = await readParquet(path);
  try {
    return detailsFromFrame(frame);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) error.message += ` (in "${path}")`;
    throw error;
  }
}
