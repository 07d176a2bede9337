/**
 * The configuration of a training run: a flat record with one spec per part.
 *
 * @module
 */
import type { AugmentSpec, MixSpec } from "../augment/mod.ts";
import type { EpochRow } from "../core/records.ts";
import type { LossSpec, RegressionLossSpec } from "../losses/mod.ts";
import type { FineTuneSpec, ModelSpec } from "../models/mod.ts";
import type { AverageSpec, ClipOptions, OptimizerSpec, ScheduleSpec } from "../optim/mod.ts";
import type { ViewSpec } from "../predict/mod.ts";
import type { PreprocessSpec } from "../preprocess/mod.ts";
import type { NearCutsSpec, SamplerSpec } from "../sampling/mod.ts";
import type { SoftTargetOptions } from "./soft_targets.ts";

/** What decides which epoch is best: higher is better, but for the loss. */
export type Monitor = "macroF1" | "accuracy" | "loss";

/** What is monitored of an epoch, turned so that higher is better. */
export function monitored(row: EpochRow, monitor: Monitor): number {
  return { macroF1: row.validMacroF1, accuracy: row.validAccuracy, loss: -row.validLoss }[monitor];
}

/** A full configuration: one flat record, with a spec for each part. */
export interface TrainConfig {
  /** Seed of the weights, the order and the augmentation; of the folds too, unless they have their own. */
  readonly seed: number;
  /** Seed of the folds, so that runs with other seeds share them; null: the seed. */
  readonly splitSeed: number | null;
  /** Number of folds, split by person. */
  readonly folds: number;
  /** Steps that every image goes through once, before it is packed. */
  readonly preprocess: readonly PreprocessSpec[];
  /** Pixels of the shorter side after resizing, or height and width. */
  readonly resize: number | readonly [height: number, width: number];
  /** Side of the centre crop in pixels, or height and width: the network's input. */
  readonly crop: number | readonly [height: number, width: number];
  /** How images are resized: as those were that the starting weights were trained with. */
  readonly interpolation: "bilinear" | "bicubic";
  /** Images in a training step. */
  readonly batchSize: number;
  /**
   * Micro-batches into which a step's images are divided where memory is short; their gradients are summed, and batch
   * norms see one micro-batch at a time. `"auto"`: as few as have room.
   */
  readonly accumulate: number | "auto";
  /** Workers that make batches ready beside training; 0: batches are made between steps. */
  readonly workers: number;
  /** Passes over the training data, at most. */
  readonly epochs: number;
  /** Base learning rate. */
  readonly lr: number;
  /** What decides which epoch is best: a score on the validation images. */
  readonly monitor: Monitor;
  /** Epochs without a better one after which training stops; 0: never. */
  readonly patience: number;
  /** By how much an epoch must be better to count. */
  readonly minDelta: number;
  /** Steps between validations within an epoch, beside those after each; 0: none. */
  readonly validateEvery: number;
  /** Batches of an epoch, at most, to find faults quickly; 0: all. */
  readonly limitBatches: number;
  /** Whether every step shows the epoch's first batch, which a sound network learns by heart. */
  readonly overfitOneBatch: boolean;
  /** The network. */
  readonly model: ModelSpec;
  /** Which of its parameters learn, and how fast. */
  readonly fineTune: FineTuneSpec;
  /** What training lowers. */
  readonly loss: LossSpec;
  /** What training lowers of the number beside the class, with the `multiTask` head. */
  readonly valueLoss: RegressionLossSpec;
  /** How gradients change the weights. */
  readonly optimizer: OptimizerSpec;
  /** How the learning rate goes on. */
  readonly schedule: ScheduleSpec;
  /** How gradients are bounded. */
  readonly clip: ClipOptions;
  /** Which average of the weights is validated, kept and predicts; the trained ones by default. */
  readonly average: AverageSpec;
  /** Which images an epoch shows. */
  readonly sampler: SamplerSpec;
  /** What training makes of samples whose number, such as an age, lies near a cut between two levels. */
  readonly nearCuts: NearCutsSpec;
  /** What soft targets count, where training is given any, and how soft they are. */
  readonly softTargets: SoftTargetOptions;
  /** Random changes of each training image, in this order. */
  readonly augments: readonly AugmentSpec[];
  /** Ways of mixing the images of a batch, in this order, each with its own chance. */
  readonly mixes: readonly MixSpec[];
  /** Views averaged when the finished model predicts (test-time augmentation). */
  readonly views: readonly ViewSpec[];
  /** What is averaged over them: probabilities, or logits, which is a geometric mean. */
  readonly viewAverage: "probabilities" | "logits";
}

/** What a caller writes: any of the options; a part may be given by its name alone. */
export type TrainConfigInput = { readonly [K in keyof TrainConfig]?: TrainConfig[K] | string };

/** Height and width of an option that is one side or both. */
export function pair(sides: number | readonly [number, number]): readonly [height: number, width: number] {
  return typeof sides === "number" ? [sides, sides] : sides;
}
