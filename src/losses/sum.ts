/**
 * A weighted sum of losses.
 *
 * @module
 */
import * as tf from "../tensor/tf.ts";
import type { Tensor1D } from "../tensor/types.ts";
import type { Loss } from "./loss.ts";

/** A loss and how much of it a sum has. */
export interface Summand {
  /** Factor on the loss. */
  readonly weight: number;
  /** What is multiplied and added. */
  readonly loss: Loss;
}

/**
 * The sum of losses, each times its weight, example by example. All get the same context.
 *
 * @param parts At least one.
 * @returns A loss from logits `[B, C]` and targets `[B, C]` to one value per example `[B]`.
 */
export function sum(parts: readonly Summand[]): Loss {
  return (logits, targets, context) =>
    tf.tidy(() => tf.addN(parts.map(({ weight, loss }) => tf.mul(loss(logits, targets, context), weight))) as Tensor1D);
}
