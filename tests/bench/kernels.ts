/**
 * Watches TensorFlow.js's kernels at work: which are run, on what, for how long.
 *
 * @module
 */
import * as tf from "../../src/tensor/tf.ts";

/** A kernel that was run. */
export interface KernelCall {
  /** Its name. */
  readonly name: string;
  /** Its tensors, without those that are left out. */
  readonly inputs: readonly tf.TensorInfo[];
  /** Its tensors as it was given them. */
  readonly named: tf.NamedTensorInfoMap;
  /** Its attributes. */
  readonly attrs: tf.NamedAttrMap;
  /** What it gave. */
  readonly outputs: readonly tf.TensorInfo[];
  /** How long it took on this thread; a GPU may still be at it. */
  readonly milliseconds: number;
}

/**
 * Runs something while each kernel of the current backend is watched. What a backend does beside its kernels is not seen.
 *
 * @param onCall Called after each kernel.
 */
export async function watchKernels(run: () => Promise<void>, onCall: (call: KernelCall) => void): Promise<void> {
  const backend = tf.getBackend(), kernels = tf.getKernelsForBackend(backend);
  for (const kernel of kernels) {
    tf.unregisterKernel(kernel.kernelName, backend);
    tf.registerKernel({
      ...kernel,
      kernelFunc: (args) => {
        const start = performance.now();
        const result = kernel.kernelFunc(args);
        const milliseconds = performance.now() - start;
        const named = args.inputs as tf.NamedTensorInfoMap;
        onCall({
          name: kernel.kernelName,
          inputs: Object.values(named).filter((input) => input?.dataId !== undefined) as tf.TensorInfo[],
          named,
          attrs: (args.attrs ?? {}) as tf.NamedAttrMap,
          outputs: [result].flat(),
          milliseconds,
        });
        return result;
      },
    });
  }
  try {
    await run();
  } finally {
    for (const kernel of kernels) {
      tf.unregisterKernel(kernel.kernelName, backend);
      tf.registerKernel(kernel);
    }
  }
}

/** Bytes that a kernel has to read and write at the least: its inputs and its outputs once. */
export function trafficOf({ inputs, outputs }: KernelCall): number {
  return [...inputs, ...outputs].reduce((sum, { shape, dtype }) => {
    const bytes = dtype === "string" ? 0 : tf.util.bytesPerElement(dtype);
    return sum + bytes * tf.util.sizeFromShape(shape);
  }, 0);
}
