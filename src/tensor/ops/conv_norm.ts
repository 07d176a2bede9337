/**
 * A convolution and the batch norm and activation that follow it.
 *
 * @module
 */
import { type BatchNormVariables, ownOps } from "../own.ts";
import * as tf from "../tf.ts";
import type { Tensor4D } from "../types.ts";
import { batchNorm, type BatchNormOptions } from "./batch_norm.ts";
import { checkGroups, conv2d, type ConvOptions } from "./convolution.ts";
import { sidesOf } from "./padding.ts";

/** How a convolution steps and pads, and how its norm works. */
export interface ConvNormOptions extends ConvOptions, BatchNormOptions {}

/**
 * {@linkcode conv2d} and {@linkcode batchNorm}: the norm's statistics are taken while the convolution's result is made, and
 * in inference the norm is applied there.
 *
 * @param x Images `[B, H, W, D]`.
 * @param filter Weights `[K, K, D / groups, E]`.
 * @returns As {@linkcode conv2d}.
 * @throws {RangeError} If the groups do not divide the channels evenly.
 */
export function convNorm(
  x: Tensor4D,
  filter: Tensor4D,
  norm: BatchNormVariables,
  { stride = 1, padding = 0, groups = 1, training, momentum = 0.1, epsilon = 1e-5, activation = "none" }:
    ConvNormOptions,
): Tensor4D {
  checkGroups(x.shape, filter.shape, groups);
  const sides = sidesOf(padding, x.shape, filter.shape, stride);
  const attributes = { stride, padding: sides, groups, training, momentum, epsilon, activation };
  return tf.tidy(() =>
    ownOps().convNorm?.(x, filter, norm, attributes) ??
      batchNorm(conv2d(x, filter, { stride, padding, groups }), norm, { training, momentum, epsilon, activation })
  );
}
