/**
 * What every augmentation works on: the bytes of one image, changed in place, and the room they share for a copy of it.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import type { Size } from "../core/records.ts";

/** An image's bytes, RGB row by row; augmentations change them in place. */
export type Pixels = Uint8Array;

/**
 * Changes one image in place.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param rng Where the change is drawn from; each image needs its own, since an equal one may change alike.
 */
export type Augment = (pixels: Pixels, size: Size, rng: Rng) => void;

/** A rectangle of whole pixels within an image. */
export interface Box {
  /** First row. */
  readonly top: number;
  /** First column. */
  readonly left: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

let bytes = new Uint8Array(0);

/**
 * A copy of an image or a batch in a buffer that is used again by the next call: it is good until then.
 *
 * @param pixels What is copied.
 * @returns As many bytes; of the same length and content.
 */
export function borrowCopy(pixels: Uint8Array): Uint8Array {
  if (bytes.length < pixels.length) bytes = new Uint8Array(pixels.length);
  bytes.set(pixels);
  return bytes.subarray(0, pixels.length);
}

/** Replaces every byte by what stands at its place in a table of 256. */
export function mapBytes(pixels: Pixels, table: Uint8Array): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]!]!;
}

/** The grey of the pixel at byte `i`, by the ITU-R 601 weights in PIL's fixed-point form. */
export function grey(pixels: Pixels, i: number): number {
  return (pixels[i]! * 19595 + pixels[i + 1]! * 38470 + pixels[i + 2]! * 7471 + 32768) >> 16;
}
