/**
 * Squeeze and excitation's two ends: the mean over an image's pixels, and the scaling of its channels.
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
