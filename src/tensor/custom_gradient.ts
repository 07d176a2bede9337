/**
 * Operations with gradients of our own that are computed one by one, for the inputs that need them.
 *
 * @module
 */
import type { Gradients } from "./registry.ts";
import * as tf from "./tf.ts";

/** What an operation is. */
export interface CustomGradient {
  /** The tensors that gradients may be asked for, in the order in which they are. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  /** Computes the result, and keeps what the gradients need. */
  readonly forward: (save: (tensors: tf.Tensor[]) => void) => tf.Tensor;
  /** From the result's gradient and what was kept, a function for each input; only those needed are called. */
  readonly backward: (dy: tf.Tensor, saved: tf.Tensor[]) => Gradients;
}

/** The engine's own entry, which `tf.customGrad` calls too, but with all gradients computed at once. */
interface Engine {
  runKernelFunc(invocation: {
    readonly forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor;
    readonly backwardsFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => Gradients;
    readonly inputs: Readonly<Record<string, tf.Tensor>>;
  }): tf.Tensor;
}

/** Runs an operation, and puts it on the tape. */
export function runCustomGradient({ inputs, forward, backward }: CustomGradient): tf.Tensor {
  const engine = tf.engine() as unknown as Engine;
  return engine.runKernelFunc({ forwardFunc: (_, save) => forward(save), backwardsFunc: backward, inputs });
}
