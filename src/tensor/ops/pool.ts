/**
 * Pooling: the greatest value or the mean of windows, the mean over all of an image's pixels, and the scaling of its
 * channels, which comes after that in squeeze and excitation.
 *
 * @module
 */
import * as tf from "../tf.ts";
import type { Tensor4D } from "../types.ts";
import { ownOps } from "../own.ts";

/**
 * Mean over height and width.
 *
 * @param x `[B, H, W, D]`.
 * @returns `[B, 1, 1, D]`.
 */
export function globalAveragePool(x: Tensor4D): Tensor4D {
  return ownOps().averagePixels?.(x) ?? tf.mean(x, [1, 2], true);
}

/**
 * Scales each channel of each image, as squeeze and excitation does.
 *
 * @param x `[B, H, W, D]`.
 * @param gate `[B, 1, 1, D]`.
 * @returns `[B, H, W, D]`.
 */
export function scaleChannels(x: Tensor4D, gate: Tensor4D): Tensor4D {
  return ownOps().scalePixels?.(x, gate) ?? tf.mul(x, gate);
}

/** Size and step of a pooling's windows. */
export interface AveragePoolOptions {
  /** Height and width of a window, in pixels. */
  readonly size: number;
  /** Step between windows, in pixels. */
  readonly stride: number;
}

/** How max pooling works. */
export interface MaxPoolOptions extends AveragePoolOptions {
  /** Pixels added on each of the four sides, which never are the greatest; at most half a window, 0 unless given. */
  readonly padding?: number;
}

/**
 * The greatest value of each window; its gradient goes to the first of the greatest.
 *
 * @param x `[B, H, W, D]`.
 * @returns `[B, (H + 2 padding - size) / stride + 1, ..., D]`, rounded down.
 * @throws {RangeError} If the padding is more than half a window.
 */
export function maxPool(x: Tensor4D, { size, stride, padding = 0 }: MaxPoolOptions): Tensor4D {
  if (padding > size / 2) {
    throw new RangeError(
      `Cannot pool windows of ${size} pixels as padding must be at most half of that: current value is ${padding}`,
    );
  }
  if (padding === 0) return tf.maxPool(x, size, stride, "valid");
  if (ownOps().padding) return tf.maxPool(x, size, stride, padding, "floor");
  const around: [number, number] = [padding, padding];
  return tf.tidy(() => tf.maxPool(tf.pad(x, [[0, 0], around, around, [0, 0]], -Infinity), size, stride, "valid"));
}

/**
 * The mean of each window.
 *
 * @param x `[B, H, W, D]`.
 * @returns `[B, (H - size) / stride + 1, ..., D]`, rounded down.
 */
export function averagePool(x: Tensor4D, { size, stride }: AveragePoolOptions): Tensor4D {
  return tf.avgPool(x, size, stride, "valid");
}
