/**
 * Generated images as bytes, and sheets of them.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import { checkLabels } from "../core/check.ts";
import { type Picture, pixelSheet } from "../explore/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor2D } from "../tensor/types.ts";
import { drawNoise, type Generator } from "./generator.ts";

/** How images are generated. */
export interface GenerateOptions {
  /** Number of classes that the generator was made for. */
  readonly classes: number;
  /** Where noise is drawn from: an image's noise depends on its place alone. */
  readonly rng: Rng;
  /** Images that go through the network together; 32 unless given. */
  readonly batchSize?: number;
  /** The place of the first image; 0 unless given. */
  readonly first?: number;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
  /** Called after each batch. */
  readonly onProgress?: (state: { readonly done: number; readonly total: number }) => void;
}

/**
 * Generates images of classes, with running statistics in its norms.
 *
 * @param generator From `loadGenerator`.
 * @param labels The class of each image, `[N]`.
 * @returns RGB 0..255, `[N, H, W, 3]`.
 * @throws {RangeError} If there is no label, or one is no class.
 */
export async function generateImages(
  generator: Generator,
  labels: ArrayLike<number>,
  { classes, rng, batchSize = 32, first = 0, signal, onProgress }: GenerateOptions,
): Promise<Uint8Array> {
  checkLabels("generate images", "labels", labels, { classes });
  const total = labels.length, stride = generator.size[0] * generator.size[1] * 3, out = new Uint8Array(total * stride);
  for (let done = 0; done < total;) {
    signal?.throwIfAborted();
    const batch = Array.from({ length: Math.min(batchSize, total - done) }, (_, i) => labels[done + i]!);
    const image = tf.tidy(() => {
      const rows = batch.map((_, i) => drawNoise(1, generator.latent, rng.fork(first + done + i)));
      const targets = oneHot(batch, classes);
      const values = generator.forward(tf.concat(rows) as Tensor2D, targets, { training: false });
      return tf.clipByValue(tf.round(tf.mul(tf.add(values, 1), 127.5)), 0, 255);
    });
    out.set(await image.data(), done * stride);
    image.dispose();
    done += batch.length;
    onProgress?.({ done, total });
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
  }
  return out;
}

/** Classes one-hot `[B, C]`; the caller's. */
export function oneHot(labels: readonly number[], classes: number): Tensor2D {
  const values = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => values[i * classes + label] = 1);
  return tf.tensor2d(values, [labels.length, classes]);
}

/** Samples of every class on a sheet. */
export const SHEET_COLUMNS = 8;

/** The labels of a sheet's samples: a row a class. */
export function sheetLabels(classes: number): number[] {
  return Array.from({ length: classes * SHEET_COLUMNS }, (_, i) => Math.floor(i / SHEET_COLUMNS));
}

/**
 * Lays samples out with their classes in rows.
 *
 * @param pixels RGB 0..255, `[8 C, H, W, 3]`, in the order of {@linkcode sheetLabels}.
 * @param classes The classes' names.
 */
export async function sampleSheet(
  pixels: Uint8Array,
  { size, classes }: { readonly size: readonly [number, number]; readonly classes: readonly string[] },
): Promise<Picture> {
  const captions = sheetLabels(classes.length).map((label) => classes[label]!);
  return await pixelSheet(pixels, { size, captions, columns: SHEET_COLUMNS });
}
