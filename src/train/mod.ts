/**
 * Training: configuration, one fold, cross-validation, comparison of choices, and runs on disk.
 *
 * @module
 */
export { ablate, type AblateOptions, type Ablation, type AblationRow, type SeedScores } from "./ablate.ts";
export { ablationLine, ablationTable } from "./ablation_table.ts";
export type { Monitor, TrainConfig, TrainConfigInput } from "./config.ts";
export { configJsonSchema } from "./config_schema.ts";
export { resolveConfig } from "./resolve_config.ts";
export { crossValidate, type CrossValidateOptions, type CrossValidation, summaryLine } from "./cross_validate.ts";
export {
  type DataArm,
  type DataArmText,
  parseDataAxis,
  readDataArms,
  SOURCE_FILE,
  type SyntheticSource,
} from "./data_axis.ts";
export { distil, type Distillation, type DistilOptions } from "./distil.ts";
export { epochLine, type TrainingDisplay, trainingDisplay, weightsLine } from "./display.ts";
export type { BatchSource } from "./batches.ts";
export { findRate, type FindRateOptions } from "./find_rate.ts";
export { applyFinish, type FinishAnswer } from "./apply_finish.ts";
export { type Finish, finish, type FinishOptions, VIEW_POOL } from "./finish.ts";
export { finishLine, type FinishRecord, LADDER_NOTES, ladderText } from "./finish_files.ts";
export type { Member, MemberWork } from "./finish_members.ts";
export { fit, type FitOptions, type FitParts, type StepScores, type StepState } from "./fit.ts";
export type { GuessOptions } from "./guessed.ts";
export { measureModels, type MeasureModelsOptions, type ModelCost } from "./model_cost.ts";
export { memoryLine, type StepMemory } from "./memory.ts";
export { packDataset, type PackDatasetOptions } from "./pack_dataset.ts";
export { readPreset } from "./preset.ts";
export { type Preview, preview, type PreviewOptions, previewSheet, type PreviewSheetOptions } from "./preview.ts";
export type { SoftRows, SoftTargetOptions } from "./soft_targets.ts";
export { planRefit, refit, type RefitPlan, type RefitRunOptions } from "./refit.ts";
export { type RefitEpochs, refitEpochs, type RefitOptions } from "./refit_epochs.ts";
export { loadModel, openRun, openRuns, type Run } from "./run.ts";
export {
  listRuns,
  type ListRunsOptions,
  rankRuns,
  RUN_ORDERS,
  type RunOrder,
  runsTable,
  type RunsTableOptions,
} from "./list_runs.ts";
export { compareRuns, type CompareRunsOptions, type RunComparison, type RunPair } from "./compare_runs.ts";
export { comparisonLine, comparisonReport, comparisonTables } from "./compare_report.ts";
export type { Difference } from "./differences.ts";
export type { PairedScores, ScoreDifference } from "./pair_scores.ts";
export type { RunEntry } from "./run_contents.ts";
export type { RunKind } from "./run_folders.ts";
export type { RunScore, RunScores } from "./run_scores.ts";
export { bestEpoch } from "./best_epoch.ts";
export type { StartOptions } from "./start_model.ts";
export { train, type TrainOptions } from "./train.ts";
export { checkRanges, type OptionRange, type OptionRanges } from "./ranges.ts";
export type { HalvingOptions } from "./halving.ts";
export type { TrackRunOptions } from "./track_run.ts";
export { type Sweep, sweep, type SweepOptions, type SweepRow, sweepTable } from "./sweep.ts";
export { type OptionValues, parseVary, splitValues, type VaryOptions } from "./vary.ts";
export { parseViews } from "./parse_views.ts";
