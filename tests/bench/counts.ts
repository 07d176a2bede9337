/**
 * Counts what one step makes the device do.
 *
 * @module
 */
import * as tf from "../../src/tensor/tf.ts";
import { memoryState } from "../../src/tensor/live.ts";
import { trafficOf, watchKernels } from "./kernels.ts";
import { round } from "./timing.ts";

/** What a step comes to. */
export interface Counts {
  /** TensorFlow.js's kernels run. */
  readonly kernelCalls: number;
  /** What the kernels have to read and write at the least, in MiB; what is done beside them (Adam) is not in it. */
  readonly trafficMiB: number;
  /** Tensors that live between steps. */
  readonly tensors: number;
  /** WebGPU: programs run. */
  readonly dispatches?: number;
  /** WebGPU: submits to the queue. */
  readonly submits?: number;
  /** WebGPU: memory that TensorFlow.js has taken of the GPU, in MiB, before the step or after it. */
  readonly gpuMemoryMiB?: number;
  /** Wasm: the memory's size, in MiB. */
  readonly heapMiB?: number;
}

const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);

/** Counts while a step is done, which must not be timed. */
export async function countStep(step: () => Promise<void>): Promise<Counts> {
  let kernelCalls = 0, traffic = 0;
  const watched = () =>
    watchKernels(step, (call) => {
      kernelCalls++;
      traffic += trafficOf(call);
    });
  const gpu = tf.getBackend() === "webgpu" ? await countGpu(watched) : void await watched();
  const { heap } = memoryState();
  return {
    kernelCalls,
    trafficMiB: round(traffic / 2 ** 20),
    tensors: tf.memory().numTensors,
    ...gpu,
    ...(heap === undefined ? {} : { heapMiB: mebibytes(heap) }),
  };
}

async function countGpu(run: () => Promise<void>) {
  const taken = () => (tf.memory() as unknown as { numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU;
  const before = taken();
  const pass = GPUComputePassEncoder.prototype, queue = GPUQueue.prototype;
  const { dispatchWorkgroups } = pass, { submit } = queue;
  let dispatches = 0, submits = 0;
  pass.dispatchWorkgroups = function (...args) {
    dispatches++;
    return dispatchWorkgroups.apply(this, args);
  };
  queue.submit = function (...args) {
    submits++;
    return submit.apply(this, args);
  };
  try {
    await run();
  } finally {
    pass.dispatchWorkgroups = dispatchWorkgroups;
    queue.submit = submit;
  }
  return { dispatches, submits, gpuMemoryMiB: mebibytes(Math.max(before, taken())) };
}
