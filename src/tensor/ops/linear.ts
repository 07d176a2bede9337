/**
 * Convolutions and fully connected layers.
 *
 * @module
 */
import * as tf from "../tf.ts";
import type { Tensor1D, Tensor2D, Tensor4D } from "../types.ts";
import { ownOps } from "../own.ts";

/** How a convolution steps and pads. */
export interface ConvOptions {
  /** Step between outputs, in pixels, along both axes. */
  readonly stride?: number;
  /** Zeros added on each of the four sides, in pixels. */
  readonly padding?: number;
}

/**
 * Two-dimensional convolution.
 *
 * @param x Images `[B, H, W, D]`.
 * @param filter Weights `[K, K, D, E]`.
 * @returns `[B, (H + 2 padding - K) / stride + 1, ..., E]`, rounded down.
 */
export function conv2d(
  x: Tensor4D,
  filter: Tensor4D,
  { stride = 1, padding = 0 }: ConvOptions = {},
): Tensor4D {
  if (ownOps().padding) return tf.conv2d(x, filter, stride, explicit(padding));
  return tf.tidy(() => tf.conv2d(padded(x, padding), filter, stride, "valid"));
}

/**
 * Depthwise convolution: each channel by its own filter.
 *
 * @param x Images `[B, H, W, D]`.
 * @param filter Weights `[K, K, D, 1]`.
 * @returns As {@linkcode conv2d}, with D channels.
 */
export function depthwiseConv2d(
  x: Tensor4D,
  filter: Tensor4D,
  { stride = 1, padding = 0 }: ConvOptions = {},
): Tensor4D {
  // The published type lacks the explicit padding that the function takes, as conv2d does.
  if (ownOps().padding) return tf.depthwiseConv2d(x, filter, stride, explicit(padding) as unknown as "valid");
  return tf.tidy(() => tf.depthwiseConv2d(padded(x, padding), filter, stride, "valid"));
}

/** Padding as an argument, which our kernels take; tfjs-node refuses it in gradients. */
function explicit(padding: number): tf.backend_util.ExplicitPadding {
  return [[0, 0], [padding, padding], [padding, padding], [0, 0]];
}

function padded(x: Tensor4D, padding: number): Tensor4D {
  return padding === 0 ? x : tf.pad(x, [[0, 0], [padding, padding], [padding, padding], [0, 0]]);
}

/**
 * A fully connected layer.
 *
 * @param x `[B, D]`.
 * @param weight `[D, E]`.
 * @param bias `[E]`.
 * @returns `[B, E]`.
 */
export function linear(x: Tensor2D, weight: Tensor2D, bias: Tensor1D): Tensor2D {
  return tf.tidy(() => tf.add(tf.matMul(x, weight), bias));
}
