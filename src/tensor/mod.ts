/**
 * The only door to TensorFlow.js: backends, and the operations that models are made of.
 *
 * @module
 */
export {
  type BackendInfo,
  type BackendName,
  type BackendOptions,
  currentBackend,
  describeBackend,
  disposeBackend,
  initBackend,
  type Need,
} from "./backend.ts";
export { compileAhead, type CompileOptions } from "./compile_ahead.ts";
export {
  activate,
  type Activation,
  type AdamNumbers,
  adamStep,
  type AdamUpdate,
  averagePool,
  type AveragePoolOptions,
  batchNorm,
  type BatchNormOptions,
  type BatchNormVariables,
  conv2d,
  convNorm,
  type ConvNormOptions,
  type ConvOptions,
  convTranspose2d,
  type ConvTransposeOptions,
  depthwiseConv2d,
  type DepthwiseConvOptions,
  dropout,
  dropPath,
  globalAveragePool,
  hardSigmoid,
  layerNorm,
  type LayerNormOptions,
  linear,
  maxPool,
  type MaxPoolOptions,
  mbconv,
  type MbconvOptions,
  type MbconvVariables,
  type Padding,
  scaleChannels,
  softmaxCrossEntropy,
} from "./ops.ts";
export type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable, Variable1D, Variable2D, Variable4D } from "./types.ts";
