/**
 * Gradients of a loss by a network's parameters.
 *
 * @module
 */
import * as tf from "../tensor/tf.ts";
import type { Tensor, Variable } from "../tensor/types.ts";

/**
 * Computes a loss and its gradients. The tensors are the caller's.
 *
 * @param params What the gradients are by. Those that the loss does not depend on have a gradient of zero.
 * @param loss A scalar.
 * @returns The loss, and gradients by the parameters' names.
 */
export function gradientsOf(
  params: Readonly<Record<string, Variable>>,
  loss: () => Tensor,
): { readonly value: Tensor; readonly gradients: Readonly<Record<string, Tensor>> } {
  const entries = Object.entries(params);
  const { value, grads } = tf.variableGrads(loss as () => tf.Scalar, entries.map(([, variable]) => variable));
  const gradients = entries.map(([name, { name: key, shape }]) => [name, grads[key] ?? tf.zeros(shape)] as const);
  return { value, gradients: Object.fromEntries(gradients) };
}
