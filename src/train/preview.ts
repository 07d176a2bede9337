/**
 * A preview of training: the images and targets of an epoch's first batches, as the network is going to see them.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { Dataset, Fold, ImageSet } from "../core/records.ts";
import { type Picture, pixelSheet } from "../explore/mod.ts";
import { IMAGENET_INPUT } from "../models/mod.ts";
import type { TrainConfig } from "./config.ts";
import { makeLoader } from "./loader.ts";
import { checkImages, epochOrder, trainingData } from "./training_data.ts";

/** What is previewed. */
export interface PreviewOptions {
  /** Which samples are trained on. */
  readonly fold: Fold;
  /** The samples' images, packed with the config's `resize` and `crop`. */
  readonly images: ImageSet;
  /** Images, at most; 32 by default. An epoch may have fewer. */
  readonly count?: number;
  /** The epoch, counted from 1; the first by default. */
  readonly epoch?: number;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
}

/** The first images of an epoch, in the order in which they are shown. */
export interface Preview {
  /** Augmented and mixed, RGB 0..255, `[N, H, W, 3]`. */
  readonly pixels: Uint8Array;
  /** The same images as they are without that. */
  readonly originals: Uint8Array;
  /** Height and width in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Target probabilities `[N, C]`. */
  readonly targets: Float32Array;
  /** The images' ids; of mixed ones, that of the image itself. */
  readonly ids: readonly string[];
  /** For each an id, a line break, and its class, or the shares of several, a line each. */
  readonly captions: readonly string[];
}

/**
 * Makes an epoch's first batches ready as training does, byte for byte. No network is made, so no backend is needed.
 *
 * Sampler, augmentations, mixes and what is made of samples near a cut are the config's. The input step, which belongs to a
 * model's weights, comes after the bytes and is left out.
 *
 * @param dataset Labelled samples.
 * @param config The full configuration, from {@linkcode resolveConfig}.
 * @returns Pixels, originals, targets and captions, for {@linkcode previewSheet}.
 * @throws {TypeError} If the images are not the data set's or not of the config's size.
 * @throws {RangeError} If count or epoch is no whole number of at least 1, or the epoch has no batch.
 */
export async function preview(
  dataset: Dataset,
  config: TrainConfig,
  { fold, images, count = 32, epoch = 1, signal }: PreviewOptions,
): Promise<Preview> {
  checkInteger("preview training", "count", count, { min: 1 });
  checkInteger("preview training", "epoch", epoch, { min: 1 });
  checkImages("preview training", dataset, config, { images });
  const input = { size: images.size, ...IMAGENET_INPUT };
  const data = trainingData(dataset, config, { fold, images }, { input });
  const order = epochOrder(data, config)(epoch);
  const stride = images.size[0] * images.size[1] * 3, { classes } = dataset.schema;
  const most = Math.min(count, order.length);
  const pixels = new Uint8Array(most * stride), targets = new Float32Array(most * classes.length);
  let done = 0;
  using loader = makeLoader(data.source, { ...config, workers: 0 });
  for await (const batch of loader.epoch(order, epoch)) {
    signal?.throwIfAborted();
    const taken = Math.min(batch.indices.length, most - done);
    pixels.set(batch.pixels.subarray(0, taken * stride), done * stride);
    targets.set(batch.targets.subarray(0, taken * classes.length), done * classes.length);
    done += taken;
    if (done === most) break;
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
  }
  if (done === 0) {
    throw new RangeError(
      `Cannot preview training as epoch ${epoch} must have a batch of two images: current number is ${order.length}`,
    );
  }
  const shown = order.subarray(0, done), originals = new Uint8Array(done * stride);
  images.fillBatch(shown, originals);
  const ids = Array.from(shown, (index) => images.ids[index]!);
  const kept = targets.slice(0, done * classes.length);
  return {
    pixels: pixels.slice(0, done * stride),
    originals,
    size: images.size,
    targets: kept,
    ids,
    captions: ids.map((id, i) => `${id}\n${describe(kept.subarray(i * classes.length), classes)}`),
  };
}

/** Shares smaller than this are not written. */
const LEAST = 0.005;

/** A class, or the classes' shares, larger ones first, a line each. */
function describe(targets: Float32Array, classes: readonly string[]): string {
  const shares = classes.map((name, c) => ({ name, share: targets[c]! }))
    .filter(({ share }) => share >= LEAST).toSorted((a, b) => b.share - a.share);
  if (shares.length === 1 && shares[0]!.share > 1 - LEAST) return shares[0]!.name;
  return shares.map(({ name, share }) => `${share.toFixed(2)} ${name}`).join("\n");
}

/** How a preview is laid out. */
export interface PreviewSheetOptions {
  /** Whether each image is shown as it was too, to the left of what became of it. */
  readonly pairs?: boolean;
  /** Images in a row; even with pairs. 8 by default. */
  readonly columns?: number;
}

/**
 * Lays a preview out on a page, with its captions.
 *
 * @param preview From {@linkcode preview}.
 * @returns The page, for `show` and `savePicture`.
 * @throws {RangeError} If pairs are asked for in an odd number of columns.
 */
export async function previewSheet(
  { pixels, originals, size, ids, captions }: Preview,
  { pairs = false, columns = 8 }: PreviewSheetOptions = {},
): Promise<Picture> {
  if (!pairs) return await pixelSheet(pixels, { size, captions, columns });
  if (columns % 2 !== 0) {
    throw new RangeError(`Cannot lay out pairs as columns must be even: current value is ${columns}`);
  }
  const stride = size[0] * size[1] * 3, both = new Uint8Array(2 * pixels.length);
  ids.forEach((_, i) => {
    both.set(originals.subarray(i * stride, (i + 1) * stride), 2 * i * stride);
    both.set(pixels.subarray(i * stride, (i + 1) * stride), (2 * i + 1) * stride);
  });
  const words = captions.flatMap((caption) => ["original", caption]);
  return await pixelSheet(both, { size, captions: words, columns });
}
