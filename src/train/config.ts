/**
 * The configuration of a training run: a flat record with one spec per part, checked as a whole.
 *
 * @module
 */
import { z } from "zod";
import { AUGMENTS, type AugmentSpec, MIXES, type MixSpec } from "../augment/mod.ts";
import { faultText, specSchema } from "../core/parts.ts";
import type { EpochRow } from "../core/records.ts";
import { LOSSES, type LossSpec, REGRESSION_LOSSES, type RegressionLossSpec } from "../losses/mod.ts";
import { FINE_TUNES, type FineTuneSpec, MODELS, type ModelSpec } from "../models/mod.ts";
import {
  AVERAGES,
  type AverageSpec,
  CLIP_SCHEMA,
  type ClipOptions,
  OPTIMIZERS,
  type OptimizerSpec,
  SCHEDULES,
  type ScheduleSpec,
} from "../optim/mod.ts";
import { VIEWS, type ViewSpec } from "../predict/mod.ts";
import { NEAR_CUTS, type NearCutsSpec, SAMPLERS, type SamplerSpec } from "../sampling/mod.ts";

/** What decides which epoch is best: higher is better, but for the loss. */
export type Monitor = "macroF1" | "accuracy" | "loss";

/** What is monitored of an epoch, turned so that higher is better. */
export function monitored(row: EpochRow, monitor: Monitor): number {
  return { macroF1: row.validMacroF1, accuracy: row.validAccuracy, loss: -row.validLoss }[monitor];
}

/** A full configuration: one flat record, with a spec for each part. */
export interface TrainConfig {
  /** Seed of the folds, the weights, the order and the augmentation. */
  readonly seed: number;
  /** Number of folds, split by person. */
  readonly folds: number;
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
  /** Random changes of each training image, in this order. */
  readonly augments: readonly AugmentSpec[];
  /** Ways of mixing the images of a batch, in this order, each with its own chance. */
  readonly mixes: readonly MixSpec[];
  /** Views averaged when the finished model predicts (test-time augmentation). */
  readonly views: readonly ViewSpec[];
}

/** What a caller writes: any of the options; a part may be given by its name alone. */
export type TrainConfigInput = { readonly [K in keyof TrainConfig]?: TrainConfig[K] | string };

const side = z.int().min(8);
const sides = z.union([side, z.tuple([side, side])]);

/** The schema of a config: defaults, bounds, and a sentence on each option. */
const SCHEMA: z.ZodType<TrainConfig & { $schema?: string }> = z.strictObject({
  $schema: z.string().optional().describe("Where an editor finds the JSON Schema; not used."),
  seed: z.int().default(42).describe("Seed of the folds, the weights, the order and the augmentation."),
  folds: z.int().min(2).default(5).describe("Number of folds, split by person."),
  resize: sides.default(64).describe("Pixels of the shorter side after resizing, or [height, width]."),
  crop: sides.default(64).describe("Side of the centre crop in pixels, or [height, width]: the network's input."),
  interpolation: z.enum(["bilinear", "bicubic"]).default("bilinear").describe(
    "How images are resized: as those were that the starting weights were trained with.",
  ),
  batchSize: z.int().min(2).default(32).describe("Images in a training step."),
  accumulate: z.union([z.int().min(1), z.literal("auto")]).default(1).describe(
    "Micro-batches into which a step's images are divided where memory is short, their gradients summed and batch " +
      'norms seeing one at a time; "auto": as few as have room.',
  ),
  workers: z.int().min(0).max(16).default(1).describe(
    "Workers that make batches ready beside training; 0: batches are made between steps.",
  ),
  epochs: z.int().min(1).default(15).describe("Passes over the training data, at most."),
  lr: z.number().positive().default(1e-4).describe("Base learning rate."),
  monitor: z.enum(["macroF1", "accuracy", "loss"]).default("macroF1").describe(
    "What decides which epoch is best: a score on the validation images.",
  ),
  patience: z.int().min(0).default(0).describe("Epochs without a better one after which training stops; 0: never."),
  minDelta: z.number().min(0).default(0).describe("By how much an epoch must be better to count."),
  validateEvery: z.int().min(0).default(0).describe(
    "Steps between validations within an epoch, beside those after each; 0: none.",
  ),
  limitBatches: z.int().min(0).default(0).describe("Batches of an epoch, at most, to find faults quickly; 0: all."),
  overfitOneBatch: z.boolean().default(false).describe(
    "Whether every step shows the epoch's first batch, which a sound network learns by heart.",
  ),
  model: specSchema(MODELS).prefault({ name: "efficientnet_b0" }).describe("The network."),
  fineTune: specSchema(FINE_TUNES).prefault({ name: "all" }).describe(
    "Which of the network's parameters learn, and how fast.",
  ),
  loss: specSchema(LOSSES).prefault({ name: "crossEntropy" }).describe("What training lowers."),
  valueLoss: specSchema(REGRESSION_LOSSES).prefault({ name: "mse" }).describe(
    "What training lowers of the number beside the class, with the multiTask head.",
  ),
  optimizer: specSchema(OPTIMIZERS).prefault({ name: "adam" }).describe("How gradients change the weights."),
  schedule: specSchema(SCHEDULES).prefault({ name: "exponential" }).describe("How the learning rate goes on."),
  clip: CLIP_SCHEMA.prefault({}).describe("How gradients are bounded."),
  average: specSchema(AVERAGES).prefault({ name: "none" }).describe(
    "Which average of the weights is validated, kept and predicts.",
  ),
  sampler: specSchema(SAMPLERS).prefault({ name: "shuffle" }).describe("Which images an epoch shows."),
  nearCuts: specSchema(NEAR_CUTS).prefault({ name: "keep" }).describe(
    "What training makes of samples whose number, such as an age, lies near a cut between two levels.",
  ),
  augments: z.array(specSchema(AUGMENTS)).prefault([{ name: "horizontalFlip" }])
    .describe("Random changes of each training image, in this order."),
  mixes: z.array(specSchema(MIXES)).prefault([])
    .describe("Ways of mixing the images of a batch, in this order, each with its own chance."),
  views: z.array(specSchema(VIEWS)).min(1).prefault([{ name: "identity" }])
    .describe("Views averaged when the finished model predicts (test-time augmentation)."),
});

const PARTS = [
  "model",
  "fineTune",
  "loss",
  "valueLoss",
  "optimizer",
  "schedule",
  "average",
  "sampler",
  "nearCuts",
] as const;

/**
 * Makes a configuration of layers, each overriding those before it: defaults < preset < flags. A part given by the same
 * name as before keeps the options that the later layer does not mention; another name starts from its own defaults.
 *
 * @example
 * ```ts
 * import { resolveConfig } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const config = resolveConfig({ epochs: 30, model: { name: "efficientnet_b3", dropPath: 0.1 } }, { epochs: 2 });
 * assertEquals([config.epochs, config.model.dropPath, config.loss.name], [2, 0.1, "crossEntropy"]);
 * ```
 *
 * @param layers Partial configurations.
 * @returns The full configuration.
 * @throws {TypeError} If an option is unknown, of the wrong kind or out of bounds; all faults are listed.
 */
export function resolveConfig(
  ...layers: readonly (TrainConfigInput | Readonly<Record<string, unknown>>)[]
): TrainConfig {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      const before = merged[key];
      const after = asPart(key, value, before);
      const same = isRecord(before) && isRecord(after) && (after.name === undefined || after.name === before.name);
      merged[key] = same ? { ...before, ...after } : after;
    }
  }
  const result = SCHEMA.safeParse(merged);
  if (!result.success) {
    throw new TypeError(`Cannot read the configuration as ${result.error.issues.map(faultText).join("; ")}`);
  }
  const { $schema: _, ...config } = result.data;
  const [height, width] = pair(config.resize), [cropHeight, cropWidth] = pair(config.crop);
  if (Array.isArray(config.resize) && (cropHeight > height || cropWidth > width)) {
    throw new TypeError(
      `Cannot read the configuration as crop ${cropHeight} x ${cropWidth} must fit in resize ${height} x ${width}`,
    );
  }
  if (config.accumulate !== "auto" && config.accumulate > 1 && config.batchSize / config.accumulate < 2) {
    throw new TypeError(
      `Cannot read the configuration as accumulate must leave two images in a micro-batch: current values are ` +
        `accumulate ${config.accumulate}, batchSize ${config.batchSize}`,
    );
  }
  return config;
}

/** A part's options as a record: a text is its name, and options without a name are those of the default part. */
function asPart(key: string, value: unknown, before: unknown): unknown {
  if (!(PARTS as readonly string[]).includes(key)) return value;
  if (typeof value === "string") return { name: value };
  if (!isRecord(value) || value.name !== undefined || before !== undefined) return value;
  return { name: SCHEMA.parse({})[key as typeof PARTS[number]].name, ...value };
}

/**
 * The JSON Schema of a configuration, for editors and for help: every option and choice with its default, its bounds and a
 * sentence.
 *
 * @returns The schema, as in `tasks/configs/schema.json`.
 */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(SCHEMA, { io: "input" });
}

/** Height and width of an option that is one side or both. */
export function pair(sides: number | readonly [number, number]): readonly [height: number, width: number] {
  return typeof sides === "number" ? [sides, sides] : sides;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
