/**
 * Batches: which images, augmented how, with which targets.
 *
 * @module
 */
import { type Augment, AUGMENTS } from "../augment/mod.ts";
import { build } from "../core/parts.ts";
import type { ImageSet } from "../core/records.ts";
import type { Rng } from "../core/rng.ts";
import { type InputSpec, inputTensor } from "../models/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor2D, Tensor4D } from "../tensor/types.ts";
import type { TrainConfig } from "./config.ts";

/** One batch; its tensors belong to whoever takes it. */
export interface Batch {
  /** The images, by their place in the set. */
  readonly indices: Int32Array;
  /** Normalised pixels `[B, H, W, 3]`. */
  readonly x: Tensor4D;
  /** Target probabilities `[B, C]`. */
  readonly targets: Tensor2D;
}

/** What training batches are made of. */
export interface BatchSource {
  /** The pixels. */
  readonly images: ImageSet;
  /** Class numbers, in the order of the images. */
  readonly labels: ArrayLike<number>;
  /** C. */
  readonly classes: number;
  /** The model's input step. */
  readonly input: InputSpec;
}

/**
 * The training batches of one epoch. A last batch of a single image is left out: its batch norms would have no variance.
 *
 * @param source Pixels and labels.
 * @param order Which images in which order, by their place in the set.
 * @param rng The epoch's generator; each image's augmentation has a fork of its own.
 */
export function* trainBatches(
  source: BatchSource,
  order: Int32Array,
  { batchSize, augments }: Pick<TrainConfig, "batchSize" | "augments">,
  rng: Rng,
): Generator<Batch> {
  const changes = augments.map((spec) => build("augment", AUGMENTS, spec) as Augment);
  const { images, labels, classes, input } = source;
  const stride = images.size[0] * images.size[1] * 3;
  const bytes = new Uint8Array(batchSize * stride);
  for (let start = 0; start < order.length; start += batchSize) {
    const indices = order.subarray(start, start + batchSize);
    if (indices.length < 2) return;
    images.fillBatch(indices, bytes);
    for (let i = 0; i < indices.length; i++) {
      const draw = rng.fork(start + i);
      const pixels = bytes.subarray(i * stride, (i + 1) * stride);
      changes.forEach((change, c) => change(pixels, images.size, draw.fork(c)));
    }
    const targets = new Float32Array(indices.length * classes);
    indices.forEach((index, i) => targets[i * classes + labels[index]!] = 1);
    yield {
      indices,
      x: inputTensor(bytes, indices.length, input),
      targets: tf.tensor2d(targets, [indices.length, classes]),
    };
  }
}

/** How many steps an epoch over so many images has. */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.floor(images / batchSize) + (images % batchSize >= 2 ? 1 : 0);
}
