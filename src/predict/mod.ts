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
export type { GreedyOptions } from "./greedy.ts";
export { type Mean, MEANS, type MeanSpec, type PowerOptions, type VoteOptions } from "./means.ts";
export type { SimplexOptions } from "./simplex.ts";
export type { Stack, StackingOptions } from "./stacking.ts";
export { predict, type PredictOptions } from "./predict.ts";
export {
  addPseudoLabels,
  type AddPseudoLabelsOptions,
  type PseudoLabel,
  type PseudoLabelOptions,
  pseudoLabels,
} from "./pseudo_labels.ts";
export { decide, type SubmissionOptions, writeSubmission } from "./submission.ts";
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
