/**
 * Adam. Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980; decoupled decay after Loshchilov and Hutter, 2019,
 * https://arxiv.org/abs/1711.05101
 *
 * @module
 */
import { adamStep } from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Variable } from "../tensor/types.ts";

/** Changes variables by their gradients; its slots are its memory, by name, and belong to it until `dispose`. */
export interface Optimizer {
  /** State tensors by name, saved with a checkpoint. */
  readonly slots: Readonly<Record<string, Variable>>;
  /**
   * Takes one step.
   *
   * @param gradients By the parameters' names.
   * @param options The learning rate, and the step that is taken, counted from 1.
   */
  apply(gradients: Readonly<Record<string, Tensor>>, options: { readonly lr: number; readonly step: number }): void;
  /** Frees the slots. */
  dispose(): void;
}

/** Makes an optimizer for the parameters given. */
export type OptimizerMaker = (params: Readonly<Record<string, Variable>>) => Optimizer;

/** Options of {@linkcode adam}. */
export interface AdamOptions {
  /** Decay of the mean of the gradients. */
  readonly beta1: number;
  /** Decay of the mean of their squares. */
  readonly beta2: number;
  /** Added to the root of the mean square; 1e-8 as in PyTorch. */
  readonly epsilon: number;
  /** Decoupled decay of the weights of convolutions and linear layers, per step and unit of learning rate. */
  readonly weightDecay: number;
}

/** Adam, in PyTorch's form; with `weightDecay` it is AdamW, which spares biases and norms. */
export function adam({ beta1, beta2, epsilon, weightDecay }: AdamOptions): OptimizerMaker {
  return (params) => {
    const slots: Record<string, Variable> = {};
    for (const [name, param] of Object.entries(params)) {
      slots[`${name}.mean`] = tf.tidy(() => tf.variable(tf.zeros(param.shape), false));
      slots[`${name}.square`] = tf.tidy(() => tf.variable(tf.zeros(param.shape), false));
    }
    return {
      slots,
      apply(gradients, { lr, step }) {
        const updates = Object.entries(params).map(([name, param]) => {
          const gradient = gradients[name], decay = param.rank > 1 ? weightDecay : 0;
          if (!gradient) throw new Error(`Cannot step as parameter "${name}" has no gradient`);
          return { param, gradient, mean: slots[`${name}.mean`]!, square: slots[`${name}.square`]!, decay };
        });
        adamStep(updates, { lr, beta1, beta2, epsilon, step });
      },
      dispose: () => tf.dispose(Object.values(slots)),
    };
  };
}
