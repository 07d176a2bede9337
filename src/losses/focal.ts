/**
 * Focal loss. Lin et al., 2017, https://arxiv.org/abs/1708.02002
 *
 * @module
 */
import { softmaxCrossEntropy } from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor1D } from "../tensor/types.ts";
import { type ClassWeighting, type ClassWeightOptions, weighByClass } from "./class_weights.ts";
import type { Loss } from "./loss.ts";

/** Options of {@linkcode focal}. */
export interface FocalOptions extends Omit<ClassWeightOptions, "weights"> {
  /** Focusing strength, >= 0; at 0 this is plain cross entropy. */
  readonly gamma: number;
  /** How a class is weighed, if at all; a list is divided by its mean. */
  readonly weights: ClassWeighting | "none";
}

/** Keeps the slope of a power finite where a class has all the probability. */
const LEAST_MISS = 1e-7;

/**
 * Focal loss: cross entropy in which each class's term is scaled by `(1 - p)^gamma`, where `p` is the class's softmax
 * probability, so that what is predicted well already counts for little. With `weights: "effectiveNumber"` it is the
 * class-balanced focal loss of Cui et al., 2019, https://arxiv.org/abs/1901.05555 (in its softmax form).
 *
 * @returns A loss from logits `[B, C]` and targets `[B, C]` to one value per example `[B]`, in nats; with a rule for the
 * weights it needs `counts`.
 */
export function focal({ gamma, weights, beta }: FocalOptions): Loss {
  const loss = gamma === 0 ? softmaxCrossEntropy : unweighted(gamma);
  return weights === "none" ? loss : weighByClass("focal", loss, { weights, beta });
}

function unweighted(gamma: number): Loss {
  return (logits, targets) =>
    tf.tidy(() => {
      const logP = tf.logSoftmax(logits);
      const miss = tf.maximum(tf.sub(1, tf.exp(logP)), LEAST_MISS);
      const scale = tf.exp(tf.mul(tf.log(miss), gamma)); // the slope of tf.pow needs the log too, and is NaN at 0
      return tf.neg(tf.sum(tf.mul(tf.mul(scale, logP), targets), -1)) as Tensor1D;
    });
}
