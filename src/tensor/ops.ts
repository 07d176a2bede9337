/**
 * The operations that models, losses and optimizers are made of: one kernel of our own where the backend has it, else
 * composed of plain TensorFlow.js ops. The two agree to 1e-4 of the largest value; sums are taken in another order.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import * as tf from "./tf.ts";
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable, Variable1D } from "./types.ts";
import { runBatchNorm } from "./wasm/batch_norm.ts";
import { runAdam, runSilu } from "./wasm/elementwise.ts";
import { hasOwnKernels } from "./wasm/fused.ts";
import { runAveragePixels, runScalePixels } from "./wasm/pooling.ts";

/** The nonlinearity applied at the end of an operation. */
export type Activation = "none" | "relu" | "silu";

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
  if (hasOwnKernels()) return tf.conv2d(x, filter, stride, explicit(padding));
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
  if (hasOwnKernels()) return tf.depthwiseConv2d(x, filter, stride, explicit(padding) as unknown as "valid");
  return tf.tidy(() => tf.depthwiseConv2d(padded(x, padding), filter, stride, "valid"));
}

/** Padding as an argument, which our kernels take; tfjs-node refuses it in gradients. */
function explicit(padding: number): tf.backend_util.ExplicitPadding {
  return [[0, 0], [padding, padding], [padding, padding], [0, 0]];
}

function padded(x: Tensor4D, padding: number): Tensor4D {
  return padding === 0 ? x : tf.pad(x, [[0, 0], [padding, padding], [padding, padding], [0, 0]]);
}

/** The four tensors of a batch norm, each `[D]`. */
export interface BatchNormVariables {
  /** Trained scale. */
  readonly gamma: Tensor1D;
  /** Trained shift. */
  readonly beta: Tensor1D;
  /** Running mean; updated in place in training. */
  readonly mean: Variable1D;
  /** Running unbiased variance; updated in place in training. */
  readonly variance: Variable1D;
}

/** How a batch norm works. */
export interface BatchNormOptions {
  /** Whether the batch's own statistics are used, and the running ones updated. */
  readonly training: boolean;
  /** Share of the batch's statistics in an update, as PyTorch counts it. */
  readonly momentum?: number;
  /** Added to the variance. */
  readonly epsilon?: number;
  /** Applied to the result. */
  readonly activation?: Activation;
}

/**
 * Batch normalisation over all but the last axis, and an activation. The running variance is the unbiased one, as in
 * PyTorch. Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167
 *
 * @param x `[B, H, W, D]`.
 * @returns The same shape.
 */
export function batchNorm(
  x: Tensor4D,
  { gamma, beta, mean, variance }: BatchNormVariables,
  { training, momentum = 0.1, epsilon = 1e-5, activation = "none" }: BatchNormOptions,
): Tensor4D {
  return tf.tidy(() => {
    if (hasOwnKernels()) {
      const options = { training, momentum, epsilon, activation, mean, variance };
      return runBatchNorm(x, gamma, beta, options) as Tensor4D;
    }
    if (!training) {
      const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
      return activate(tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale))), activation) as Tensor4D;
    }
    const batchMean = tf.mean(x, [0, 1, 2]);
    const centred = tf.sub(x, batchMean);
    const batchVariance = tf.mean(tf.square(centred), [0, 1, 2]);
    const count = x.size / x.shape[3];
    blend(mean, batchMean, momentum);
    blend(variance, tf.mul(batchVariance, count / Math.max(1, count - 1)), momentum);
    const scale = tf.mul(gamma, tf.rsqrt(tf.add(batchVariance, epsilon)));
    return activate(tf.add(tf.mul(centred, scale), beta), activation) as Tensor4D;
  });
}

function blend(running: Variable, batch: Tensor, momentum: number): void {
  running.assign(tf.add(tf.mul(running, 1 - momentum), tf.mul(batch, momentum)));
}

/** Applies an activation by name, to any shape. */
export function activate<T extends Tensor>(x: T, activation: Activation): T {
  if (activation === "none") return x;
  if (activation === "relu") return tf.relu(x);
  return hasOwnKernels() ? runSilu(x) as T : tf.tidy(() => tf.mul(x, tf.sigmoid(x)));
}

/**
 * Mean over height and width.
 *
 * @param x `[B, H, W, D]`.
 * @returns `[B, 1, 1, D]`.
 */
export function globalAveragePool(x: Tensor4D): Tensor4D {
  return hasOwnKernels() ? runAveragePixels(x) : tf.mean(x, [1, 2], true);
}

/**
 * Scales each channel of each image, as squeeze and excitation does.
 *
 * @param x `[B, H, W, D]`.
 * @param gate `[B, 1, 1, D]`.
 * @returns `[B, H, W, D]`.
 */
export function scaleChannels(x: Tensor4D, gate: Tensor4D): Tensor4D {
  return hasOwnKernels() ? runScalePixels(x, gate) : tf.mul(x, gate);
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

/**
 * Dropout: sets a share of the values to zero and scales the others, so that the mean stays. Srivastava et al., 2014.
 *
 * @param x Any shape.
 * @param rate Share set to zero, 0..1.
 * @param rng Where the mask is drawn from.
 */
export function dropout<T extends Tensor>(x: T, rate: number, rng: Rng): T {
  return rate === 0 ? x : tf.tidy(() => tf.mul(x, keepMask(x.shape, rate, rng))) as T;
}

/**
 * Drop path (stochastic depth): sets a residual branch to zero for a share of the images. Huang et al., 2016,
 * https://arxiv.org/abs/1603.09382
 *
 * @param x `[B, H, W, D]`.
 * @param rate Share of images whose branch is dropped, 0..1.
 * @param rng Where the choice is drawn from.
 */
export function dropPath(x: Tensor4D, rate: number, rng: Rng): Tensor4D {
  return rate === 0 ? x : tf.tidy(() => tf.mul(x, keepMask([x.shape[0], 1, 1, 1], rate, rng)));
}

/** 1 / (1 - rate) where kept, 0 where dropped. */
function keepMask(shape: number[], rate: number, rng: Rng): Tensor {
  const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
  for (let i = 0; i < values.length; i++) values[i] = rng() < rate ? 0 : 1 / (1 - rate);
  return tf.tensor(values, shape);
}

/** What an Adam step needs beside the tensors. */
export interface AdamStepOptions {
  /** Learning rate. */
  readonly lr: number;
  /** Decay of the mean of the gradients. */
  readonly beta1: number;
  /** Decay of the mean of their squares. */
  readonly beta2: number;
  /** Added to the root of the mean square. */
  readonly epsilon: number;
  /** The step that is taken, counted from 1. */
  readonly step: number;
}

/**
 * One step of Adam, in place. Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980, with PyTorch's place for epsilon.
 *
 * @param param Updated.
 * @param gradient Of the parameter's shape.
 * @param slots Mean and mean square of the gradients, of the parameter's shape; updated.
 */
export function adamStep(
  param: Variable,
  gradient: Tensor,
  slots: { readonly mean: Variable; readonly square: Variable },
  { lr, beta1, beta2, epsilon, step }: AdamStepOptions,
): void {
  if (hasOwnKernels()) return runAdam(param, gradient, slots, { lr, beta1, beta2, epsilon, step });
  tf.tidy(() => {
    slots.mean.assign(tf.add(tf.mul(slots.mean, beta1), tf.mul(gradient, 1 - beta1)));
    slots.square.assign(tf.add(tf.mul(slots.square, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
    const root = tf.add(tf.sqrt(tf.div(slots.square, 1 - beta2 ** step)), epsilon);
    param.assign(tf.sub(param, tf.mul(tf.div(slots.mean, root), lr / (1 - beta1 ** step))));
  });
}
