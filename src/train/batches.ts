/**
 * Batches: which images, augmented how, with which targets, in how many parts.
 *
 * @module
 */
import { type Augment, AUGMENTS, type AugmentSpec } from "../augment/mod.ts";
import { build } from "../core/parts.ts";
import type { ImageSet } from "../core/records.ts";
import type { Rng } from "../core/rng.ts";
import { type InputSpec, inputTensor } from "../models/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { MicroBatch } from "./step.ts";

/** The images of one step. */
export interface Batch {
  /** The images, by their place in the set. */
  readonly indices: Int32Array;
  /** Micro-batches of them, whose tensors are made when asked for and given up when the next is asked for. */
  readonly parts: Iterable<MicroBatch>;
}

/** What training batches are made of. */
export interface BatchSource {
  /** The pixels. */
  readonly images: ImageSet;
  /** Class numbers, in the order of the images. */
  readonly labels: ArrayLike<number>;
  /** C. */
  readonly classes: number;
  /** Numbers that the model learns beside the class, in the order of the images; NaN where one is not known. */
  readonly values?: Float32Array;
  /** The model's input step. */
  readonly input: InputSpec;
}

/** How images are grouped. */
export interface BatchOptions {
  /** Images in a step. */
  readonly batchSize: number;
  /** Images in a micro-batch, at most; the whole batch by default. */
  readonly microBatch?: number;
  /** Random changes of each image. */
  readonly augments: readonly AugmentSpec[];
}

/**
 * The training batches of one epoch. A last batch of a single image is left out: its batch norms would have no variance.
 * How a batch is divided changes nothing about its images and their augmentation.
 *
 * @param source Pixels and labels.
 * @param order Which images in which order, by their place in the set.
 * @param rng The epoch's generator; each image's augmentation has a fork of its own.
 * @returns Batches; each is to be used up before the next is asked for.
 */
export function* trainBatches(
  source: BatchSource,
  order: Int32Array,
  { batchSize, microBatch = batchSize, augments }: BatchOptions,
  rng: Rng,
): Generator<Batch> {
  const changes = augments.map((spec) => build("augment", AUGMENTS, spec) as Augment);
  const { images } = source;
  const stride = images.size[0] * images.size[1] * 3;
  const bytes = new Uint8Array(Math.min(batchSize, order.length) * stride);
  for (let start = 0; start < order.length; start += batchSize) {
    const indices = order.subarray(start, start + batchSize);
    if (indices.length < 2) return;
    images.fillBatch(indices, bytes);
    for (let i = 0; i < indices.length; i++) {
      const draw = rng.fork(start + i);
      const pixels = bytes.subarray(i * stride, (i + 1) * stride);
      changes.forEach((change, c) => change(pixels, images.size, draw.fork(c)));
    }
    yield { indices, parts: microBatches(source, indices, bytes, microBatch) };
  }
}

/** Makes the tensors of a batch part by part. */
function* microBatches(
  { images, labels, classes, values: numbers, input }: BatchSource,
  indices: Int32Array,
  bytes: Uint8Array,
  microBatch: number,
): Generator<MicroBatch> {
  const stride = images.size[0] * images.size[1] * 3;
  let from = 0;
  for (const size of divideEvenly(indices.length, microBatch)) {
    const members = indices.subarray(from, from + size);
    const shares = new Float32Array(size * classes);
    members.forEach((index, i) => shares[i * classes + labels[index]!] = 1);
    const x = inputTensor(bytes.subarray(from * stride), size, input);
    const targets = tf.tensor2d(shares, [size, classes]);
    const values = numbers && tf.tensor1d(Float32Array.from(members, (index) => numbers[index]!));
    try {
      yield { x, targets, ...(values && { values }), share: size / indices.length };
    } finally {
      tf.dispose([x, targets, ...(values ? [values] : [])]);
    }
    from += size;
  }
}

/**
 * Divides images into as few parts as a largest size allows, as equal as can be. No part has a single image, whose batch
 * norms might have no variance: where only that would keep to the size (an odd number by twos), one part has three.
 *
 * @param images How many, at least 2.
 * @param most Images in a part, at most, at least 2.
 * @returns The parts' sizes, larger ones first.
 */
export function divideEvenly(images: number, most: number): number[] {
  const parts = Math.min(Math.ceil(images / most), Math.floor(images / 2));
  const rest = images % parts;
  return Array.from({ length: parts }, (_, i) => Math.floor(images / parts) + (i < rest ? 1 : 0));
}

/** How many steps an epoch over so many images has. */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.floor(images / batchSize) + (images % batchSize >= 2 ? 1 : 0);
}
