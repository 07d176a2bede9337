/**
 * From a model to a decision: predictions, views, joining, ensembles and the submission.
 *
 * @module
 */
export { alignPredictions, ensemble, type EnsembleOptions, joinFolds } from "./ensemble.ts";
export { predict, type PredictOptions } from "./predict.ts";
export { decide, type SubmissionOptions, writeSubmission } from "./submission.ts";
export { type View, VIEWS, type ViewSpec } from "./views.ts";
