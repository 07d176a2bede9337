/**
 * Cross entropy, with label smoothing. Szegedy et al., 2016, https://arxiv.org/abs/1512.00567
 *
 * @module
 */
import { softmaxCrossEntropy } from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor1D, Tensor2D } from "../tensor/types.ts";

/** Logits `[B, C]` and target probabilities `[B, C]` in, one value per example `[B]` out, in nats. */
export type Loss = (logits: Tensor2D, targets: Tensor2D) => Tensor1D;

/** Options of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions {
  /** Share of the target's probability spread evenly over all classes, 0..1. */
  readonly labelSmoothing: number;
}

/**
 * Cross entropy of softmax probabilities against target probabilities.
 *
 * @returns A loss from logits `[B, C]` and targets `[B, C]` to one value per example `[B]`, in nats.
 */
export function crossEntropy({ labelSmoothing }: CrossEntropyOptions): Loss {
  return (logits, targets) =>
    tf.tidy(() => {
      const classes = logits.shape[1];
      const soft = labelSmoothing === 0
        ? targets
        : tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / classes);
      return softmaxCrossEntropy(logits, soft as Tensor2D);
    });
}
