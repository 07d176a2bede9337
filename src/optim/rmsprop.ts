/**
 * RMSprop, in PyTorch's form. Tieleman and Hinton, 2012, lecture 6.5 of "Neural Networks for Machine Learning",
 * https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
 *
 * @module
 */
import * as tf from "../tensor/tf.ts";
import { type DecayOptions, makeOptimizer, type OptimizerMaker, penalised, type Update, zeros } from "./optimizer.ts";

/** Options of {@linkcode rmsprop}; weight decay is added to the gradient. */
export interface RmspropOptions extends DecayOptions {
  /** Decay of the mean of the squared gradients. */
  readonly alpha: number;
  /** Added to the root of the mean square. */
  readonly epsilon: number;
  /** Share of the last step's direction that is kept; 0 for none. */
  readonly momentum: number;
}

/** Divides the gradient by the root of the mean of its squares; `momentum` keeps part of the directions before. */
export function rmsprop({ alpha, epsilon, momentum, ...decay }: RmspropOptions): OptimizerMaker {
  const advance = (update: Update<"square">): tf.Tensor => {
    const slope = penalised(update), { square } = update.slots;
    square.assign(tf.add(tf.mul(square, alpha), tf.mul(tf.square(slope), 1 - alpha)));
    return tf.div(slope, tf.add(tf.sqrt(square), epsilon));
  };
  const move = (param: tf.Variable, direction: tf.Tensor, lr: number) =>
    param.assign(tf.sub(param, tf.mul(direction, lr)));
  if (momentum === 0) {
    return makeOptimizer({
      slots: { square: zeros },
      step(updates, { lr }) {
        for (const update of updates) tf.tidy(() => move(update.param, advance(update), lr));
      },
    }, decay);
  }
  return makeOptimizer({
    slots: { square: zeros, velocity: zeros },
    step(updates, { lr }) {
      for (const update of updates) {
        tf.tidy(() => {
          const { velocity } = update.slots;
          velocity.assign(tf.add(tf.mul(velocity, momentum), advance(update)));
          move(update.param, velocity, lr);
        });
      }
    },
  }, decay);
}
