/**
 * Stochastic gradient descent with momentum, in PyTorch's form. Sutskever et al., 2013,
 * https://proceedings.mlr.press/v28/sutskever13.html
 *
 * @module
 */
import { blend, momentumStep } from "../tensor/ops.ts";
import { type DecayOptions, makeOptimizer, type OptimizerMaker, zeros } from "./optimizer.ts";

/** Options of {@linkcode sgd}. */
export interface SgdOptions extends DecayOptions {
  /** Share of the last step's direction that is kept; 0 for plain descent. */
  readonly momentum: number;
  /** Whether the gradient is taken as if the kept direction had been followed already. */
  readonly nesterov: boolean;
}

/**
 * Descends along `v = momentum * v + g`, with `nesterov` along `g + momentum * v`. As in PyTorch the learning rate is not
 * part of `v`, so that a change of rate acts at once, and weight decay is added to the gradient.
 */
export function sgd({ momentum, nesterov, ...decay }: SgdOptions): OptimizerMaker {
  if (momentum === 0) return plain(decay);
  // In terms of the velocity before the step: g + momentum * (momentum * v + g), or momentum * v + g.
  const direction = nesterov ? [momentum ** 2, 1 + momentum] as const : [momentum, 1] as const;
  return makeOptimizer({
    slots: { velocity: zeros },
    step(updates, { lr }) {
      const entries = updates.map(({ param, gradient, slots: { velocity }, weightDecay: penalty }) => (
        { param, gradient, velocity, penalty, decay: 0 }
      ));
      momentumStep(entries, { lr, velocity: [momentum, 1], direction, sign: false });
    },
  }, decay);
}

function plain(decay: DecayOptions): OptimizerMaker {
  return makeOptimizer({
    slots: {},
    step(updates, { lr }) {
      blend(updates.map(({ param, gradient, weightDecay }) => (
        { target: param, source: gradient, keep: 1 - lr * weightDecay, take: -lr }
      )));
    },
  }, decay);
}
