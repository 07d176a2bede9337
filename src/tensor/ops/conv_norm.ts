/**
 * A convolution and the batch norm and activation that follow it.
 *
 * @module
 */
import { type BatchNormVariables, ownOps } from "../own.ts";
import * as tf from "../tf.ts";
import type { Tensor4D } from "../types.ts";
import { batchNorm, type BatchNormOptions } from "./batch_norm.ts";
import { conv2d, type ConvOptions } from "./linear.ts";

/** How a convolution steps and pads, and how its norm works. */
export interface ConvNormOptions extends ConvOptions, BatchNormOptions {}

/**
 * {@linkcode conv2d} and {@linkcode batchNorm}: the norm's statistics are taken while the convolution's result is made, and
 * in inference the norm is applied there.
 *
 * @param x Images `[B, H, W, D]`.
 * @param filter Weights `[K, K, D, E]`.
 * @returns `[B, (H + 2 padding - K) / stride + 1, ..., E]`, rounded down.
 */
export function convNorm(
  x: Tensor4D,
  filter: Tensor4D,
  norm: BatchNormVariables,
  { stride = 1, padding = 0, training, momentum = 0.1, epsilon = 1e-5, activation = "none" }: ConvNormOptions,
): Tensor4D {
  const attributes = { stride, padding, training, momentum, epsilon, activation };
  return tf.tidy(() =>
    ownOps().convNorm?.(x, filter, norm, attributes) ??
      batchNorm(conv2d(x, filter, { stride, padding }), norm, { training, momentum, epsilon, activation })
  );
}
