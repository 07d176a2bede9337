/**
 * Optimizers and learning-rate schedules by name.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { adam, type AdamOptions } from "./adam.ts";
import type { OptimizerMaker } from "./optimizer.ts";
import {
  constant,
  cosine,
  type CosineOptions,
  exponential,
  type ExponentialOptions,
  type Schedule,
} from "./schedules.ts";
import { sgd, type SgdOptions } from "./sgd.ts";

export { adam, type AdamOptions } from "./adam.ts";
export type { Optimizer, OptimizerGroups, OptimizerMaker } from "./optimizer.ts";
export { sgd, type SgdOptions } from "./sgd.ts";
export {
  constant,
  cosine,
  type CosineOptions,
  exponential,
  type ExponentialOptions,
  type Schedule,
  type ScheduleState,
} from "./schedules.ts";

/** Every optimizer, by the name used in configs. */
export const OPTIMIZERS: {
  readonly adam: Part<AdamOptions, OptimizerMaker>;
  readonly sgd: Part<SgdOptions, OptimizerMaker>;
} = {
  adam: part(
    z.strictObject({
      beta1: z.number().min(0).lt(1).default(0.9).describe("Decay of the mean of the gradients."),
      beta2: z.number().min(0).lt(1).default(0.999).describe("Decay of the mean of the squared gradients."),
      epsilon: z.number().positive().default(1e-8).describe("Added to the root of the mean square."),
      weightDecay: z.number().min(0).default(0)
        .describe("Decoupled decay of the weights of convolutions and linear layers; above 0 this is AdamW."),
    }),
    adam,
  ),
  sgd: part(
    z.strictObject({
      momentum: z.number().min(0).lt(1).default(0.9).describe("Share of the last step's direction that is kept."),
      nesterov: z.boolean().default(true).describe(
        "Whether the gradient is taken as if that had been followed already.",
      ),
      weightDecay: z.number().min(0).default(0)
        .describe("Decay of the weights of convolutions and linear layers, added to their gradients."),
    }),
    sgd,
  ),
};

/** An optimizer's name and options. */
export type OptimizerSpec = SpecOf<typeof OPTIMIZERS>;

/** Every learning-rate schedule, by the name used in configs. */
export const SCHEDULES: {
  readonly constant: Part<Record<never, never>, Schedule>;
  readonly exponential: Part<ExponentialOptions, Schedule>;
  readonly cosine: Part<CosineOptions, Schedule>;
} = {
  constant: part(z.strictObject({}), constant),
  exponential: part(
    z.strictObject({ gamma: z.number().positive().max(1).default(0.995).describe("Factor after each epoch.") }),
    exponential,
  ),
  cosine: part(
    z.strictObject({
      warmup: z.number().min(0).default(0).describe("Epochs over which the rate rises from 0."),
      floor: z.number().min(0).max(1).default(0).describe("Share of the base rate at the end."),
    }),
    cosine,
  ),
};

/** A schedule's name and options. */
export type ScheduleSpec = SpecOf<typeof SCHEDULES>;
