/**
 * The operations that models, losses and optimizers are made of: one kernel of our own where the backend has it, else
 * composed of plain TensorFlow.js ops. The two agree to 1e-4 of the largest value; sums are taken in another order.
 *
 * @module
 */
export { activate, type Activation, hardSigmoid } from "./ops/activation.ts";
export { type AdamNumbers, adamStep, type AdamUpdate } from "./ops/adam.ts";
export { type Blend, blend } from "./ops/blend.ts";
export { batchNorm, type BatchNormOptions, type BatchNormVariables } from "./ops/batch_norm.ts";
export { convNorm, type ConvNormOptions } from "./ops/conv_norm.ts";
export { convTranspose2d, type ConvTransposeOptions } from "./ops/conv_transpose.ts";
export { conv2d, type ConvOptions, depthwiseConv2d, type DepthwiseConvOptions } from "./ops/convolution.ts";
export { softmaxCrossEntropy } from "./ops/cross_entropy.ts";
export { dropout, dropPath } from "./ops/dropout.ts";
export { layerNorm, type LayerNormOptions } from "./ops/layer_norm.ts";
export { linear } from "./ops/linear.ts";
export { mbconv, type MbconvOptions, type MbconvVariables } from "./ops/mbconv.ts";
export { type MomentumNumbers, momentumStep, type MomentumUpdate } from "./ops/momentum.ts";
export type { Padding } from "./ops/padding.ts";
export {
  averagePool,
  type AveragePoolOptions,
  globalAveragePool,
  maxPool,
  type MaxPoolOptions,
  scaleChannels,
} from "./ops/pool.ts";
