/**
 * The schema of a configuration: what is checked, filled in, and told to editors.
 *
 * @module
 */
import { z } from "zod";
import { AUGMENTS, MIXES } from "../augment/mod.ts";
import { specSchema } from "../core/parts.ts";
import { LOSSES, REGRESSION_LOSSES } from "../losses/mod.ts";
import { FINE_TUNES, MODELS } from "../models/mod.ts";
import { AVERAGES, CLIP_SCHEMA, OPTIMIZERS, SCHEDULES } from "../optim/mod.ts";
import { VIEWS } from "../predict/mod.ts";
import { PREPROCESS } from "../preprocess/mod.ts";
import { NEAR_CUTS, SAMPLERS } from "../sampling/mod.ts";
import type { TrainConfig } from "./config.ts";

const side = z.int().min(8);
const sides = z.union([side, z.tuple([side, side])]);

/** The schema of a config: defaults, bounds, and a sentence on each option. */
export const CONFIG_SCHEMA: z.ZodType<TrainConfig & { $schema?: string }> = z.strictObject({
  $schema: z.string().optional().describe("Where an editor finds the JSON Schema; not used."),
  seed: z.int().default(42).describe(
    "Seed of the weights, the order and the augmentation; of the folds too, unless they have their own.",
  ),
  splitSeed: z.int().nullable().default(null).describe(
    "Seed of the folds, so that runs with other seeds share them; null: the seed.",
  ),
  folds: z.int().min(2).default(5).describe("Number of folds, split by person."),
  preprocess: z.array(specSchema(PREPROCESS)).prefault([])
    .describe("Steps that every image goes through once, in this order, before it is packed."),
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
  softTargets: z.strictObject({
    alpha: z.number().min(0).max(1).default(0.5).describe(
      "Share of the soft target in the loss of an image that has a label too; the label has the rest.",
    ),
    temperature: z.number().positive().default(1).describe(
      "What the logits of teacher and student are divided by before their softmax.",
    ),
  }).prefault({}).describe("What soft targets count, where training is given any (Hinton et al., 2015)."),
  augments: z.array(specSchema(AUGMENTS)).prefault([{ name: "horizontalFlip" }])
    .describe("Random changes of each training image, in this order."),
  mixes: z.array(specSchema(MIXES)).prefault([])
    .describe("Ways of mixing the images of a batch, in this order, each with its own chance."),
  views: z.array(specSchema(VIEWS)).min(1).prefault([{ name: "identity" }])
    .describe("Views averaged when the finished model predicts (test-time augmentation)."),
  viewAverage: z.enum(["probabilities", "logits"]).default("probabilities").describe(
    "What is averaged over the views: probabilities, or logits, which is a geometric mean.",
  ),
});

/**
 * The JSON Schema of a configuration, for editors and for help: every option and choice with its default, its bounds and a
 * sentence.
 *
 * @returns The schema, as in `tasks/configs/schema.json`.
 */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(CONFIG_SCHEMA, { io: "input" });
}
