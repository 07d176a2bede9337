/**
 * Losses: each gives one value per example; averaging is the caller's.
 *
 * @module
 */
export { asymmetric, type AsymmetricOptions } from "./asymmetric.ts";
export {
  type ClassWeighting,
  type ClassWeightOptions,
  type ClassWeightRule,
  type ClassWeightRuleOptions,
  classWeights,
} from "./class_weights.ts";
export {
  crossEntropy,
  type CrossEntropyOptions,
  weightedCrossEntropy,
  type WeightedCrossEntropyOptions,
} from "./cross_entropy.ts";
export { focal, type FocalOptions } from "./focal.ts";
export { ldam, type LdamOptions } from "./ldam.ts";
export type { Loss, LossContext } from "./loss.ts";
export { LOSSES, type LossSpec, SINGLE_LOSSES, type SingleLossSpec, type SumOptions } from "./losses.ts";
export { macroF1, type MacroF1Options } from "./macro_f1.ts";
export {
  huber,
  type HuberOptions,
  mse,
  REGRESSION_LOSSES,
  type RegressionLoss,
  type RegressionLossSpec,
} from "./regression.ts";
export { sum, type Summand } from "./sum.ts";
