/**
 * Packed images on disk: all pixels in one file, and beside it a head that says what they are. The head is written last, so
 * that its presence means that the pixels are whole.
 *
 * @module
 */
import { join } from "node:path";
import type { Fault, ImageSet } from "../core/mod.ts";
import { readJson, renameDurably, statIfThere, tryLock, writeAtomic } from "./files.ts";
import { makeImageSet, type StoreImage, strideOf } from "./image_set.ts";

/** Changes whenever the same options would give other bytes. */
export const PACK_VERSION = 1;

/** What a pack's head says. */
export interface Head {
  /** {@linkcode PACK_VERSION} of the code that wrote it. */
  readonly version: number;
  /** Digest of all below, by which the pack is called. */
  readonly digest: string;
  /** Resizing, cropping and interpolation. */
  readonly preprocessing: Readonly<Record<string, unknown>>;
  /** Height and width in pixels. */
  readonly size: ImageSet["size"];
  /** Number of images. */
  readonly count: number;
  /** The samples' ids. */
  readonly ids: readonly string[];
  /** Path, size in bytes (-1 if missing) and time of change in milliseconds of each image file. */
  readonly files: readonly (readonly [path: string, bytes: number, changed: number])[];
}

/**
 * Where a pack's files are.
 *
 * @param dir The cache's folder.
 * @param digest The pack's digest.
 */
export function packPaths(dir: string, digest: string): { data: string; head: string; lock: string } {
  const path = (extension: string) => join(dir, `${digest}.${extension}`);
  return { data: path("bin"), head: path("json"), lock: path("lock") };
}

/**
 * Opens a pack if it is there and whole.
 *
 * @param dir The cache's folder.
 * @param head What is expected.
 * @returns The images, or nothing.
 */
export async function openPack(dir: string, head: Head): Promise<ImageSet | undefined> {
  const paths = packPaths(dir, head.digest);
  const stride = strideOf(head.size);
  const found = await readHead(paths.head);
  if (found?.version !== head.version || found.digest !== head.digest || found.count !== head.count) return undefined;
  if ((await statIfThere(paths.data))?.size !== head.count * stride) return undefined;
  const file = await Deno.open(paths.data);
  return makeImageSet({ ...head, faults: found.faults }, (index, out) => {
    file.seekSync(index * stride, Deno.SeekMode.Start);
    for (let done = 0; done < stride;) {
      const read = file.readSync(out.subarray(done));
      if (read === null) throw new RangeError(`Cannot read image ${index} as "${paths.data}" ends before it`);
      done += read;
    }
  }, () => file.close());
}

async function readHead(path: string): Promise<Head & { faults: readonly Fault[] } | undefined> {
  if (!await statIfThere(path)) return undefined;
  try {
    return await readJson(path) as Head & { faults: readonly Fault[] };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // a damaged head is no head
    throw error;
  }
}

/**
 * Builds a pack beside its place and moves it there when it is whole. To be called under the pack's lock.
 *
 * @param dir The cache's folder.
 * @param head What the pack is.
 * @param build Stores every image and returns those that it could not, as faults.
 */
export async function writePack(
  dir: string,
  head: Head,
  build: (store: StoreImage) => Promise<readonly Fault[]>,
): Promise<void> {
  const paths = packPaths(dir, head.digest);
  const stride = strideOf(head.size);
  const temporary = join(dir, `${head.digest}.${crypto.randomUUID()}.tmp`);
  try {
    let faults: readonly Fault[];
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      await file.truncate(head.count * stride); // what is never stored reads as zeros
      faults = await build((index, pixels) => {
        file.seekSync(index * stride, Deno.SeekMode.Start);
        for (let done = 0; done < stride;) done += file.writeSync(pixels.subarray(done));
      });
      await file.syncData();
    }
    await renameDurably(temporary, paths.data);
    await writeAtomic(paths.head, JSON.stringify({ ...head, faults }));
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/**
 * Removes what builds that were killed have left. Builds that are alive hold their lock and are not touched.
 *
 * @param dir The cache's folder.
 */
export async function sweepPacks(dir: string): Promise<void> {
  for await (const { name } of Deno.readDir(dir)) {
    const [, digest] = /^([0-9a-f]{64})\..*\.tmp$/.exec(name) ?? [];
    if (!digest) continue;
    using lock = await tryLock(packPaths(dir, digest).lock);
    if (lock) await Deno.remove(join(dir, name)).catch(() => {}); // another may have swept it
  }
}
