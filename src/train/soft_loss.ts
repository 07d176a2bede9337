/**
 * The loss of images that have a label, a soft target, or both. Hinton et al., 2015, https://arxiv.org/abs/1503.02531
 *
 * @module
 */
import { softmaxCrossEntropy } from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor1D, Tensor2D } from "../tensor/types.ts";

/** Soft targets of a batch. */
export interface SoftBatch {
  /** Tempered probabilities, each row times its share of the loss, `[B, C]`. */
  readonly targets: Tensor2D;
  /** By what logits are divided. */
  readonly temperature: number;
}

/** What labels have of a batch's loss. */
export interface LabelPart {
  /** Target probabilities `[B, C]`, each row of which sums to 1; the soft ones where the label has no share. */
  readonly targets: Tensor2D;
  /** The labels' shares of the loss `[B]`, 0..1. */
  readonly shares: Tensor1D;
}

/**
 * Takes the labels' targets apart from their shares. Mixing images mixes both alike, as it should: all is linear.
 *
 * @param targets The labels' probabilities, each row times its share `[B, C]`.
 * @param soft The soft targets.
 */
export function labelPart(targets: Tensor2D, soft: SoftBatch): LabelPart {
  const [rows, shares] = tf.tidy(() => {
    const shares = tf.sum(targets, 1, true), known = tf.step(shares);
    const own = tf.div(targets, tf.add(shares, tf.sub(1, known)));
    const given = tf.div(soft.targets, tf.maximum(tf.sum(soft.targets, 1, true), 1e-12));
    return [tf.add(own, tf.mul(given, tf.sub(1, known))), tf.squeeze(shares, [1])];
  }) as [Tensor2D, Tensor1D];
  return { targets: rows, shares };
}

/**
 * The soft targets' part of the loss: their cross entropy with the softmax of the logits by the temperature, times the
 * temperature's square, which keeps the size of the gradients.
 *
 * Where others have the Kullback-Leibler divergence, the loss is smaller by the targets' entropy, which is none of the
 * student's doing; the gradients are the same.
 *
 * @param logits `[B, C]`, those that predict.
 * @returns The mean over the batch, in nats.
 */
export function softLoss(logits: Tensor2D, { targets, temperature }: SoftBatch): tf.Scalar {
  return tf.tidy(() => {
    const cooled = temperature === 1 ? logits : tf.div(logits, temperature) as Tensor2D;
    return tf.mul(tf.mean(softmaxCrossEntropy(cooled, targets)), temperature ** 2) as tf.Scalar;
  });
}
