/**
 * From a model to a decision: predictions, views, joining, ensembles and the submission.
 *
 * @module
 */
export { alignPredictions, joinFolds } from "./align.ts";
export { ensemble, type EnsembleOptions } from "./ensemble.ts";
export {
  applyEnsemble,
  type EnsembleFit,
  type EnsembleFitSpec,
  ENSEMBLES,
  fitEnsemble,
  type FitEnsembleOptions,
  type Fitted,
  type FittedEnsemble,
  type SeededGreedyOptions,
} from "./fit_ensemble.ts";
export type { Aligned, AlignedMember } from "./align.ts";
export { attributeMarginals, combineAttributes } from "./attributes.ts";
export type { FitData, Objective } from "./fit_data.ts";
export { gradCam, type GradCamOptions, type HeatMaps } from "./grad_cam.ts";
export { overlayHeat, type OverlayHeatOptions } from "./overlay_heat.ts";
export type { GreedyOptions } from "./greedy.ts";
export { type Mean, MEANS, type MeanSpec, type PowerOptions, type VoteOptions } from "./means.ts";
export type { SimplexOptions } from "./simplex.ts";
export type { Stack, StackingOptions } from "./stacking.ts";
export { predict, type PredictOptions } from "./predict.ts";
export {
  addPseudoLabels,
  type AddPseudoLabelsOptions,
  isPseudoLabelled,
  type PseudoLabel,
  type PseudoLabelled,
  type PseudoLabelOptions,
  pseudoLabels,
} from "./pseudo_labels.ts";
export { applyCalibration, calibrate } from "./calibrate.ts";
export {
  applyChain,
  type CalibrationPart,
  type Chain,
  type ChainPart,
  type EnsembleChoice,
  type EnsemblePart,
  type OffsetsPart,
  type ViewsPart,
} from "./chain.ts";
export { type ChainRows, chainRows, distinctMembers, type Truth } from "./chain_rows.ts";
export { type ChainChoice, type ChainStep, chainSteps, type ChainStepsOptions, type ViewSet } from "./chain_steps.ts";
export {
  type ChoiceResult,
  type Climb,
  climb,
  type ClimbOptions,
  type Comparison,
  type NestedChain,
  nestedChain,
  type NestedChainOptions,
  type StepResult,
} from "./climb.ts";
export {
  type ChoiceReport,
  type Ladder,
  ladder,
  type LadderOptions,
  type LadderRow,
  type StageDifference,
  type StageReport,
} from "./ladder.ts";
export { ladderOn, type RowScore } from "./ladder_on.ts";
export type {
  Calibration,
  Calibrator,
  IsotonicCalibration,
  IsotonicCurve,
  TemperatureCalibration,
  Unlabelled,
  VectorCalibration,
} from "./calibration.ts";
export { CALIBRATIONS, type CalibrationSpec } from "./calibrations.ts";
export { type Answer, type Fit, type NestedGain, nestedGain, type NestedGainOptions, type Rule } from "./nested.ts";
export { type Members, withoutLabels } from "./nested_rows.ts";
export { type ClassOffsets, fitOffsets, type FitOffsetsOptions, type HalvesOptions } from "./offsets.ts";
export { decide, type DecideOptions, type SubmissionOptions, writeSubmission } from "./submission.ts";
export type { VectorScalingOptions } from "./vector_scaling.ts";
export {
  type BrightnessOptions,
  buildViews,
  type CropsOptions,
  type NamedView,
  type ScaleOptions,
  type TurnOptions,
  type View,
  VIEWS,
  type ViewSpec,
  type WeightOptions,
} from "./views.ts";
export { chooseViews, type ChooseViewsOptions, type ViewChoiceRow } from "./views_choice.ts";
