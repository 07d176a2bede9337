/**
 * The mobile inverted bottleneck with squeeze and excitation, the block that EfficientNets are made of. Sandler et al., 2018,
 * https://arxiv.org/abs/1801.04381; Tan and Le, 2019, https://arxiv.org/abs/1905.11946
 *
 * @module
 */
import type { Rng } from "../../core/rng.ts";
import { type MbconvVariables, ownOps } from "../own.ts";
import * as tf from "../tf.ts";
import type { Tensor4D } from "../types.ts";
import { activate } from "./activation.ts";
import { batchNorm } from "./batch_norm.ts";
import { conv2d, depthwiseConv2d } from "./convolution.ts";
import { keepFactors } from "./dropout.ts";
import { type Padding, sidesOf } from "./padding.ts";
import { globalAveragePool, scaleChannels } from "./pool.ts";

export type { MbconvVariables };

/** How a bottleneck works. */
export interface MbconvOptions {
  /** Step of the depthwise convolution, in pixels. */
  readonly stride: number;
  /** Zeros around its image; half its kernel on each side unless given. */
  readonly padding?: Padding;
  /** Whether the input is added to the result, which then has its shape. */
  readonly residual: boolean;
  /** Share of images whose branch is dropped in training, 0..1, where there is a residual; 0 unless given. */
  readonly dropPath?: number;
  /** Where that choice is drawn from; needed in training, and without it no branch is dropped. */
  readonly rng?: Rng | undefined;
  /** Whether norms use the batch's own statistics, and update the running ones. */
  readonly training: boolean;
  /** Share of the batch's statistics in an update, as PyTorch counts it. */
  readonly momentum?: number;
  /** Added to the variances. */
  readonly epsilon?: number;
}

/**
 * Expansion, depthwise convolution, squeeze and excitation, projection, and the residual; SiLU in between. One kernel each
 * way where the backend has it.
 *
 * @param x Images `[B, H, W, I]`.
 * @returns `[B, (H + 2 padding - K) / stride + 1, ..., O]`, rounded down; `[B, H / stride, ..., O]`, rounded up, if the
 *   padding is "same".
 * @throws {RangeError} If drop path is on and there is nothing to draw it from.
 */
export function mbconv(
  x: Tensor4D,
  variables: MbconvVariables,
  { stride, padding: given, residual, dropPath = 0, rng, training, momentum = 0.1, epsilon = 1e-5 }: MbconvOptions,
): Tensor4D {
  const { shape } = variables.depthwise.filter, padding = given ?? (shape[0] - 1) / 2;
  const drops = residual && dropPath > 0;
  if (training && drops && !rng) {
    throw new RangeError(`Cannot drop paths as rng is missing: current value of dropPath is ${dropPath}`);
  }
  const factors = drops && rng ? keepFactors(x.shape[0], dropPath, rng) : undefined;
  const sides = sidesOf(padding, x.shape, shape, stride);
  const attributes = { stride, padding: sides, residual, ...(factors && { factors }), training, momentum, epsilon };
  return tf.tidy(() => {
    // A backend's inference drops nothing: norms that are frozen in training come composed.
    const own = factors && !training ? undefined : ownOps().mbconv?.(x, variables, attributes);
    if (own) return own;
    const { expand, depthwise, reduce, restore, project } = variables;
    const norm = { training, momentum, epsilon };
    const silu = { ...norm, activation: "silu" } as const;
    const wide = expand ? batchNorm(conv2d(x, expand.filter), expand.norm, silu) : x;
    const mixed = batchNorm(
      depthwiseConv2d(wide, depthwise.filter, { stride, padding }),
      depthwise.norm,
      silu,
    );
    const squeezed = activate(tf.add(conv2d(globalAveragePool(mixed), reduce.filter), reduce.bias), "silu");
    const gate = tf.sigmoid(tf.add(conv2d(squeezed as Tensor4D, restore.filter), restore.bias)) as Tensor4D;
    const y = batchNorm(conv2d(scaleChannels(mixed, gate), project.filter), project.norm, norm);
    if (!residual) return y;
    return tf.add(factors ? tf.mul(y, tf.tensor4d(factors, [factors.length, 1, 1, 1])) : y, x) as Tensor4D;
  });
}
