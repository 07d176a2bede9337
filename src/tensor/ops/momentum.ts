/**
 * A step by momentum: what descent with momentum, Nesterov's and Lion have in common.
 *
 * @module
 */
import { type MomentumNumbers, type MomentumUpdate, ownOps } from "../own.ts";
import * as tf from "../tf.ts";

export type { MomentumNumbers, MomentumUpdate };

/**
 * One step for all parameters, in place. With g the gradient and its penalty, each goes along a weighted sum of its velocity
 * and g, or along the signs of that, and the velocity becomes another weighted sum of the two.
 *
 * @param updates Parameters, gradients and the optimizer's memory.
 * @param numbers The same for all.
 */
export function momentumStep(updates: readonly MomentumUpdate[], numbers: MomentumNumbers): void {
  const own = ownOps().momentum;
  if (own) return own(updates, numbers);
  for (const update of updates) compose(update, numbers);
}

function compose(
  { param, gradient, velocity, penalty, decay }: MomentumUpdate,
  { lr, velocity: [kept, fresh], direction: [past, present], sign }: MomentumNumbers,
): void {
  tf.tidy(() => {
    const slope = penalty === 0 ? gradient : tf.add(gradient, tf.mul(param, penalty));
    const direction = tf.add(tf.mul(velocity, past), tf.mul(slope, present));
    velocity.assign(tf.add(tf.mul(velocity, kept), tf.mul(slope, fresh)));
    const change = tf.mul(sign ? tf.sign(direction) : direction, lr);
    param.assign(tf.sub(decay === 0 ? param : tf.mul(param, 1 - lr * decay), change));
  });
}
