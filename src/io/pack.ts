/**
 * A data set's images, decoded once into bytes of one size: in memory, or in a file that later runs open as it is.
 *
 * @module
 */
import { join } from "node:path";
import type { Dataset, Fault, ImageSet, Sample } from "../core/mod.ts";
import { ensureDir, sha256, statIfThere, withLock } from "./files.ts";
import { checkImageOptions, type ImageOptions, pairOf } from "./geometry.ts";
import { packInMemory, type StoreImage } from "./image_set.ts";
import { decodePixels, fitPixels } from "./images.ts";
import { inFlight, type WatchOptions } from "./in_flight.ts";
import { type Head, openPack, PACK_VERSION, packPaths, sweepPacks, writePack } from "./pack_file.ts";
import { loadSharp } from "./sharp.ts";
import { faultError } from "./validate.ts";

/** How images are packed; `onProgress` counts the images decoded. */
export interface PackOptions extends ImageOptions, WatchOptions {
  /** Folder of the packed files; made if need be. Without it the images stay in memory. */
  readonly cacheDir?: string;
}

/**
 * Decodes every image of a data set to bytes `[N, H, W, 3]`, RGB, as torchvision's loader, Resize and CenterCrop do. All
 * must come to one size, so either `crop` or a pair for `resize` is needed.
 *
 * With `cacheDir` the bytes are in `<digest>.bin` there and described in `<digest>.json`. The digest covers the options and
 * each sample's id, path, size and time of change, so that a changed file or option makes another pack, and a data set that
 * was moved with its times keeps its own. A pack appears whole or not at all; of several processes that want the same one,
 * one builds it and the others wait.
 *
 * @example
 * ```ts
 * import { loadTable, packImages, rasterize } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"><rect width="8" height="4" fill="red"/></svg>`;
 * await Deno.writeFile(`${root}/red.png`, await rasterize(svg));
 * const dataset = await loadTable([{ path: "red.png" }], { root, columns: { path: "path" } });
 * const images = await packImages(dataset, { resize: 4, crop: [1, 2], cacheDir: `${root}/cache` });
 * const batch = new Uint8Array(2 * 1 * 2 * 3);
 * images.fillBatch([0, 0], batch);
 * assertEquals([...batch.subarray(6)], [255, 0, 0, 255, 0, 0]);
 * images.close();
 * ```
 *
 * @param dataset Samples and the folder that their paths are relative to.
 * @param options Size, cache, and how the work is watched.
 * @returns The images in the samples' order. Those that are missing or cannot be decoded are its faults; their pixels are
 * zero.
 * @throws {TypeError} If the images would not come to one size.
 * @throws {RangeError} If an option is out of range.
 * @throws {AggregateError} If no image can be decoded.
 */
export async function packImages(
  { root, samples }: Pick<Dataset, "root" | "samples">,
  { resize, crop, interpolation = "bilinear", cacheDir, ...watch }: PackOptions,
): Promise<ImageSet> {
  const options: ImageOptions = { resize, crop, interpolation };
  checkImageOptions("pack images", options);
  const sides = crop ?? (typeof resize === "number" ? undefined : resize);
  if (sides === undefined) {
    throw new TypeError(
      `Cannot pack images as all must come to one size: give crop, or resize as [height, width], current resize is ${resize}`,
    );
  }
  if (samples.length === 0) throw new RangeError(`Cannot pack images as "${root}" has no samples`);
  const size = pairOf(sides);
  const ids = samples.map(({ id }) => id);
  const files = await stampFiles(root, samples, watch.signal);
  const preprocessing = { resize: resize ?? null, crop: crop === undefined ? null : pairOf(crop), interpolation };
  const digest = await sha256(JSON.stringify({ version: PACK_VERSION, preprocessing, ids, files }));
  const head = { version: PACK_VERSION, digest, preprocessing, size, count: ids.length, ids, files };
  const build = (store: StoreImage) => decodeAll({ root, samples, options, store }, watch);
  if (cacheDir === undefined) return await packInMemory(head, build);

  const opened = await openPack(cacheDir, head);
  if (opened) return opened;
  await ensureDir(cacheDir);
  await sweepPacks(cacheDir);
  return await withLock(packPaths(cacheDir, digest).lock, async () => {
    const theirs = await openPack(cacheDir, head); // another process may have built it while this one waited
    if (theirs) return theirs;
    await writePack(cacheDir, head, build);
    const ours = await openPack(cacheDir, head);
    if (ours) return ours;
    throw new Error(`Cannot open "${packPaths(cacheDir, digest).data}" as it changed while it was built`);
  }, watch);
}

/** What stands for a file's content: its path, its size in bytes and its time of change in milliseconds. */
async function stampFiles(root: string, samples: readonly Sample[], signal?: AbortSignal): Promise<Head["files"]> {
  const stamps = samples.map(({ path }): [string, number, number] => [path, -1, 0]);
  await inFlight(samples.length, async (i) => {
    const stat = await statIfThere(join(root, samples[i]!.path));
    if (stat?.isFile) stamps[i] = [samples[i]!.path, stat.size, stat.mtime?.getTime() ?? 0];
  }, { signal });
  return stamps;
}

interface Work {
  readonly root: string;
  readonly samples: readonly Sample[];
  readonly options: ImageOptions;
  readonly store: StoreImage;
}

/** Decodes and stores every image; what cannot be decoded is returned, in the samples' order. */
async function decodeAll({ root, samples, options, store }: Work, watch: WatchOptions): Promise<readonly Fault[]> {
  await loadSharp(); // that it cannot be loaded is no image's fault
  const faults = new Array<Fault | undefined>(samples.length);
  await inFlight(samples.length, async (i) => {
    const { id, path } = samples[i]!;
    const bytes = await readIfThere(join(root, path));
    if (!bytes) {
      faults[i] = { kind: "missing-file", message: `The file "${path}" is not there.`, path, id };
    } else if (bytes.length === 0) {
      faults[i] = { kind: "empty-file", message: `The file "${path}" is empty.`, path, id };
    } else {
      try {
        store(i, fitPixels(await decodePixels(bytes), options).data);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        const message = `The file "${path}" cannot be decoded: ${error.message}.`;
        faults[i] = { kind: "undecodable", message, path, id };
      }
    }
  }, watch);
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length === samples.length) throw faultError(`pack the images of "${root}"`, found);
  return found;
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) return undefined;
    throw error;
  }
}
