/**
 * Optimizers, learning-rate schedules and averages of weights by name; gradient clipping, and the arithmetic of the
 * learning-rate range test.
 *
 * @module
 */
export { adam, type AdamOptions, type AdamWOptions } from "./adam.ts";
export { type Averager, type AveragerMaker } from "./average.ts";
export { AVERAGES, type AverageSpec, ema, type EmaOptions, swa, type SwaOptions } from "./averages.ts";
export { CLIP_SCHEMA, clipGradients, type ClipOptions, type ClippedGradients } from "./clip.ts";
export { cosine, type CosineOptions } from "./cosine.ts";
export { lion, type LionOptions } from "./lion.ts";
export { madgrad, type MadgradOptions } from "./madgrad.ts";
export { oneCycle, type OneCycleOptions } from "./one_cycle.ts";
export type { DecayOptions, Optimizer, OptimizerGroups, OptimizerMaker } from "./optimizer.ts";
export { OPTIMIZERS, type OptimizerSpec } from "./optimizers.ts";
export { plateau, type PlateauOptions } from "./plateau.ts";
export { type RateSuggestion, rateSweep, type RateSweepOptions, suggestRate } from "./rate_finder.ts";
export { rmsprop, type RmspropOptions } from "./rmsprop.ts";
export type { Schedule, ScheduleState } from "./schedule.ts";
export { SCHEDULES, type ScheduleSpec } from "./schedules.ts";
export { sgd, type SgdOptions } from "./sgd.ts";
export {
  constant,
  exponential,
  type ExponentialOptions,
  multiStep,
  type MultiStepOptions,
  stepDecay,
  type StepDecayOptions,
} from "./stepwise.ts";
