/**
 * Macro F1 as a loss: the F1 of each class computed from probabilities in place of decisions, which makes it smooth. After
 * the F-beta surrogates of Eban et al., 2017, https://arxiv.org/abs/1608.04802, in the plain form that is common in contests.
 *
 * @module
 */
import * as tf from "../tensor/tf.ts";
import type { Tensor1D } from "../tensor/types.ts";
import type { Loss } from "./loss.ts";

/** Options of {@linkcode macroF1}. */
export interface MacroF1Options {
  /** Added to each class's sum of targets and probabilities, in examples, >= 0. */
  readonly epsilon: number;
}

/**
 * One minus the mean F1 of the softmax probabilities over the K classes that have a target in the batch. With `t` for
 * targets and `p` for probabilities the F1 of a class is `2 sum(t p) / (sum(t) + sum(p) + epsilon)`, summed over the batch.
 *
 * F1 belongs to a batch. The values are shares of it: example b has `1 - B / K sum_c(2 t p / (sum(t) + sum(p) + epsilon))`, the
 * sums in the divisor over the batch, so that their mean is the batch's loss, and an example that adds much to the F1 of
 * a rare class has a value far below 0. The loss depends on which examples are together: batches should be large
 * enough to hold several of each class, and a step of several micro-batches has the F1 of each of them.
 *
 * Often the mean is taken over all C classes, those without a target counting with an F1 of 0; that is `1 - K / C` times the
 * mean F1 here, with gradients smaller by the same factor.
 *
 * @returns A loss from logits `[B, C]` and targets `[B, C]` to one value per example `[B]`, whose mean is from 0 to 1.
 */
export function macroF1({ epsilon }: MacroF1Options): Loss {
  return (logits, targets) =>
    tf.tidy(() => {
      const batch = logits.shape[0];
      const p = tf.softmax(logits);
      const wanted = tf.sum(targets, 0);
      const present = tf.step(wanted);
      const absent = tf.sub(1, present); // added where nothing is to be divided, so that no divisor is 0
      const divisor = tf.add(tf.add(tf.add(wanted, tf.sum(p, 0)), epsilon), absent);
      const f1 = tf.sum(tf.div(tf.mul(tf.mul(targets, p), 2 * batch), divisor), -1);
      return tf.sub(1, tf.div(f1, tf.sum(present))) as Tensor1D;
    });
}
