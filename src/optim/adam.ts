/**
 * Adam. Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980; decoupled decay (AdamW) after Loshchilov and Hutter, 2019,
 * https://arxiv.org/abs/1711.05101
 *
 * @module
 */
import { adamStep } from "../tensor/ops.ts";
import { type DecayOptions, makeOptimizer, type OptimizerMaker, penalised, zeros } from "./optimizer.ts";

/** Options of {@linkcode adam}. */
export interface AdamOptions extends DecayOptions {
  /** Decay of the mean of the gradients. */
  readonly beta1: number;
  /** Decay of the mean of their squares. */
  readonly beta2: number;
  /** Added to the root of the mean square; 1e-8 as in PyTorch. */
  readonly epsilon: number;
  /**
   * Whether weights decay beside the gradient's step, by `lr * weightDecay` of themselves as in AdamW, which is so unless
   * given; else the decay is added to the gradient as in PyTorch's Adam.
   */
  readonly decoupled?: boolean;
}

/** Options of AdamW: Adam's, whose decay is decoupled always. */
export type AdamWOptions = Omit<AdamOptions, "decoupled">;

/** Adam, in PyTorch's form; with `weightDecay` it is AdamW unless `decoupled` is false. */
export function adam({ beta1, beta2, epsilon, decoupled = true, ...decay }: AdamOptions): OptimizerMaker {
  return makeOptimizer({
    slots: { mean: zeros, square: zeros },
    step(updates, { lr, step }) {
      const entries = updates.map((update) => ({
        param: update.param,
        gradient: decoupled ? update.gradient : penalised(update),
        ...update.slots,
        decay: decoupled ? update.weightDecay : 0,
      }));
      adamStep(entries, { lr, beta1, beta2, epsilon, step });
    },
  }, decay);
}
