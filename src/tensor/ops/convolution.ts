/**
 * Convolutions.
 *
 * @module
 */
import { ownOps, type Sides } from "../own.ts";
import * as tf from "../tf.ts";
import type { Tensor4D } from "../types.ts";
import { type Padding, sidesOf } from "./padding.ts";

/** How a depthwise convolution steps and pads. */
export interface DepthwiseConvOptions {
  /** Step between outputs, in pixels, along both axes. */
  readonly stride?: number;
  /** Zeros around the image; none unless given. */
  readonly padding?: Padding;
}

/** How a convolution steps and pads, and which channels it mixes. */
export interface ConvOptions extends DepthwiseConvOptions {
  /** Groups of neighbouring channels that do not mix, as in PyTorch; 1 unless given. */
  readonly groups?: number;
}

/**
 * Two-dimensional convolution. With G groups, the g-th E / G results are made of the g-th D / G channels alone. Xie et al.,
 * 2017, https://arxiv.org/abs/1611.05431
 *
 * @param x Images `[B, H, W, D]`.
 * @param filter Weights `[K, K, D / groups, E]`.
 * @returns `[B, (H + 2 padding - K) / stride + 1, ..., E]`, rounded down; `[B, H / stride, ..., E]`, rounded up, if the
 *   padding is "same".
 * @throws {RangeError} If the groups do not divide the channels evenly.
 */
export function conv2d(
  x: Tensor4D,
  filter: Tensor4D,
  { stride = 1, padding = 0, groups = 1 }: ConvOptions = {},
): Tensor4D {
  checkGroups(x.shape, filter.shape, groups);
  const sides = sidesOf(padding, x.shape, filter.shape, stride);
  if (groups === 1) return dense(x, filter, stride, sides);
  const own = ownOps().groupedConv;
  if (own && x.dtype === "float32") return own(x, filter, { stride, padding: sides, groups });
  return tf.tidy(() => {
    const parts = tf.split<Tensor4D>(x, groups, 3), filters = tf.split<Tensor4D>(filter, groups, 3);
    return tf.concat4d(parts.map((part, g) => dense(part, filters[g]!, stride, sides)), 3);
  });
}

function dense(x: Tensor4D, filter: Tensor4D, stride: number, sides: Sides): Tensor4D {
  if (ownOps().padding) return tf.conv2d(x, filter, stride, sides);
  return tf.tidy(() => tf.conv2d(padded(x, sides), filter, stride, "valid"));
}

/** Checks that groups divide the channels evenly, and that the filter's are one group's. */
export function checkGroups(x: readonly number[], filter: readonly number[], groups: number): void {
  const D = x[3]!, [, , C, E] = filter as [number, number, number, number];
  if (Number.isInteger(groups) && groups >= 1 && C * groups === D && E % groups === 0) return;
  throw new RangeError(
    `Cannot convolve images of ${D} channels by a filter of ${C} for ${E} as groups must divide both, and leave the filter's: ` +
      `current value is ${groups}`,
  );
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
  { stride = 1, padding = 0 }: DepthwiseConvOptions = {},
): Tensor4D {
  const sides = sidesOf(padding, x.shape, filter.shape, stride);
  // The published type lacks the explicit padding that the function takes, as conv2d does.
  if (ownOps().padding) return tf.depthwiseConv2d(x, filter, stride, sides as unknown as "valid");
  return tf.tidy(() => tf.depthwiseConv2d(padded(x, sides), filter, stride, "valid"));
}

/** The zeros written out, as tfjs-node refuses numbers in gradients. */
function padded(x: Tensor4D, sides: Sides): Tensor4D {
  return sides.flat().every((side) => side === 0) ? x : tf.pad(x, sides);
}
