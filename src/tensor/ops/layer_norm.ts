/**
 * Layer norm.
 *
 * @module
 */
import { ownOps } from "../own.ts";
import * as tf from "../tf.ts";
import type { Tensor, Tensor1D } from "../types.ts";

/** How a layer norm works. */
export interface LayerNormOptions {
  /** Added to the variance; 1e-5 unless given. */
  readonly epsilon?: number;
}

/**
 * Layer normalisation over the last axis. Ba et al., 2016, https://arxiv.org/abs/1607.06450
 *
 * @param x `[..., D]`.
 * @param gamma Scale `[D]`.
 * @param beta Shift `[D]`.
 * @returns The same shape.
 */
export function layerNorm<T extends Tensor>(
  x: T,
  gamma: Tensor1D,
  beta: Tensor1D,
  { epsilon = 1e-5 }: LayerNormOptions = {},
): T {
  const own = ownOps().layerNorm;
  if (own) return tf.tidy(() => own(x, gamma, beta, epsilon)) as T;
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true)), variance = tf.mean(tf.square(centred), -1, true);
    return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), gamma), beta);
  }) as T;
}
