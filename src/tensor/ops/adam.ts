/**
 * The optimizer's step.
 *
 * @module
 */
import { type AdamNumbers, type AdamUpdate, ownOps } from "../own.ts";
import * as tf from "../tf.ts";

export type { AdamNumbers, AdamUpdate };

/**
 * One step of Adam for all parameters, in place. Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980, with PyTorch's place
 * for epsilon; decay is taken off before, as in Loshchilov and Hutter, 2019, https://arxiv.org/abs/1711.05101
 *
 * @param updates Parameters, gradients and the optimizer's memory.
 * @param numbers The same for all.
 */
export function adamStep(updates: readonly AdamUpdate[], numbers: AdamNumbers): void {
  const own = ownOps().adam;
  if (own) return own(updates, numbers);
  for (const update of updates) compose(update, numbers);
}

function compose({ param, gradient, mean, square, decay }: AdamUpdate, numbers: AdamNumbers): void {
  const { lr, beta1, beta2, epsilon, step } = numbers;
  tf.tidy(() => {
    mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1)));
    square.assign(tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
    const root = tf.add(tf.sqrt(tf.div(square, 1 - beta2 ** step)), epsilon);
    const change = tf.mul(tf.div(mean, root), lr / (1 - beta1 ** step));
    param.assign(tf.sub(decay === 0 ? param : tf.mul(param, 1 - lr * decay), change));
  });
}
