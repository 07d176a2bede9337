/**
 * Mixing two images and their targets: weighted pixel by pixel, or a box or a half of one put into the other.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import type { Rng } from "../core/rng.ts";
import type { Box } from "./pixels.ts";

/** What holds for a batch that is mixed. */
export interface MixContext {
  /** Height and width of its images in pixels. */
  readonly size: Size;
  /** Number of classes C. */
  readonly classes: number;
  /** Its images' class numbers, B or more; the class with the largest target unless given. */
  readonly labels?: ArrayLike<number>;
  /** Where partners and shares are drawn from; each batch needs its own, since an equal one mixes alike. */
  readonly rng: Rng;
}

/**
 * Mixes the images of a batch with one another, and their targets alike, in place.
 *
 * @param pixels RGB `[B, H, W, 3]`.
 * @param targets Probabilities `[B, C]`.
 * @param context The images' size, the classes and the generator.
 * @throws {TypeError} If pixels, targets and labels are not of one batch.
 */
export type Mix = (pixels: Uint8Array, targets: Float32Array, context: MixContext) => void;

/** Shares of pixels are whole multiples of this part of 1, so that the targets can have the same shares. */
const PARTS = 65536;

/**
 * Weights an image with another, in place.
 *
 * @param pixels The image `[H, W, 3]`.
 * @param other As many bytes.
 * @param lambda Share of the image itself, 0..1.
 * @returns The share in fact, a multiple of 2^-16: 1 if nothing was changed.
 */
export function applyMixup(pixels: Uint8Array, other: Uint8Array, lambda: number): number {
  const own = Math.round(lambda * PARTS), rest = PARTS - own;
  if (rest === 0) return 1;
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i]! * own + other[i]! * rest + PARTS / 2) >> 16;
  return own / PARTS;
}

/**
 * Puts a box of another image into an image, in place.
 *
 * @param pixels The image `[H, W, 3]`.
 * @param other As many bytes.
 * @param size Height and width in pixels.
 * @param box Where; within the image.
 * @returns The image's own share of the area.
 */
export function applyCutMix(pixels: Uint8Array, other: Uint8Array, [height, width]: Size, box: Box): number {
  for (let y = box.top; y < box.top + box.height; y++) {
    const from = (y * width + box.left) * 3;
    pixels.set(other.subarray(from, from + box.width * 3), from);
  }
  return 1 - (box.height * box.width) / (height * width);
}

/**
 * Weights one row of targets with another, in place.
 *
 * @param targets Probabilities `[B, C]`; row `i` is changed.
 * @param others Probabilities `[B, C]`, of which row `partner` is read.
 * @param lambda Share of the row itself, 0..1.
 */
export function mixTargets(
  targets: Float32Array,
  others: Float32Array,
  { i, partner, classes, lambda }: { i: number; partner: number; classes: number; lambda: number },
): void {
  if (lambda === 1) return;
  for (let c = 0; c < classes; c++) {
    targets[i * classes + c] = lambda * targets[i * classes + c]! + (1 - lambda) * others[partner * classes + c]!;
  }
}
