/**
 * Lion, which goes by the sign of a mean of gradients. Chen et al., 2023, https://arxiv.org/abs/2302.06675
 *
 * @module
 */
import { momentumStep } from "../tensor/ops.ts";
import { type DecayOptions, makeOptimizer, type OptimizerMaker, zeros } from "./optimizer.ts";

/** Options of {@linkcode lion}; weight decay is decoupled. */
export interface LionOptions extends DecayOptions {
  /** Share of the mean in the direction that is taken. */
  readonly beta1: number;
  /** Decay of the mean of the gradients. */
  readonly beta2: number;
}

/**
 * Changes every weight by the learning rate, against the sign of `beta1 * mean + (1 - beta1) * g`; the mean is updated with
 * `beta2` afterwards. The paper takes a learning rate 3 to 10 times smaller than AdamW's, and as many times its weight decay.
 */
export function lion({ beta1, beta2, ...decay }: LionOptions): OptimizerMaker {
  return makeOptimizer({
    slots: { mean: zeros },
    step(updates, { lr }) {
      const entries = updates.map(({ param, gradient, slots: { mean }, weightDecay }) => (
        { param, gradient, velocity: mean, penalty: 0, decay: weightDecay }
      ));
      momentumStep(entries, { lr, velocity: [beta2, 1 - beta2], direction: [beta1, 1 - beta1], sign: true });
    },
  }, decay);
}
