/**
 * Registers all our kernels for WebGPU, once.
 *
 * @module
 */
import { setOwnOps } from "../own.ts";
import { runAdam } from "./adam.ts";
import { registerBatchNorm, runBatchNorm } from "./batch_norm.ts";
import { registerCast } from "./cast.ts";
import { registerConvolution } from "./convolution.ts";
import { registerCrossEntropy, runSoftmaxCrossEntropy } from "./cross_entropy.ts";
import { registerDepthwise } from "./depthwise.ts";
import { registerElementwise, runActivation } from "./elementwise.ts";
import { registerGroups, runGroupedConv } from "./groups.ts";
import { registerLayerNorm, runLayerNorm } from "./layer_norm.ts";
import { registerMaxPool } from "./max_pool.ts";
import { registerMatrix } from "./matrix.ts";
import { registerPooling, runAveragePixels, runScalePixels } from "./pooling.ts";
import { registerSums } from "./sums.ts";

let registered = false;

/** Registers the kernels and gradients, over the stock ones where there are any; the device must have been started. */
export function registerKernels(): void {
  if (registered) return;
  registered = true;
  registerMatrix();
  registerConvolution();
  registerDepthwise();
  registerGroups();
  registerBatchNorm();
  registerPooling();
  registerMaxPool();
  registerElementwise();
  registerLayerNorm();
  registerSums();
  registerCast();
  registerCrossEntropy();
  setOwnOps("webgpu", {
    padding: true,
    groupedConv: runGroupedConv,
    batchNorm: runBatchNorm,
    activate: runActivation,
    layerNorm: runLayerNorm,
    averagePixels: runAveragePixels,
    scalePixels: runScalePixels,
    softmaxCrossEntropy: runSoftmaxCrossEntropy,
    adam: runAdam,
  });
}
