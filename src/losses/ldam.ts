/**
 * LDAM: margins that depend on how often a class occurs (label-distribution-aware margins), with deferred re-weighting. Cao
 * et al., 2019, https://arxiv.org/abs/1906.07413
 *
 * @module
 */
import { softmaxCrossEntropy } from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor2D } from "../tensor/types.ts";
import { fillCounts, weighByClass } from "./class_weights.ts";
import { type Loss, needCounts, needProgress } from "./loss.ts";

/** Options of {@linkcode ldam}. */
export interface LdamOptions {
  /** Margin of the rarest class, in logits before scaling, >= 0. */
  readonly margin: number;
  /** Factor on the logits. */
  readonly scale: number;
  /** Share of the epochs after which classes are weighed by effective numbers, 0..1; never if null. */
  readonly deferredFrom: number | null;
  /** Of the effective numbers: 0 for equal weights, towards 1 for inverse frequencies; below 1. */
  readonly beta: number;
}

/**
 * Cross entropy of scaled logits, from which each class that is a target has its margin taken off first: a class of n
 * training images has a margin in proportion to `n^(-1/4)`, so that rare classes are kept further from the others. A soft
 * target takes off its share of the margin. A class without training images has the rarest one's margin.
 *
 * The authors' logits are cosines, hence the scale of 30 and margins of at most 0.5. With a head whose logits are not
 * bounded a scale of 1 is nearer to what cross entropy does.
 *
 * With `deferredFrom` each example is multiplied, from that share of the epochs on, by its class's weight, as in weighted
 * cross entropy; the authors do so for the last 40 of 200 epochs, which is 0.8.
 *
 * @returns A loss from logits `[B, C]` and targets `[B, C]` to one value per example `[B]`, in nats; it needs `counts`, and
 * with `deferredFrom` also `epoch` and `epochs`.
 */
export function ldam({ margin, scale, deferredFrom, beta }: LdamOptions): Loss {
  const plain: Loss = (logits, targets, context = {}) =>
    tf.tidy(() => {
      const margins = classMargins(needCounts("ldam", context, logits.shape[1]), margin);
      const apart = tf.sub(logits, tf.mul(targets, tf.tensor1d(margins)));
      return softmaxCrossEntropy(tf.mul(apart, scale) as Tensor2D, targets);
    });
  if (deferredFrom === null) return plain;
  const weighted = weighByClass("ldam", plain, { weights: "effectiveNumber", beta });
  return (logits, targets, context = {}) => {
    const loss = needProgress("ldam", context) >= deferredFrom ? weighted : plain;
    return loss(logits, targets, context);
  };
}

/** Margins `[C]` in proportion to the counts' fourth roots' inverses, the largest of them `margin`. */
function classMargins(counts: ArrayLike<number>, margin: number): Float32Array {
  const filled = fillCounts(counts);
  const fewest = filled.reduce((least, count) => Math.min(least, count));
  return Float32Array.from(filled, (count) => margin * (fewest / count) ** 0.25);
}
