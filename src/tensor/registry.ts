/**
 * Puts our kernels in the place of TensorFlow.js's stock kernels.
 *
 * @module
 */
import * as tf from "./tf.ts";

/** A kernel: tensors and attributes in, one tensor or several out. */
export type KernelFunction<I extends string> = (
  inputs: Record<I, tf.TensorInfo>,
  // deno-lint-ignore no-explicit-any -- attributes are whatever TensorFlow.js's op passes
  attrs: any,
) => tf.TensorInfo | tf.TensorInfo[];

/**
 * Registers a kernel.
 *
 * @param backend TensorFlow.js's name of the backend that it is for.
 * @param name TensorFlow.js's name of the kernel, or one of ours.
 * @param make Given the stock kernel (which throws if there is none), returns the kernel.
 */
export function replaceKernel<I extends string>(
  backend: "wasm" | "webgpu",
  name: string,
  make: (stock: KernelFunction<I>) => KernelFunction<I>,
): void {
  const stock = tf.getKernel(name, backend);
  if (stock) tf.unregisterKernel(name, backend);
  const kernel = make((inputs, attrs) => {
    if (stock) return stock.kernelFunc({ inputs, attrs, backend: tf.backend() });
    throw new Error(
      `Cannot run ${name} as the ${backend} backend has it only for float32, NHWC, dilation 1 and, depthwise, one filter a channel`,
    );
  });
  tf.registerKernel({
    kernelName: name,
    backendName: backend,
    kernelFunc: ({ inputs, attrs }) => kernel(inputs as Record<I, tf.TensorInfo>, attrs),
  });
}

/** The product of a shape's sizes. */
export function count(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Makes a tensor of what a kernel returned. */
export function tensorOf(info: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info);
}

/**
 * Runs a kernel of ours on tensors, so that it stands on the tape of gradients.
 *
 * @returns The tensors it gives.
 */
export function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): tf.Tensor[] {
  const result: unknown = tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap);
  return [result].flat() as tf.Tensor[];
}

/** For each input of a kernel, what computes its gradient when asked. */
export type Gradients = Record<string, () => tf.Tensor>;
