/** All kernels: the entry of the build. */
export { gemmBoth, gemmColumns, gemmRows, gemmTransposedColumns, gemmTransposedRows, packBlocks } from "./gemm";
export { packPanels } from "./packing";
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
export { averagePixels, averagePixelsGradient, maxPoolGradient, scalePixels, scalePixelsGradient } from "./pool";
export {
  activatePool, addBias, finishPool, leaveBias, leaveGate, normaliseResidual, scaleImages,
} from "./squeeze";
export { activateElements, activateElementsGradient, adam, add, sumParts } from "./elementwise";
export { LIMIT, MINUS_LOG2_E, ONE, P1, P2, P3, P4, P5, ROUNDER } from "./simd"; // see there why they must stay variables
