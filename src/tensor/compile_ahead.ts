/**
 * Shaders compiled before the first step, with progress, where a backend has any.
 *
 * @module
 */
import * as tf from "./tf.ts";
import { compilePrograms } from "./webgpu/mod.ts";

/** Options of {@linkcode compileAhead}. */
export interface CompileOptions {
  /** Called after each shader, with how many are compiled and how many there are. */
  readonly onProgress?: (compiled: number, total: number) => void;
}

/**
 * Compiles the shaders that a function needs, on WebGPU; on other backends it does nothing. The function is called once,
 * and takes no effect: its operations compute nothing, variables keep their values, and what it reads is zero. Random
 * generators that it draws from do move on.
 *
 * @param run Takes a step, at once: what it does after an `await` counts no more.
 * @throws {Error} If a shader cannot be compiled.
 */
export async function compileAhead(run: () => void, { onProgress }: CompileOptions = {}): Promise<void> {
  if (tf.getBackend() === "webgpu") await compilePrograms(run, onProgress);
}
