/**
 * The configuration of a GAN's training: a flat record with one spec per part, as a classifier's.
 *
 * @module
 */
import { z } from "zod";
import type { AugmentSpec } from "../augment/mod.ts";
import { specSchema } from "../core/parts.ts";
import {
  AVERAGES,
  type AverageSpec,
  OPTIMIZERS,
  type OptimizerSpec,
  SCHEDULES,
  type ScheduleSpec,
} from "../optim/mod.ts";
import { SAMPLERS, type SamplerSpec } from "../sampling/mod.ts";
import type { TrainConfig } from "../train/mod.ts";
import { CONFIG_SCHEMA } from "../train/config_schema.ts";
import { resolveLayers } from "../train/resolve_config.ts";
import { ADVERSARIAL, type AdversarialSpec } from "./adversarial.ts";
import { DIFF_AUGMENTS, type DiffAugmentSpec } from "./diff_augment.ts";
import { DISCRIMINATORS, type DiscriminatorSpec } from "./discriminator.ts";
import { GENERATORS, type GeneratorSpec } from "./generator.ts";
import { PENALTIES, type PenaltySpec } from "./penalties.ts";
import { type GanWatchOptions, WATCH_SCHEMA } from "./watch.ts";

/** Options that mean what they mean to a classifier's training. */
const SHARED = [
  "seed",
  "folds",
  "preprocess",
  "resize",
  "crop",
  "interpolation",
  "workers",
  "limitBatches",
  "augments",
] as const satisfies readonly (keyof GanConfig & keyof TrainConfig)[];

/** A full configuration. */
export interface GanConfig extends
  Pick<
    TrainConfig,
    "seed" | "folds" | "preprocess" | "resize" | "crop" | "interpolation" | "workers" | "limitBatches"
  > {
  /** Real images in a step, and as many generated ones. */
  readonly batchSize: number;
  /** Passes over the training data. */
  readonly epochs: number;
  /** The generator's base learning rate. */
  readonly lr: number;
  /** Factor on it for the discriminator. */
  readonly discriminatorRate: number;
  /** Makes images. */
  readonly generator: GeneratorSpec;
  /** Tells them from real ones. */
  readonly discriminator: DiscriminatorSpec;
  /** What both lower. */
  readonly loss: AdversarialSpec;
  /** On the discriminator's slope. */
  readonly penalty: PenaltySpec;
  /** How gradients change the weights of both. */
  readonly optimizer: OptimizerSpec;
  /** How the learning rates go on. */
  readonly schedule: ScheduleSpec;
  /** Which average of the generator's weights makes the samples and is kept. */
  readonly average: AverageSpec;
  /** Which images an epoch shows; the generated ones are of their classes. */
  readonly sampler: SamplerSpec;
  /** Random changes of each real image. */
  readonly augments: readonly AugmentSpec[];
  /** Random changes through which the discriminator sees real and generated images. */
  readonly diffAugments: readonly DiffAugmentSpec[];
  /** When training is stopped as it goes wrong. */
  readonly watch: GanWatchOptions;
}

/** What a caller writes: any of the options; a part may be given by its name alone. */
export type GanConfigInput = { readonly [K in keyof GanConfig]?: GanConfig[K] | string };

const classifier = (CONFIG_SCHEMA as unknown as z.ZodObject).shape;
const shared = Object.fromEntries(SHARED.map((name) => [name, classifier[name]!]));

/** The schema of a config: defaults, bounds, and a sentence on each option. */
const GAN_SCHEMA: z.ZodType<GanConfig & { $schema?: string }> = z.strictObject({
  $schema: classifier.$schema!,
  ...shared,
  batchSize: z.int().min(2).default(32).describe("Real images in a training step, and as many generated ones."),
  epochs: z.int().min(1).default(60).describe("Passes over the training data."),
  lr: z.number().positive().default(2e-4).describe("Base learning rate of the generator."),
  discriminatorRate: z.number().positive().default(1).describe("Factor on the learning rate for the discriminator."),
  generator: specSchema(GENERATORS).prefault({ name: "dcgan" }).describe("The network that makes images."),
  discriminator: specSchema(DISCRIMINATORS).prefault({ name: "dcgan" }).describe(
    "The network that tells them from real ones.",
  ),
  loss: specSchema(ADVERSARIAL).prefault({ name: "nonSaturating" }).describe("What both networks lower."),
  penalty: specSchema(PENALTIES).prefault({ name: "none" }).describe("A penalty on the discriminator's slope."),
  optimizer: specSchema(OPTIMIZERS).prefault({ name: "adam", beta1: 0.5 }).describe(
    "How gradients change the weights of both networks.",
  ),
  schedule: specSchema(SCHEDULES).prefault({ name: "constant" }).describe("How the learning rates go on."),
  average: specSchema(AVERAGES).prefault({ name: "none" }).describe(
    "Which average of the generator's weights makes the samples and is kept.",
  ),
  sampler: specSchema(SAMPLERS).prefault({ name: "weighted", power: 1 }).describe(
    "Which images an epoch shows; the generated ones are of their classes.",
  ),
  diffAugments: z.array(specSchema(DIFF_AUGMENTS)).prefault([])
    .describe("Random changes through which the discriminator sees real and generated images, in this order."),
  watch: WATCH_SCHEMA.prefault({}).describe("When training is stopped as it goes wrong."),
}) as unknown as z.ZodType<GanConfig & { $schema?: string }>;

const PARTS = ["generator", "discriminator", "loss", "penalty", "optimizer", "schedule", "average", "sampler"];

/**
 * Makes a configuration of layers, each overriding those before it: defaults < preset < flags, as `resolveConfig` does.
 *
 * @example
 * ```ts
 * import { resolveGanConfig } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const config = resolveGanConfig({ loss: "hinge", discriminator: { norm: "spectral" } }, { epochs: 2 });
 * assertEquals([config.loss.name, config.epochs, config.lr], ["hinge", 2, 2e-4]);
 * ```
 *
 * @param layers Partial configurations.
 * @returns The full configuration.
 * @throws {TypeError} If an option is unknown, of the wrong kind or out of bounds; all faults are listed.
 */
export function resolveGanConfig(
  ...layers: readonly (GanConfigInput | Readonly<Record<string, unknown>>)[]
): GanConfig {
  const lists = ["preprocess", "augments", "diffAugments"];
  const { $schema: _, ...config } = resolveLayers(layers, GAN_SCHEMA, { parts: PARTS, lists });
  return config;
}

/**
 * The JSON Schema of a configuration, for editors and for help: every option and choice with its default, its bounds and a
 * sentence.
 */
export function ganConfigJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(GAN_SCHEMA, { io: "input" });
}
