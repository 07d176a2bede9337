/**
 * Cross entropy, with label smoothing and with weights of classes. Szegedy et al., 2016, https://arxiv.org/abs/1512.00567
 *
 * @module
 */
import { softmaxCrossEntropy } from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor2D } from "../tensor/types.ts";
import { type ClassWeightOptions, weighByClass } from "./class_weights.ts";
import type { Loss } from "./loss.ts";

/** Options of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions {
  /** Share of the target's probability spread evenly over all classes, 0..1. */
  readonly labelSmoothing: number;
}

/** Options of {@linkcode weightedCrossEntropy}. */
export interface WeightedCrossEntropyOptions extends CrossEntropyOptions, ClassWeightOptions {}

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

/**
 * Cross entropy in which each example is multiplied by its class's weight, or with soft targets by the mean of the
 * classes' weights, weighed by the targets before smoothing.
 *
 * With hard targets and no smoothing the values are those of PyTorch's `cross_entropy` with `weight` and `reduction="none"`.
 * Its `reduction="mean"` divides their sum by the sum of the examples' weights, where the mean of ours divides by their
 * number: ours is PyTorch's mean times the mean weight of the batch. That keeps a batch of common classes from counting
 * as much as one of rare classes. With soft targets or smoothing PyTorch weighs each class's term of the sum instead,
 * which draws the probabilities of a single example away from its targets; here their best value remains the targets.
 *
 * @returns A loss from logits `[B, C]` and targets `[B, C]` to one value per example `[B]`, in nats; except with a list of
 * weights it needs `counts`.
 */
export function weightedCrossEntropy({ labelSmoothing, ...weighting }: WeightedCrossEntropyOptions): Loss {
  return weighByClass("weightedCrossEntropy", crossEntropy({ labelSmoothing }), weighting);
}
