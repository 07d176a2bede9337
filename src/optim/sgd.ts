/**
 * Stochastic gradient descent with momentum, in PyTorch's form. Sutskever et al., 2013,
 * https://proceedings.mlr.press/v28/sutskever13.html
 *
 * @module
 */
import * as tf from "../tensor/tf.ts";
import { decayed, gradientOf, type OptimizerMaker, rateGroups, zeros } from "./optimizer.ts";

/** Options of {@linkcode sgd}. */
export interface SgdOptions {
  /** Share of the last step's direction that is kept; 0 for plain descent. */
  readonly momentum: number;
  /** Whether the gradient is taken as if the kept direction had been followed already. */
  readonly nesterov: boolean;
  /** Decay of the weights of convolutions and linear layers, added to their gradients as PyTorch does. */
  readonly weightDecay: number;
}

/**
 * Descends along `v = momentum * v + g`, with `nesterov` along `g + momentum * v`. As in PyTorch the learning rate is not
 * part of `v`, so that a change of rate acts at once.
 */
export function sgd({ momentum, nesterov, weightDecay }: SgdOptions): OptimizerMaker {
  return (params, { rates = {} } = {}) => {
    const groups = rateGroups(params, rates);
    const slots = momentum > 0 ? zeros(groups, "velocity") : {};
    return {
      slots,
      apply(gradients, { lr }) {
        for (const [rate, group] of groups) {
          for (const [name, param] of group) {
            tf.tidy(() => {
              const gradient = gradientOf(gradients, name);
              const decay = decayed(param) ? weightDecay : 0;
              const slope = decay === 0 ? gradient : tf.add(gradient, tf.mul(param, decay));
              const velocity = slots[`${name}.velocity`] as typeof slots[string] | undefined;
              velocity?.assign(tf.add(tf.mul(velocity, momentum), slope));
              const direction = !velocity ? slope : nesterov ? tf.add(slope, tf.mul(velocity, momentum)) : velocity;
              param.assign(tf.sub(param, tf.mul(direction, lr * rate)));
            });
          }
        }
      },
      dispose: () => tf.dispose(Object.values(slots)),
    };
  };
}
