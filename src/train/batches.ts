/**
 * Batches: which images, with which targets, in how many parts.
 *
 * @module
 */
import type { ImageSet } from "../core/records.ts";
import type { InputSpec } from "../models/mod.ts";
import type { MicroBatch } from "./step.ts";

/** The images of one step. */
export interface Batch {
  /** The images, by their place in the set. */
  readonly indices: Int32Array;
  /** They as the network sees them but for the input step, RGB 0..255, `[B, H, W, 3]`; until the next batch is asked for. */
  readonly pixels: Uint8Array;
  /** Their target probabilities `[B, C]`; until the next batch is asked for. */
  readonly targets: Float32Array;
  /** Micro-batches of them, whose tensors are made when asked for and given up when the next is asked for. */
  readonly parts: Iterable<MicroBatch>;
}

/** What training batches are made of. */
export interface BatchSource {
  /** The pixels. */
  readonly images: ImageSet;
  /** Class numbers, in the order of the images. */
  readonly labels: ArrayLike<number>;
  /** Those to train with, where they are not these. */
  readonly trainLabels?: ArrayLike<number>;
  /** C. */
  readonly classes: number;
  /** Whom each image shows, in their order; samplers that keep persons apart ask for it. */
  readonly groups?: readonly string[];
  /** Target probabilities `[N, C]` in the order of the images, where they are not those of the labels. */
  readonly targets?: Float32Array;
  /** Numbers that the model learns beside the class, in the order of the images; NaN where one is not known. */
  readonly values?: Float32Array;
  /** The model's input step. */
  readonly input: InputSpec;
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
