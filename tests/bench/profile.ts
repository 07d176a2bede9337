/**
 * Times TensorFlow.js's kernels one by one.
 *
 * @module
 */
import * as tf from "../../src/tensor/tf.ts";

/**
 * Runs something with every kernel of the current backend timed.
 *
 * @param times How often it runs.
 * @param run What runs.
 * @returns A table: milliseconds and calls for a run, by kernel, the longest first.
 */
export async function profileKernels(times: number, run: (i: number) => Promise<void>): Promise<string> {
  const spent = new Map<string, { ms: number; calls: number }>();
  const backend = tf.getBackend();
  const kernels = tf.getKernelsForBackend(backend);
  for (const kernel of kernels) {
    const { kernelFunc } = kernel;
    tf.unregisterKernel(kernel.kernelName, backend);
    tf.registerKernel({
      ...kernel,
      kernelFunc: (args) => {
        const start = performance.now();
        const result = kernelFunc(args);
        const filter = (args.inputs as Record<string, tf.TensorInfo>)["filter"]?.shape ??
          (args.attrs as { filterShape?: number[] })?.filterShape;
        const name = filter ? `${kernel.kernelName} ${filter.slice(0, 2).join("x")}` : kernel.kernelName;
        const entry = spent.get(name) ?? { ms: 0, calls: 0 };
        spent.set(name, { ms: entry.ms + performance.now() - start, calls: entry.calls + 1 });
        return result;
      },
    });
  }
  const start = performance.now();
  for (let i = 0; i < times; i++) await run(i);
  const total = (performance.now() - start) / times;
  for (const kernel of kernels) {
    tf.unregisterKernel(kernel.kernelName, backend);
    tf.registerKernel(kernel);
  }
  const rows = [...spent].sort(([, a], [, b]) => b.ms - a.ms);
  const inKernels = rows.reduce((sum, [, { ms }]) => sum + ms, 0) / times;
  return [
    `a run takes ${total.toFixed(1)} ms, ${inKernels.toFixed(1)} of them in kernels`,
    ...rows.slice(0, 30).map(([name, { ms, calls }]) =>
      `${name.padEnd(44)} ${(ms / times).toFixed(2).padStart(9)} ms ${(calls / times).toFixed(0).padStart(6)} calls`
    ),
  ].join("\n");
}
