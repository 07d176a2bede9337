/**
 * Batch norm.
 *
 * @module
 */
import * as tf from "../tf.ts";
import type { Tensor, Tensor4D, Variable } from "../types.ts";
import { type BatchNormVariables, ownOps } from "../own.ts";
import { activate, type Activation } from "./activation.ts";

export type { BatchNormVariables };

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
    const own = ownOps().batchNorm;
    if (own) return own(x, gamma, beta, { training, momentum, epsilon, activation, mean, variance }) as Tensor4D;
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
