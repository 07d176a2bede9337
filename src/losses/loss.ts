/**
 * What a loss is, and what it may ask for beside logits and targets.
 *
 * @module
 */
import { checkInteger, show } from "../core/check.ts";
import type { Tensor1D, Tensor2D } from "../tensor/types.ts";

/**
 * Logits `[B, C]` and target probabilities `[B, C]` in, one value per example `[B]` out; averaging is the caller's. Targets
 * may be soft, as mixing and smoothing make them: each row sums to 1. Gradients flow to the logits only.
 *
 * A loss throws a `TypeError` that names what its context lacks.
 */
export type Loss = (logits: Tensor2D, targets: Tensor2D, context?: LossContext) => Tensor1D;

/** What some losses need to know beside the batch. */
export interface LossContext {
  /** Training images of each class `[C]`. */
  readonly counts?: ArrayLike<number>;
  /** The epoch in training, counted from 1. */
  readonly epoch?: number;
  /** Epochs that training has in all. */
  readonly epochs?: number;
}

/**
 * The counts in a context.
 *
 * @param loss Whose need it is, for messages.
 * @throws {TypeError} If there are none, or not one for each class.
 */
export function needCounts(loss: string, { counts }: LossContext, classes: number): ArrayLike<number> {
  if (counts?.length === classes) return counts;
  throw new TypeError(
    `Cannot compute loss "${loss}" as context.counts must hold the training images of each of ${classes} classes: ` +
      `current value is ${show(counts)}`,
  );
}

/**
 * Share of the epochs that lie behind, 0 in the first.
 *
 * @param loss Whose need it is, for messages.
 * @throws {TypeError} If the context lacks the epoch or their number.
 * @throws {RangeError} If either is not a whole number of at least 1.
 */
export function needProgress(loss: string, { epoch, epochs }: LossContext): number {
  const attempt = `compute loss "${loss}"`;
  for (const [name, value] of Object.entries({ epoch, epochs })) {
    if (value === undefined) throw new TypeError(`Cannot ${attempt} as context.${name} must be given: it is missing`);
    checkInteger(attempt, `context.${name}`, value, { min: 1 });
  }
  return (epoch! - 1) / epochs!;
}
