/**
 * Predictions that several processes write to one folder, each its own part file, and that are read together by id. No process
 * waits for another, and none touches another's file: a part is written beside and renamed, under a name made of its content,
 * so that a process which starts anew and writes the same rows again replaces its own file.
 *
 * @module
 */
import { list } from "../core/check.ts";
import type { Predictions } from "../core/records.ts";
import { type DetailedPredictions, loadDetailedPredictions, saveDetailedPredictions } from "./prediction_details.ts";

const PART = /^part-[0-9a-f]{32}\.parquet$/;

/**
 * Adds predictions to a folder.
 *
 * @example
 * ```ts
 * import { appendPredictions, loadPredictionParts } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * const part = (id: string, label: number) => ({
 *   ids: [id],
 *   classes: ["mask", "no mask"],
 *   probabilities: Float32Array.of(0.25, 0.75),
 *   labels: Int32Array.of(label),
 * });
 * await Promise.all([appendPredictions(part("b", 1), dir), appendPredictions(part("a", 0), dir)]);
 * const { ids, labels } = await loadPredictionParts(dir);
 * assertEquals([ids, [...labels]], [["a", "b"], [0, 1]]); // by id, whoever came first
 * await Deno.remove(dir, { recursive: true });
 * ```
 *
 * @param predictions What is added; logits and views are written with it.
 * @param dir The folder; it must exist.
 * @returns The part's file.
 * @throws {RangeError} If there is no row: a file without rows could not say which views it has.
 * @throws {TypeError} If the columns do not fit each other.
 */
export async function appendPredictions(predictions: DetailedPredictions, dir: string): Promise<string> {
  if (predictions.ids.length === 0) {
    throw new RangeError("Cannot append predictions as there must be at least one row: current number is 0");
  }
  const path = `${dir}/part-${await digest(predictions)}.parquet`;
  await saveDetailedPredictions(predictions, path);
  return path;
}

/**
 * Reads all predictions of a folder.
 *
 * @param dir The folder; files that are no parts are left alone.
 * @returns The rows of all parts, sorted by id in the order of their code units, however they were divided among parts.
 * @throws {RangeError} If there is no part, or an id occurs in two of them; the message names both files.
 * @throws {TypeError} If parts differ in their classes, views, or in whether they have logits.
 * @throws {SyntaxError} If a part is no whole Parquet file.
 */
export async function loadPredictionParts(dir: string): Promise<DetailedPredictions> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(dir)) if (isFile && PART.test(name)) names.push(name);
  if (names.length === 0) {
    throw new RangeError(`Cannot read predictions as "${dir}" must hold part files: there is none`);
  }
  names.sort();
  const parts: DetailedPredictions[] = [];
  for (const name of names) parts.push(await loadDetailedPredictions(`${dir}/${name}`));
  checkAlike(names, parts);
  checkOnce(names, parts);
  return joinSorted(parts);
}

/** A name for the content, the same wherever and whenever it is made. */
async function digest({ ids, classes, probabilities, labels, logits, views }: DetailedPredictions): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([classes, ids, views?.map(({ name }) => name)]));
  const numbers = [
    probabilities,
    labels,
    ...logits ? [logits] : [],
    ...(views ?? []).map((view) => view.probabilities),
  ];
  const digests = await Promise.all(
    [text, ...numbers].map((part) => crypto.subtle.digest("SHA-256", new Uint8Array(copyOf(part)))),
  );
  const all = new Uint8Array(32 * digests.length);
  digests.forEach((bytes, k) => all.set(new Uint8Array(bytes), 32 * k));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all)).toHex().slice(0, 32);
}

function copyOf({ buffer, byteOffset, byteLength }: ArrayBufferView): ArrayBuffer {
  return (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength);
}

function checkAlike(names: readonly string[], parts: readonly DetailedPredictions[]): void {
  const kinds = parts.map(({ classes, logits, views }) =>
    `classes ${list(classes)}, ${logits ? "logits" : "no logits"}, ${
      views ? `views ${list(views.map(({ name }) => name))}` : "no views"
    }`
  );
  const other = kinds.findIndex((kind) => kind !== kinds[0]);
  if (other < 0) return;
  throw new TypeError(
    `Cannot read predictions as all parts must have the same classes, logits and views: ${names[0]} has ${kinds[0]}; ` +
      `${names[other]} has ${kinds[other]}`,
  );
}

function checkOnce(names: readonly string[], parts: readonly Predictions[]): void {
  const owners = new Map<string, number>();
  parts.forEach(({ ids }, k) => {
    for (const id of ids) {
      const owner = owners.get(id);
      if (owner !== undefined) {
        throw new RangeError(
          `Cannot read predictions as an id must be in one part only: "${id}" is in ${names[owner]} and ${names[k]}`,
        );
      }
      owners.set(id, k);
    }
  });
}

function joinSorted(parts: readonly DetailedPredictions[]): DetailedPredictions {
  const { classes, logits, views } = parts[0]!, width = classes.length;
  const places = parts.flatMap(({ ids }, part) => ids.map((id, row) => ({ id, part, row })));
  places.sort((a, b) => a.id < b.id ? -1 : 1);
  const gather = (numbers: (part: DetailedPredictions) => Float32Array): Float32Array => {
    const sources = parts.map(numbers), out = new Float32Array(places.length * width);
    places.forEach(({ part, row }, to) => out.set(sources[part]!.subarray(row * width, (row + 1) * width), to * width));
    return out;
  };
  return {
    ids: places.map(({ id }) => id),
    classes,
    probabilities: gather((part) => part.probabilities),
    labels: Int32Array.from(places, ({ part, row }) => parts[part]!.labels[row]!),
    ...logits ? { logits: gather((part) => part.logits!) } : {},
    ...views
      ? {
        views: views.map(({ name }, k) => ({ name, probabilities: gather((part) => part.views![k]!.probabilities) })),
      }
      : {},
  };
}
