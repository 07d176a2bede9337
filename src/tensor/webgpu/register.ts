/**
 * Registers all our kernels for WebGPU, once.
 *
 * @module
 */
import { setOwnOps } from "../own.ts";
import { runAdam } from "./adam.ts";
import { registerBatchNorm, runBatchNorm } from "./batch_norm.ts";
import { registerElementwise, runSilu } from "./elementwise.ts";
import { registerPooling, runAveragePixels, runScalePixels } from "./pooling.ts";

let registered = false;

/** Registers the kernels and gradients, over the stock ones where there are any; the device must have been started. */
export function registerKernels(): void {
  if (registered) return;
  registered = true;
  registerBatchNorm();
  registerPooling();
  registerElementwise();
  setOwnOps("webgpu", {
    batchNorm: runBatchNorm,
    silu: runSilu,
    averagePixels: runAveragePixels,
    scalePixels: runScalePixels,
    adam: runAdam,
  });
}
