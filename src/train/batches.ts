/**
 * Batches: which images, with which targets, in how many parts.
 *
 * @module
 */
import type { ImageSet } from "../core/records.ts";
import type { InputSpec } from "../models/mod.ts";
import type { SoftRows } from "./soft_targets.ts";
import type { MicroBatch } from "./step.ts";

/** The images of one step. */
export interface Batch {
  /** The images, by their place in the set. */
  readonly indices: Int32Array;
  /** They as the network sees them but for the input step, RGB 0..255, `[B, H, W, 3]`; until the next batch is asked for. */
  readonly pixels: Uint8Array;
  /**
   * Their target probabilities `[B, C]`; with soft targets `[B, 2 C]`, in each row those of the label and then the soft ones,
   * both times their shares of the loss. Until the next batch is asked for.
   */
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
  /** Soft targets beside those. */
  readonly soft?: SoftRows;
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

/** How many numbers an image's targets have. */
export function targetWidth({ classes, soft }: Pick<BatchSource, "classes" | "soft">): number {
  return soft ? 2 * classes : classes;
}

/**
 * Fills the targets of a batch.
 *
 * @param indices Its images.
 * @param out As in {@linkcode Batch}; may be longer.
 */
export function fillTargets(
  { classes, labels, trainLabels = labels, targets, soft }: Omit<BatchSource, "images" | "input">,
  indices: Int32Array,
  out: Float32Array,
): void {
  const width = targetWidth({ classes, soft });
  out.fill(0);
  indices.forEach((index, i) => {
    const share = soft?.shares[index] ?? 0;
    if (targets) {
      for (let c = 0; c < classes; c++) out[i * width + c] = (1 - share) * targets[index * classes + c]!;
    } else if (share < 1) out[i * width + trainLabels[index]!] = 1 - share; // else there may be no label
    if (!soft) return;
    for (let c = 0; c < classes; c++) {
      out[i * width + classes + c] = share * soft.probabilities[index * classes + c]!;
    }
  });
}
