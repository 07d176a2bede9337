/**
 * Adam. Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980; decoupled decay after Loshchilov and Hutter, 2019,
 * https://arxiv.org/abs/1711.05101
 *
 * @module
 */
import { adamStep } from "../tensor/ops.ts";
import { decayed, gradientOf, type OptimizerMaker, rateGroups, zeros } from "./optimizer.ts";

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
  return (params, { rates = {} } = {}) => {
    const groups = rateGroups(params, rates);
    const slots = { ...zeros(groups, "mean"), ...zeros(groups, "square") };
    return {
      slots,
      apply(gradients, { lr, step }) {
        for (const [rate, group] of groups) {
          const updates = group.map(([name, param]) => ({
            param,
            gradient: gradientOf(gradients, name),
            mean: slots[`${name}.mean`]!,
            square: slots[`${name}.square`]!,
            decay: decayed(param) ? weightDecay : 0,
          }));
          adamStep(updates, { lr: lr * rate, beta1, beta2, epsilon, step });
        }
      },
      dispose: () => Object.values(slots).forEach((slot) => slot.dispose()),
    };
  };
}
