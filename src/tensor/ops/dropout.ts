/**
 * Dropout, of values and of whole branches.
 *
 * @module
 */
import type { Rng } from "../../core/rng.ts";
import * as tf from "../tf.ts";
import type { Tensor, Tensor4D } from "../types.ts";

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

function keepMask(shape: number[], rate: number, rng: Rng): Tensor {
  return tf.tensor(keepFactors(shape.reduce((product, n) => product * n, 1), rate, rng), shape);
}

/** 1 / (1 - rate) where kept, 0 where dropped. */
export function keepFactors(count: number, rate: number, rng: Rng): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < values.length; i++) values[i] = rng() < rate ? 0 : 1 / (1 - rate);
  return values;
}
