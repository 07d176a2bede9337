/**
 * How good predictions are: confusion counts, accuracy, F1, log loss, the report of all of them, and how
 * sure they are.
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
