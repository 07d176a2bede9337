/**
 * How good predictions are: confusion counts, accuracy, F1, log loss, the report of all of them,
 * calibration, learning curves, and how sure all that is.
 *
 * @module
 */
export {
  bootstrapScore,
  type BootstrapScores,
  type DifferenceInterval,
  type PairedBootstrap,
  pairedBootstrap,
  type ScoreInterval,
} from "./bootstrap.ts";
export { brierScore } from "./brier.ts";
export { type CalibrationError, calibrationError } from "./calibration.ts";
export {
  type BootstrapCalibration,
  bootstrapCalibration,
  type CalibrationBootstrapOptions,
  type PairedCalibration,
  pairedCalibration,
} from "./calibration_bootstrap.ts";
export { checkLabelled } from "./calibration_check.ts";
export { learningCurve, type LearningCurveOptions, type LearningPoint, type LearningRow } from "./learning_curve.ts";
export { reliability, type ReliabilityOptions, type ReliabilityRow } from "./reliability.ts";
export type { BootstrapOptions, SeedPredictions } from "./person_draws.ts";
export { accuracy, confusionMatrix, type ConfusionOptions } from "./confusion.ts";
export { macroF1 } from "./f1.ts";
export { logLoss, type LogLossOptions } from "./log_loss.ts";
export {
  type ClassificationReport,
  classificationReport,
  type ClassificationReportOptions,
  formatReport,
  type MeanScores,
} from "./report.ts";
export { predictedClasses, score, type ScoreOptions } from "./score.ts";
