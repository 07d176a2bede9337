/**
 * Asymmetric loss: each class against the rest, with another focus on what a photograph shows than on what it does not.
 * Ridnik et al., 2021, https://arxiv.org/abs/2009.14119
 *
 * @module
 */
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor1D } from "../tensor/types.ts";
import type { Loss } from "./loss.ts";

/** Options of {@linkcode asymmetric}. */
export interface AsymmetricOptions {
  /** Focus on targets, >= 0: higher for less weight on those that are found already. */
  readonly gammaPositive: number;
  /** Focus on the other classes, >= 0: higher for less weight on those that are ruled out already. */
  readonly gammaNegative: number;
  /** Probability up to which a class that is no target counts as ruled out, 0..1. */
  readonly clip: number;
}

/**
 * The paper's multi-label form, by a sigmoid for each class, summed over the classes. With `p = sigmoid(logit)` and
 * `q = max(p - clip, 0)` a target has `-(1 - p)^gammaPositive log(p)`, another class `-q^gammaNegative log(1 - q)`; a soft target
 * has the mean of the two by its share. With both gammas and the clip at 0 it is binary cross entropy, summed.
 *
 * The authors' single-label form puts softmax in the sigmoid's place; there the other classes count through label
 * smoothing only, and without it what is left is the focal loss with `gammaPositive`. Logits that this loss has trained
 * rank the classes, but their softmax is no calibrated probability.
 *
 * @returns A loss from logits `[B, C]` and targets `[B, C]` to one value per example `[B]`, in nats.
 */
export function asymmetric({ gammaPositive, gammaNegative, clip }: AsymmetricOptions): Loss {
  return (logits, targets) =>
    tf.tidy(() => {
      const above = tf.softplus(logits), below = tf.softplus(tf.neg(logits)); // -log(1 - p) and -log(p)
      const positive = tf.mul(tf.exp(tf.mul(above, -gammaPositive)), below);
      const negative = clip === 0
        ? tf.mul(tf.exp(tf.mul(below, -gammaNegative)), above)
        : clipped(logits, { gammaNegative, clip });
      const each = tf.add(tf.mul(targets, positive), tf.mul(tf.sub(1, targets), negative));
      return tf.sum(each, -1) as Tensor1D;
    });
}

/** Keeps the slope of a power finite where nothing is left of a probability. */
const LEAST_REST = 1e-7;

/** The terms of classes that are no targets, where the clip keeps the logarithm finite. */
function clipped(logits: Tensor, { gammaNegative, clip }: Omit<AsymmetricOptions, "gammaPositive">): Tensor {
  const rest = tf.relu(tf.sub(tf.sigmoid(logits), clip));
  const cost = tf.neg(tf.log(tf.minimum(tf.add(tf.sigmoid(tf.neg(logits)), clip), 1)));
  return tf.mul(tf.exp(tf.mul(tf.log(tf.maximum(rest, LEAST_REST)), gammaNegative)), cost);
}
