/**
 * Fully connected layers.
 *
 * @module
 */
import * as tf from "../tf.ts";
import type { Tensor1D, Tensor2D } from "../types.ts";

/**
 * A fully connected layer.
 *
 * @param x `[B, D]`.
 * @param weight `[D, E]`.
 * @param bias `[E]`.
 * @returns `[B, E]`.
 */
export function linear(x: Tensor2D, weight: Tensor2D, bias: Tensor1D): Tensor2D {
  return tf.tidy(() => tf.add(tf.matMul(x, weight), bias));
}
