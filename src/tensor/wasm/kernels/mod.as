/** All kernels: the entry of the build. */
export { gemmBoth, gemmColumns, gemmRows, gemmTransposedColumns, gemmTransposedRows, packBlocks } from "./gemm";
export { packPanels } from "./packing";
export { copyColumns, sumRows } from "./columns";
export {
  convolve, convolveScattered, convolveTransposedColumns, convolveTransposedRows, gatherRows, packTaps,
} from "./convolution";
export { correlateGroups, sumGroups } from "./group_gradient";
export { convolveGroups, packGroups } from "./groups";
export { depthwise, depthwiseFilter, depthwiseInput, sumFilters } from "./depthwise";
export { depthwiseBlock } from "./depthwise_block";
export { prepareFilter } from "./rows";
export {
  batchStatistics, finishStatistics, finishSums, inverseDeviation, multiplyChannels, normaliseInput, normaliseRows,
  normaliseSums,
} from "./batch_norm";
export { layerNorm, layerNormGradient } from "./layer_norm";
export {
  averagePixels, averagePixelsGradient, averagePoolGradient, maxPoolGradient, scalePixels, scalePixelsGradient,
} from "./pool";
export {
  activatePool, addBias, finishPool, leaveBias, leaveGate, normaliseResidual, scaleImages,
} from "./squeeze";
export { activateElements, activateElementsGradient, add, sumParts } from "./elementwise";
export { adam, blend, momentum } from "./steps";
export {
  D1, D2, D3, D4, D5, LIMIT, MINUS_LOG2_E, N1, N2, N3, N4, ONE, P1, P2, P3, P4, P5, ROUNDER,
} from "./simd"; // see there why they must stay variables
