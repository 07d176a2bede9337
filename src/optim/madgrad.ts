/**
 * MADGRAD: dual averaging with momentum, divided by the cube root of the sum of squares. Defazio and Jelassi, 2021,
 * https://arxiv.org/abs/2101.11075
 *
 * @module
 */
import * as tf from "../tensor/tf.ts";
import { type DecayOptions, makeOptimizer, type OptimizerMaker, penalised, zeros } from "./optimizer.ts";

/** Options of {@linkcode madgrad}; weight decay is added to the gradient, and is better left small or at 0. */
export interface MadgradOptions extends DecayOptions {
  /** Share of the last weights that is kept. */
  readonly momentum: number;
  /** Added to the cube root. */
  readonly epsilon: number;
}

/**
 * With weights `lr * sqrt(step)` on the gradients, goes from where the parameters began against their sum over the cube
 * root of the sum of their squares; the parameters follow that by `momentum`. A parameter's beginning is a slot, so the
 * optimizer must be made when the starting weights are in place. The learning rate is not on Adam's scale.
 */
export function madgrad({ momentum, epsilon, ...decay }: MadgradOptions): OptimizerMaker {
  return makeOptimizer({
    slots: { start: tf.clone, sum: zeros, square: zeros },
    step(updates, { lr, step }) {
      const weight = lr * Math.sqrt(step);
      for (const update of updates) {
        tf.tidy(() => {
          const slope = penalised(update), { param, slots: { start, sum, square } } = update;
          sum.assign(tf.add(sum, tf.mul(slope, weight)));
          square.assign(tf.add(square, tf.mul(tf.square(slope), weight)));
          const goal = tf.sub(start, tf.div(sum, tf.add(tf.pow(square, 1 / 3), epsilon)));
          param.assign(tf.add(param, tf.mul(tf.sub(goal, param), 1 - momentum)));
        });
      }
    },
  }, decay);
}
