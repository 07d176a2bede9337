/**
 * A few numbers an image that need no network: its colours on a coarse grid. Of portraits they tell hair, skin, clothes and
 * the room, by which a person under two ids can be found.
 *
 * @module
 */
import type { ImageSet } from "../core/records.ts";
import { letIn } from "./let_in.ts";
import { gridMeans } from "./perceptual_hash.ts";

/** Rows and columns. */
const GRID = 8;

/** Images after which other work is let in. */
const PAUSE = 256;

/** How the work is followed. */
export interface CoarseFeaturesOptions {
  /** Ends the work. */
  readonly signal?: AbortSignal;
}

/**
 * Describes each image by the mean colours of 8 x 8 cells.
 *
 * @example
 * ```ts
 * import { coarseFeatures } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const fillBatch = (_: ArrayLike<number>, out: Uint8Array) => out.fill(51);
 * const images = { ids: ["a"], size: [8, 9] as const, digest: "", faults: [], fillBatch, close() {} };
 * const features = await coarseFeatures(images);
 * assertEquals([features.length, features[0]], [192, 51]);
 * ```
 *
 * @param images N decoded images, of 8 pixels a side at least.
 * @returns Features `[N, 192]`, bytes 0..255, for `findSamePeople`; not a number for images that could not be decoded.
 */
export async function coarseFeatures(
  images: ImageSet,
  { signal }: CoarseFeaturesOptions = {},
): Promise<Float32Array> {
  const [height, width] = images.size, length = GRID * GRID * 3;
  const faulty = new Set(images.faults.map(({ id }) => id));
  const features = new Float32Array(images.ids.length * length).fill(NaN), pixels = new Uint8Array(height * width * 3);
  for (const [i, id] of images.ids.entries()) {
    if (i % PAUSE === 0) await letIn(signal);
    if (faulty.has(id)) continue;
    images.fillBatch([i], pixels);
    features.set(gridMeans(pixels, images.size, [GRID, GRID]), i * length);
  }
  return features;
}
