/**
 * The learning-rate schedules by name.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { cosine, type CosineOptions } from "./cosine.ts";
import { oneCycle, type OneCycleOptions } from "./one_cycle.ts";
import { plateau, type PlateauOptions } from "./plateau.ts";
import type { Schedule } from "./schedule.ts";
import {
  constant,
  exponential,
  type ExponentialOptions,
  multiStep,
  type MultiStepOptions,
  stepDecay,
  type StepDecayOptions,
} from "./stepwise.ts";

const factor = (value: number) => z.number().positive().max(1).default(value);
const share = (value: number) => z.number().min(0).max(1).default(value);

/**
 * Every learning-rate schedule, by the name used in configs.
 *
 * @example
 * ```ts
 * import { build, SCHEDULES } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = build("schedule", SCHEDULES, { name: "plateau", patience: 0, factor: 0.5 });
 * const after = (history: number[]) => schedule({ step: 10 * history.length, stepsPerEpoch: 10, epochs: 9, history });
 * assertEquals([after([0.6]), after([0.6, 0.5]), after([0.6, 0.5, 0.7])], [1, 0.5, 0.5]);
 * ```
 */
export const SCHEDULES: {
  readonly constant: Part<Record<never, never>, Schedule>;
  readonly exponential: Part<ExponentialOptions, Schedule>;
  readonly step: Part<StepDecayOptions, Schedule>;
  readonly multiStep: Part<
    MultiStepOptions,
    Schedule,
    Partial<MultiStepOptions> & Pick<MultiStepOptions, "milestones">
  >;
  readonly cosine: Part<Required<CosineOptions>, Schedule>;
  readonly oneCycle: Part<OneCycleOptions, Schedule>;
  readonly plateau: Part<PlateauOptions, Schedule>;
} = {
  constant: part(z.strictObject({}).describe("The base rate throughout."), constant),
  exponential: part(
    z.strictObject({ gamma: factor(0.995).describe("Factor after each epoch.") }).describe(
      "Multiplies the rate by a factor after each epoch.",
    ),
    exponential,
  ),
  step: part(
    z.strictObject({
      every: z.int().min(1).default(10).describe("Epochs between two changes."),
      gamma: factor(0.1).describe("Factor at each change."),
    }).describe("Multiplies the rate by a factor every few epochs."),
    stepDecay,
  ),
  multiStep: part(
    z.strictObject({
      milestones: z.array(z.int().min(1)).min(1).readonly().describe("After how many epochs the rate changes."),
      gamma: factor(0.1).describe("Factor at each change."),
    }).describe("Multiplies the rate by a factor after the epochs that are named."),
    multiStep,
  ),
  cosine: part(
    z.strictObject({
      warmup: z.number().min(0).default(0).describe("Epochs over which the rate rises from 0."),
      floor: share(0).describe("Share of the base rate at the end of each cycle."),
      cycles: z.int().min(1).default(1).describe("Cycles in which the rate falls; each begins with the base rate."),
      multiplier: z.number().min(1).default(1).describe("How many times as long a cycle is as the one before."),
    }).describe(
      "Lowers the rate along half a cosine, after a warm-up if asked, once or in cycles (Loshchilov and Hutter, 2017).",
    ),
    cosine,
  ),
  oneCycle: part(
    z.strictObject({
      peak: share(0.3).describe("Share of the steps after which the rate is highest."),
      start: share(1 / 25).describe("Share of the base rate at the first step."),
      end: share(1 / 25 / 1e4).describe("Share of the base rate at the last step."),
      anneal: z.enum(["cos", "linear"]).default("cos").describe("Whether it goes along half a cosine or a line."),
    }).describe("Raises the rate to the base rate and lowers it far below where it began (Smith and Topin, 2018)."),
    oneCycle,
  ),
  plateau: part(
    z.strictObject({
      factor: z.number().positive().lt(1).default(0.1).describe("Factor on the rate each time."),
      patience: z.int().min(0).default(10).describe(
        "Epochs without a better metric that are waited for; the rate falls after one more.",
      ),
      threshold: z.number().min(0).default(1e-4).describe("By how much a metric must be better to count."),
      cooldown: z.int().min(0).default(0).describe("Epochs after a fall that are not counted."),
      floor: share(0).describe("Least share of the base rate."),
    }).describe("Lowers the rate when the metric has not become better for some epochs."),
    plateau,
  ),
};

/** A schedule's name and options. */
export type ScheduleSpec = SpecOf<typeof SCHEDULES>;
