/**
 * Cross entropy of softmax probabilities.
 *
 * @module
 */
import { ownOps } from "../own.ts";
import * as tf from "../tf.ts";
import type { Tensor1D, Tensor2D } from "../types.ts";

/**
 * Cross entropy of softmax probabilities against target probabilities: `-sum(targets * logSoftmax(logits))`.
 *
 * @param logits `[B, C]`.
 * @param targets `[B, C]`.
 * @returns `[B]`, in nats.
 */
export function softmaxCrossEntropy(logits: Tensor2D, targets: Tensor2D): Tensor1D {
  const own = ownOps().softmaxCrossEntropy;
  if (own) return own(logits, targets);
  return tf.tidy(() => tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), -1)));
}
