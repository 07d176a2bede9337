/**
 * TensorFlow.js's types under names of our own, for public signatures.
 *
 * @module
 */
import type * as tf from "./tf.ts";

/** A tensor of any shape. */
export type Tensor = tf.Tensor;

/** A tensor `[N]`. */
export type Tensor1D = tf.Tensor1D;

/** A tensor `[N, M]`. */
export type Tensor2D = tf.Tensor2D;

/** A tensor `[B, H, W, D]`. */
export type Tensor4D = tf.Tensor4D;

/** A tensor whose values change in place. */
export type Variable = tf.Variable;

/** A variable `[B, H, W, D]`. */
export type Variable4D = Variable & Tensor4D;

/** A variable `[N]`. */
export type Variable1D = Variable & Tensor1D;

/** A variable `[N, M]`. */
export type Variable2D = Variable & Tensor2D;
