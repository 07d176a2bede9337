/**
 * Training: configuration, one fold, cross-validation, and runs on disk.
 *
 * @module
 */
export { configJsonSchema, type Monitor, resolveConfig, type TrainConfig, type TrainConfigInput } from "./config.ts";
export { crossValidate, type CrossValidateOptions, type CrossValidation, summaryLine } from "./cross_validate.ts";
export { epochLine, type TrainingDisplay, trainingDisplay, weightsLine } from "./display.ts";
export type { BatchSource } from "./batches.ts";
export { fit, type FitOptions, type FitParts, type StepScores, type StepState } from "./fit.ts";
export { memoryLine, type StepMemory } from "./memory.ts";
export { readPreset } from "./preset.ts";
export { listRuns, loadModel, openRun, openRuns, type Run, type RunEntry } from "./run.ts";
export { bestEpoch } from "./best_epoch.ts";
export { train, type TrainOptions } from "./train.ts";
