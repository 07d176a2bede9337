/**
 * Registers all our kernels for WebGPU, once.
 *
 * @module
 */
import { setOwnOps } from "../own.ts";

let registered = false;

/** Registers the kernels and gradients, over the stock ones where there are any; the device must have been started. */
export function registerKernels(): void {
  if (registered) return;
  registered = true;
  setOwnOps("webgpu", {});
}
