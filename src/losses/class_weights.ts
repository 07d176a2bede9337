/**
 * Weights of classes, so that rare ones count for more: by inverse frequency, by the share of all others, or by the
 * effective number of samples. Cui et al., 2019, https://arxiv.org/abs/1901.05555
 *
 * @module
 */
import { show } from "../core/check.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor1D } from "../tensor/types.ts";
import { type Loss, needCounts } from "./loss.ts";

/**
 * How a class of n among N training images is weighed: by `1 / n`, by `1 - n / N`, or by `(1 - beta) / (1 - beta^n)`.
 */
export type ClassWeightRule = "inverse" | "oneMinusShare" | "effectiveNumber";

/** A rule, or a weight >= 0 for each class `[C]`. */
export type ClassWeighting = ClassWeightRule | readonly number[];

/** Options of losses that weigh classes. */
export interface ClassWeightOptions {
  /** How a class is weighed; a list is divided by its mean. */
  readonly weights: ClassWeighting;
  /** At "effectiveNumber": 0 for equal weights, towards 1 for inverse frequencies; below 1. Other rules ignore it. */
  readonly beta: number;
}

/** Options of {@linkcode classWeights}. */
export interface ClassWeightRuleOptions extends ClassWeightOptions {
  /** How a class is weighed. */
  readonly weights: ClassWeightRule;
}

const RULES: Readonly<Record<ClassWeightRule, (count: number, all: number, beta: number) => number>> = {
  inverse: (count) => 1 / count,
  oneMinusShare: (count, all) => 1 - count / all,
  // 1 - beta^count without cancelling where beta is near 1; the numerator is the same for all classes
  effectiveNumber: (count, _all, beta) => -1 / Math.expm1(count * Math.log(beta)),
};

/**
 * Weights of the classes, divided by their mean over the classes that occur. A class without training images counts as
 * the rarest that has some: should it turn up all the same, in validation or through mixing, it has that one's weight.
 *
 * @example
 * ```ts
 * import { classWeights } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...classWeights([3, 1, 0], { weights: "inverse", beta: 0 })], [0.5, 1.5, 1.5]);
 * ```
 *
 * @param counts Training images of each class `[C]`.
 * @param options How a class is weighed.
 * @returns A weight for each class `[C]`.
 * @throws {RangeError} If a count is negative or not finite, no class occurs, or all weights are 0.
 */
export function classWeights(counts: ArrayLike<number>, { weights, beta }: ClassWeightRuleOptions): Float64Array {
  const filled = fillCounts(counts);
  const all = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const raw = Float64Array.from(filled, (count) => RULES[weights](count, all, beta));
  return withMeanOne(raw, raw.filter((_, c) => counts[c]! > 0));
}

/**
 * Counts in which classes without images have as many as the rarest that has some.
 *
 * @param counts Training images of each class `[C]`.
 * @throws {RangeError} If a count is negative or not finite, or no class occurs.
 */
export function fillCounts(counts: ArrayLike<number>): Float64Array {
  const found = Float64Array.from(counts), bad = found.findIndex((count) => !(count >= 0 && count < Infinity));
  if (bad >= 0) {
    throw new RangeError(
      `Cannot weigh classes as counts must be at least 0: the current value of class ${bad} is ${counts[bad]}`,
    );
  }
  const fewest = found.reduce((least, count) => count > 0 ? Math.min(least, count) : least, Infinity);
  if (fewest === Infinity) throw new RangeError("Cannot weigh classes as some must have images: all counts are 0");
  return found.map((count) => Math.max(count, fewest));
}

/** Weights divided by the mean of those that matter. */
function withMeanOne(weights: Float64Array, among: Float64Array = weights): Float64Array {
  const mean = among.reduce((sum, weight) => sum + weight, 0) / among.length;
  if (mean > 0) return weights.map((weight) => weight / mean);
  throw new RangeError(`Cannot weigh classes as some weight must be positive: current weights are ${show([...among])}`);
}

/**
 * A loss in which each example is multiplied by the weight of its class; with soft targets by the mean of the classes'
 * weights, weighed by the targets. A mix of two classes thus has the mean of their weights on both its terms, and the
 * weighted loss is not linear in the targets. The weights are constants to the gradient.
 *
 * @param name What the loss is called, for messages.
 * @param loss What is weighed.
 * @param options How a class is weighed.
 */
export function weighByClass(name: string, loss: Loss, { weights, beta }: ClassWeightOptions): Loss {
  return (logits, targets, context = {}) =>
    tf.tidy(() => {
      const classes = logits.shape[1];
      const perClass = typeof weights === "string"
        ? classWeights(needCounts(name, context, classes), { weights, beta })
        : listed(name, weights, classes);
      const perExample = tf.sum(tf.mul(targets, tf.tensor1d(Float32Array.from(perClass))), -1);
      return tf.mul(loss(logits, targets, context), perExample) as Tensor1D;
    });
}

function listed(loss: string, weights: readonly number[], classes: number): Float64Array {
  if (weights.length === classes) return withMeanOne(Float64Array.from(weights));
  throw new TypeError(
    `Cannot compute loss "${loss}" as weights must have a number for each of ${classes} classes: there are ${weights.length}`,
  );
}
