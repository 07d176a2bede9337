/**
 * Says whether our kernels can be used now. This file loads no backend, so that the operations can ask at any time.
 *
 * @module
 */
import * as tf from "../tf.ts";
import { isRunning } from "./engine.ts";

/** Whether the wasm engine runs and is the current backend. */
export function hasOwnKernels(): boolean {
  return isRunning() && tf.getBackend() === "wasm";
}
