/**
 * Compiling shaders before they are needed: a step is taken in which programs are compiled and not run.
 *
 * @module
 */
import * as tf from "../tf.ts";
import { gpu } from "./device.ts";

/** Called when a program has been compiled. */
export type Progress = (compiled: number, total: number) => void;

/**
 * Compiles all programs that a function uses. Nothing of it is computed: no variable changes, and what it reads is zero.
 *
 * @param run Makes the tensors of a step; what it does not keep is disposed of.
 * @param onProgress Called after each program.
 * @throws {Error} If a program cannot be compiled.
 */
export async function compilePrograms(run: () => void, onProgress?: Progress): Promise<void> {
  const { backend, device } = gpu(), { pipelineCache: stock } = backend;
  const waiting: (() => Promise<unknown>)[] = [];
  const compile = device.createComputePipelineAsync, read = backend.getBufferData, { assign } = tf.Variable.prototype;
  const compileOnly = (on: boolean) => tf.env().set("WEBGPU_ENGINE_COMPILE_ONLY", on);
  device.createComputePipelineAsync = (descriptor) =>
    new Promise((resolve, reject) => {
      waiting.push(() => {
        const pipeline = compile.call(device, descriptor);
        pipeline.then(resolve, reject);
        return pipeline;
      });
    });
  backend.getBufferData = ({ size }) => Promise.resolve(new ArrayBuffer(size));
  tf.Variable.prototype.assign = () => {};
  compileOnly(true);
  try {
    tf.tidy(() => {
      run(); // and nothing is returned, as tidy takes no promise
    });
  } finally {
    compileOnly(false);
    tf.Variable.prototype.assign = assign;
    backend.getBufferData = read;
    device.createComputePipelineAsync = compile;
  }
  // Where the stock programs look for pipelines they must find none that is still to come, or failed.
  for (const [key, pipeline] of Object.entries(stock)) {
    if (!(pipeline instanceof Promise)) continue;
    delete stock[key];
    pipeline.then((pipeline) => stock[key] = pipeline, () => {});
  }
  // Deno compiles while it is asked to, so one is asked for at a time, and others have a turn in between.
  for (const [i, next] of waiting.entries()) {
    await next();
    onProgress?.(i + 1, waiting.length);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
