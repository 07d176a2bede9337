/**
 * A data set's images, changed once by some steps and kept as files, for packing to decode like any others.
 *
 * @module
 */
import { checkInteger, list } from "../core/check.ts";
import { resolveSpec } from "../core/parts.ts";
import type { Dataset, Fault } from "../core/records.ts";
import { ensureDir, withLock, writeAtomic } from "../io/files.ts";
import { namesIn, removeTemporaries } from "../io/image_file.ts";
import { inFlight, type WatchOptions } from "../io/in_flight.ts";
import { faultError } from "../io/validate.ts";
import { startCrew } from "./crew.ts";
import type { Recipe } from "./process_file.ts";
import { PREPROCESS, type PreprocessSpec } from "./steps.ts";
import { type Entry, folderOf, nameFiles, readNotes } from "./store.ts";

/** Where preprocessed images are kept and how they are made; `onProgress` counts images, those made earlier too. */
export interface PreprocessOptions extends WatchOptions {
  /** The folder for the files; made if need be. */
  readonly dir: string;
  /** Workers; as many as the machine has cores, eight at most, unless given. With 0 the main thread does it. */
  readonly workers?: number;
  /** Format of the files; "jpeg" unless given. PNG loses nothing and takes several times the room. */
  readonly format?: "jpeg" | "png";
  /** JPEG quality, 1..100; 95 unless given. */
  readonly quality?: number;
}

/** What a step noted of an image: that no face was found, say. */
export interface PreprocessNote {
  /** The sample. */
  readonly id: string;
  /** Its file, relative to the root of the data set that was preprocessed. */
  readonly path: string;
  /** A sentence. */
  readonly text: string;
}

/** A data set whose images went through steps. */
export interface PreprocessedDataset extends Dataset {
  /** Where a step could not do what it usually does, in the samples' order. */
  readonly notes: readonly PreprocessNote[];
}

/**
 * Puts a data set's images through steps and writes what becomes of them as files.
 *
 * The files of a list of steps are in a folder of their own, called by the steps and a digest of all their options; a file
 * is called by its sample and a digest of the source's path, size and time of change. Whatever is there is not made
 * again, so a call that was stopped is gone on with, and of several processes one makes the files and the others wait. A
 * file gets its source's time of change, so that packs made of it are found again even where the files were made anew. What
 * was made of sources as they were earlier stays; the whole folder may be removed at any time.
 *
 * @example
 * ```ts
 * import { decodeImage, loadTable, preprocessImages, rasterize } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"><rect width="8" height="4" fill="#c8643c"/></svg>`;
 * await Deno.writeFile(`${root}/warm.png`, await rasterize(svg));
 * const dataset = await loadTable([{ path: "warm.png" }], { root, columns: { path: "path" } });
 * const grey = await preprocessImages(dataset, [{ name: "greyWorld" }], { dir: `${root}/cache`, format: "png", workers: 0 });
 * const { data } = await decodeImage(`${grey.root}/${grey.samples[0]!.path}`);
 * assertEquals([...data.subarray(0, 3)], [120, 120, 120]);
 * ```
 *
 * @param dataset Samples and the folder that their paths are relative to.
 * @param steps Names and options, in the order in which they are taken.
 * @param options Where the files are kept, and how they are made.
 * @returns The same samples with paths of the new files, in the same order. An image that is missing or cannot be decoded
 * is one of its faults; its sample stays, and its file is not there. Without steps it is the data set itself.
 * @throws {RangeError} If an option is out of range, or a step's name is unknown.
 * @throws {TypeError} If a step's options are wrong, or its model is not there.
 * @throws {AggregateError} If no image can be decoded.
 */
export async function preprocessImages(
  dataset: Dataset,
  steps: readonly PreprocessSpec[],
  { dir, workers = Math.min(navigator.hardwareConcurrency, 8), format = "jpeg", quality = 95, ...watch }:
    PreprocessOptions,
): Promise<PreprocessedDataset> {
  checkInteger("preprocess images", "workers", workers, { min: 0, max: 64 });
  checkInteger("preprocess images", "quality", quality, { min: 1, max: 100 });
  if (format !== "jpeg" && format !== "png") {
    throw new RangeError(`Cannot preprocess images as format must be one of ${list(["jpeg", "png"])}: ${format}`);
  }
  const whole = steps.map((spec) => resolveSpec("preprocessing step", PREPROCESS, spec) as PreprocessSpec);
  if (whole.length === 0) return { ...dataset, notes: [] };
  const { root, samples } = dataset, recipe: Recipe = { steps: whole, format, quality };
  const { folder, recipe: record } = await folderOf(dir, recipe);
  await ensureDir(folder);
  const entries = await nameFiles(samples, { root, folder, format, signal: watch.signal });
  const faults = new Map<number, Fault>();
  const addFault = (i: number, { kind, message }: Pick<Fault, "kind" | "message">) => {
    const { id, path } = samples[i]!;
    faults.set(i, { kind, message: `The file "${path}" ${message}.`, path, id });
  };
  entries.forEach(({ fault }, i) => fault && addFault(i, fault));
  await withLock(`${folder}.lock`, async () => {
    await removeTemporaries(folder);
    await writeAtomic(`${folder}/steps.json`, `${JSON.stringify(record, null, 2)}\n`);
    await makeMissing({ folder, recipe, entries, workers, addFault }, watch);
  }, watch);
  const found = [...faults.keys()].sort((a, b) => a - b).map((i) => faults.get(i)!);
  if (found.length === samples.length) throw faultError(`preprocess the images of "${root}"`, found);
  const notes = await readNotes(folder);
  return {
    ...dataset,
    root: folder,
    samples: samples.map((sample, i) => ({ ...sample, path: entries[i]!.name })),
    faults: [...dataset.faults, ...found],
    notes: samples.flatMap(({ id, path }, i) =>
      (notes.get(entries[i]!.name) ?? []).map((text) => ({ id, path, text }))
    ),
  };
}

interface Work {
  readonly folder: string;
  readonly recipe: Recipe;
  readonly entries: readonly Entry[];
  readonly workers: number;
  readonly addFault: (index: number, fault: Pick<Fault, "kind" | "message">) => void;
}

/** Makes the files that are not there yet. */
async function makeMissing(
  { folder, recipe, entries, workers, addFault }: Work,
  { signal, onProgress }: WatchOptions,
): Promise<void> {
  const there = await namesIn(folder), total = entries.length;
  const missing = [...entries.keys()].filter((i) => entries[i]!.job && !there.has(entries[i]!.name));
  onProgress?.({ done: total - missing.length, total });
  if (missing.length === 0) return;
  using crew = startCrew(recipe, Math.min(workers, missing.length));
  await inFlight(missing.length, async (k) => {
    const i = missing[k]!, outcome = await crew.run(entries[i]!.job!);
    if (outcome) addFault(i, outcome);
  }, { signal, onProgress: ({ done }) => onProgress?.({ done: total - missing.length + done, total }) });
}
