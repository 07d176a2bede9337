/**
 * One training step: forward, loss, gradients, update.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import type { Loss } from "../losses/mod.ts";
import type { Model } from "../models/mod.ts";
import type { Optimizer } from "../optim/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor2D, Tensor4D } from "../tensor/types.ts";

/** What takes part in a step. */
export interface StepParts {
  /** Changed by the step. */
  readonly model: Model;
  /** What is lowered. */
  readonly loss: Loss;
  /** How gradients become changes. */
  readonly optimizer: Optimizer;
}

/** What a step came to. */
export interface StepResult {
  /** Mean loss of the batch before the step, in nats. */
  readonly loss: number;
  /** How many of the batch were predicted right. */
  readonly correct: number;
}

/**
 * Takes one step on the mean loss of a batch.
 *
 * @param batch Pixels `[B, H, W, 3]` and targets `[B, C]`; they stay the caller's.
 * @param options Learning rate, the step's number from 1, and where dropout is drawn from.
 * @returns Loss and hits, read back once.
 */
export async function trainStep(
  { model, loss, optimizer }: StepParts,
  { x, targets }: { readonly x: Tensor4D; readonly targets: Tensor2D },
  { lr, step, rng }: { readonly lr: number; readonly step: number; readonly rng: Rng },
): Promise<StepResult> {
  const entries = Object.entries(model.params);
  let hits: Tensor | undefined;
  const { value, grads } = tf.variableGrads(() => {
    const { logits } = model.forward(x, { training: true, rng });
    hits = tf.keep(tf.tidy(() => tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), tf.argMax(targets, -1)), "float32"))));
    return tf.mean(loss(logits, targets)) as tf.Scalar;
  }, entries.map(([, variable]) => variable));
  const gradients = Object.fromEntries(entries.map(([name, variable]) => [name, grads[variable.name]!]));
  optimizer.apply(gradients, { lr, step });
  const both = tf.stack([value, hits!]);
  tf.dispose([value, hits!, grads]);
  const [mean, correct] = await both.data() as Float32Array;
  both.dispose();
  return { loss: mean!, correct: correct! };
}
