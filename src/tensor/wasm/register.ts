/**
 * Registers all our kernels for wasm, once.
 *
 * @module
 */
import { setOwnOps } from "../own.ts";
import { registerBatchNorm, runBatchNorm } from "./batch_norm.ts";
import { registerColumns } from "./columns.ts";
import { runConvNorm } from "./conv_norm.ts";
import { registerConvolution } from "./convolution.ts";
import { registerDepthwise } from "./depthwise.ts";
import { registerElementwise, runActivation } from "./elementwise.ts";
import { registerGroups, runGroupedConv } from "./groups.ts";
import { registerLayerNorm, runLayerNorm } from "./layer_norm.ts";
import { registerMatrix } from "./matrix.ts";
import { runMbconv } from "./mbconv.ts";
import { registerPooling, runAveragePixels, runScalePixels } from "./pooling.ts";
import { registerSegmentSum } from "./segment_sum.ts";
import { runAdam, runBlend, runMomentum } from "./steps.ts";

let registered = false;

/** Registers the kernels and gradients, over the stock ones where there are any; the engine must have been started. */
export function registerKernels(): void {
  if (registered) return;
  registered = true;
  registerMatrix();
  registerConvolution();
  registerDepthwise();
  registerGroups();
  registerBatchNorm();
  registerPooling();
  registerElementwise();
  registerLayerNorm();
  registerColumns();
  registerSegmentSum();
  setOwnOps("wasm", {
    padding: true,
    groupedConv: runGroupedConv,
    batchNorm: runBatchNorm,
    activate: runActivation,
    layerNorm: runLayerNorm,
    averagePixels: runAveragePixels,
    scalePixels: runScalePixels,
    convNorm: runConvNorm,
    mbconv: runMbconv,
    adam: runAdam,
    momentum: runMomentum,
    blend: runBlend,
  });
}
