/**
 * The mean image of each class: what a class's photographs have in common, and whether faces stand where they should.
 *
 * @module
 */
import { checkSameLength } from "../core/check.ts";
import { type ImageSet, UNKNOWN_LABEL } from "../core/records.ts";
import type { WatchOptions } from "../io/in_flight.ts";
import { letIn } from "./let_in.ts";
import { pixelSheet } from "./pixel_sheet.ts";
import type { Picture } from "./sheet.ts";

/** Which class each image is of, and how the sheet is laid out. */
export interface MeanImagesOptions extends WatchOptions {
  /** Class numbers `[N]` in the images' order; those of an unknown class are left out. */
  readonly labels: ArrayLike<number>;
  /** Names by class number. */
  readonly classes: readonly string[];
  /** Images in a row of the sheet. */
  readonly columns?: number;
}

/** Images read at a time. */
const BATCH = 64;

/** Mean images, one a class that occurs. */
export interface MeanPixels {
  /** RGB 0..255 `[M, H, W, 3]`. */
  readonly pixels: Uint8Array;
  /** The class of each of the M. */
  readonly labels: readonly number[];
  /** How many images each is the mean of. */
  readonly counts: readonly number[];
}

/**
 * Draws the mean image of each class on a sheet, with its name and how many images it is the mean of.
 *
 * @param images N decoded images; those that could not be decoded are left out.
 * @param options Labels, class names, and images in a row, 6 by default.
 * @returns The sheet, classes in order; one that has no image is left out.
 * @throws {TypeError} If there are not as many labels as images.
 * @throws {RangeError} If no class has an image.
 */
export async function meanImages(
  images: ImageSet,
  { classes, columns = 6, ...options }: MeanImagesOptions,
): Promise<Picture> {
  const { pixels, labels, counts } = await meanPixels(images, { ...options, classes });
  const captions = labels.map((label, k) => `${classes[label]}\n${counts[k]!.toLocaleString("en")} images`);
  return await pixelSheet(pixels, { size: images.size, captions, columns, colors: 256 });
}

/**
 * Computes the mean image of each class, in the images' own bytes, rounded.
 *
 * @param images N decoded images.
 * @param options Labels and class names.
 * @returns The means, their classes and counts.
 * @throws {TypeError} If there are not as many labels as images.
 */
export async function meanPixels(
  images: ImageSet,
  { labels, classes, signal, onProgress }: Omit<MeanImagesOptions, "columns">,
): Promise<MeanPixels> {
  checkSameLength("compute mean images", { images: images.ids, labels });
  const faulty = new Set(images.faults.map(({ id }) => id));
  const chosen = [...images.ids.keys()].filter((i) => labels[i] !== UNKNOWN_LABEL && !faulty.has(images.ids[i]));
  const stride = images.size[0] * images.size[1] * 3;
  const sums = new Map<number, Float64Array>(), counts = new Map<number, number>();
  const buffer = new Uint8Array(Math.min(BATCH, chosen.length) * stride);
  for (let start = 0; start < chosen.length; start += BATCH) {
    const batch = chosen.slice(start, start + BATCH);
    images.fillBatch(batch, buffer);
    for (const [b, i] of batch.entries()) {
      const label = labels[i]!, sum = sums.get(label) ?? new Float64Array(stride);
      for (let k = 0; k < stride; k++) sum[k]! += buffer[b * stride + k]!;
      sums.set(label, sum);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    onProgress?.({ done: start + batch.length, total: chosen.length });
    await letIn(signal);
  }
  const found = [...classes.keys()].filter((label) => counts.has(label));
  const pixels = new Uint8Array(found.length * stride);
  for (const [m, label] of found.entries()) {
    const count = counts.get(label)!;
    pixels.set(sums.get(label)!.map((sum) => Math.round(sum / count)), m * stride);
  }
  return { pixels, labels: found, counts: found.map((label) => counts.get(label)!) };
}
