/**
 * Activations.
 *
 * @module
 */
import { type Activation, ownOps } from "../own.ts";
import * as tf from "../tf.ts";
import type { Tensor } from "../types.ts";

export type { Activation };

/**
 * Applies an activation by name, to any shape: SiLU (https://arxiv.org/abs/1702.03118), hard swish
 * (https://arxiv.org/abs/1905.02244), GELU (https://arxiv.org/abs/1606.08415), exact by the error function, or leaky ReLU
 * with a slope of 0.2 below 0 (https://arxiv.org/abs/1511.06434).
 */
export function activate<T extends Tensor>(x: T, activation: Activation): T {
  if (activation === "none") return x;
  return (ownOps().activate?.(x, activation) ?? tf.tidy(() => COMPOSED[activation](x))) as T;
}

const COMPOSED = {
  relu: tf.relu,
  leakyRelu: (x: Tensor) => tf.leakyRelu(x, 0.2),
  silu: (x: Tensor) => tf.mul(x, tf.sigmoid(x)),
  hardSwish: (x: Tensor) => tf.mul(x, hardSigmoid(x)),
  gelu: (x: Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
};

/** A gate by straight lines, of any shape: relu6(x + 3) / 6. Howard et al., 2019, https://arxiv.org/abs/1905.02244 */
export function hardSigmoid<T extends Tensor>(x: T): T {
  return (ownOps().activate?.(x, "hardSigmoid") ?? tf.tidy(() => tf.mul(tf.relu6(tf.add(x, 3)), 1 / 6))) as T;
}
