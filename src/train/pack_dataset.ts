/**
 * A data set's images as a configuration has them: preprocessed, then packed.
 *
 * @module
 */
import { join } from "node:path";
import type { Dataset, ImageSet } from "../core/records.ts";
import { packImages } from "../io/mod.ts";
import { preprocessImages, type PreprocessNote } from "../preprocess/mod.ts";
import type { TrainConfig } from "./config.ts";

/** Where images are kept, and who hears of the work. */
export interface PackDatasetOptions {
  /** Folder of the packed files; without it the packed images stay in memory. */
  readonly cacheDir?: string;
  /** Folder of the preprocessed images; `preprocessed` in `cacheDir` by default. */
  readonly preprocessDir?: string;
  /** Stops the work; the same call goes on. */
  readonly signal?: AbortSignal;
  /** Called as images are preprocessed and packed. */
  readonly onProgress?: (
    state: { readonly stage: "preprocess" | "pack"; readonly done: number; readonly total: number },
  ) => void;
  /** Called with what preprocessing steps could not do as usual, if there is such. */
  readonly onNotes?: (notes: readonly PreprocessNote[]) => void;
}

/**
 * Takes a data set's images through the steps of the config's `preprocess`, if any, and packs them with its `resize`, `crop`
 * and `interpolation`. The config of a finished run makes of new images what its network was trained with.
 *
 * @example
 * ```ts
 * import { loadFaces, packDataset, paintFaces, resolveConfig } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * await paintFaces(dir, { people: 1, seed: 1, size: [48, 36] });
 * const config = resolveConfig({ resize: 32, crop: 32, preprocess: [{ name: "clahe", tiles: 2 }] });
 * const images = await packDataset(await loadFaces(dir), config, { cacheDir: `${dir}/cache` });
 * assertEquals(images.size, [32, 32]);
 * images.close();
 * ```
 *
 * @param dataset Samples and their files.
 * @param config Steps and size.
 * @returns The images in the samples' order, for `train` and `predict`.
 * @throws {TypeError} If there are steps, and no folder for what becomes of the images.
 * @throws {AggregateError} If no image can be decoded.
 */
export async function packDataset(
  dataset: Dataset,
  { preprocess, resize, crop, interpolation }: Pick<TrainConfig, "preprocess" | "resize" | "crop" | "interpolation">,
  options: PackDatasetOptions = {},
): Promise<ImageSet> {
  const { cacheDir, preprocessDir = cacheDir && join(cacheDir, "preprocessed"), signal, onProgress, onNotes } = options;
  const packing = {
    resize,
    crop,
    interpolation,
    cacheDir,
    signal,
    onProgress: (state: Tally) => onProgress?.({ stage: "pack", ...state }),
  };
  if (preprocess.length === 0) return await packImages(dataset, packing);
  if (preprocessDir === undefined) {
    throw new TypeError("Cannot preprocess images as they need a folder: give preprocessDir or cacheDir");
  }
  const { notes, ...made } = await preprocessImages(dataset, preprocess, {
    dir: preprocessDir,
    signal,
    onProgress: (state) => onProgress?.({ stage: "preprocess", ...state }),
  });
  if (notes.length > 0) onNotes?.(notes);
  const images = await packImages(made, packing);
  const causes = new Map(made.faults.map((fault) => [fault.id, fault])); // packing knows only that there is no file
  return { ...images, faults: images.faults.map((fault) => causes.get(fault.id) ?? fault) };
}

interface Tally {
  readonly done: number;
  readonly total: number;
}
