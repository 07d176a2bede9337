/**
 * The optimizer's step.
 *
 * @module
 */
import * as tf from "../tf.ts";
import type { Tensor, Variable } from "../types.ts";
import { runAdam } from "../wasm/elementwise.ts";
import { hasOwnKernels } from "../wasm/fused.ts";

/** What an Adam step needs beside the tensors. */
export interface AdamStepOptions {
  /** Learning rate. */
  readonly lr: number;
  /** Decay of the mean of the gradients. */
  readonly beta1: number;
  /** Decay of the mean of their squares. */
  readonly beta2: number;
  /** Added to the root of the mean square. */
  readonly epsilon: number;
  /** The step that is taken, counted from 1. */
  readonly step: number;
}

/**
 * One step of Adam, in place. Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980, with PyTorch's place for epsilon.
 *
 * @param param Updated.
 * @param gradient Of the parameter's shape.
 * @param slots Mean and mean square of the gradients, of the parameter's shape; updated.
 */
export function adamStep(
  param: Variable,
  gradient: Tensor,
  slots: { readonly mean: Variable; readonly square: Variable },
  { lr, beta1, beta2, epsilon, step }: AdamStepOptions,
): void {
  if (hasOwnKernels()) return runAdam(param, gradient, slots, { lr, beta1, beta2, epsilon, step });
  tf.tidy(() => {
    slots.mean.assign(tf.add(tf.mul(slots.mean, beta1), tf.mul(gradient, 1 - beta1)));
    slots.square.assign(tf.add(tf.mul(slots.square, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
    const root = tf.add(tf.sqrt(tf.div(slots.square, 1 - beta2 ** step)), epsilon);
    param.assign(tf.sub(param, tf.mul(tf.div(slots.mean, root), lr / (1 - beta1 ** step))));
  });
}
