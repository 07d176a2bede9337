/**
 * Samplers: which training examples an epoch shows, and in what order. And what training makes of samples near a cut.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import {
  type CutOptions,
  dropNearCuts,
  type DropNearCutsOptions,
  keepNearCuts,
  type NearCuts,
  relabelNearCuts,
  type RelabelNearCutsOptions,
} from "./near_cuts.ts";
import { personBatches } from "./person_batches.ts";
import { oversample, type ResampleOptions, undersample } from "./resample.ts";
import type { Sampler } from "./sampler.ts";
import { shuffle } from "./shuffle.ts";
import { softenNearCuts, type SoftenNearCutsOptions } from "./soft_cuts.ts";
import { stratifiedBatches } from "./stratified_batches.ts";
import { imbalanced, weighted, type WeightedOptions } from "./weighted.ts";

export {
  type CutDistanceOptions,
  type CutOptions,
  dropNearCuts,
  type DropNearCutsOptions,
  keepNearCuts,
  type NearCuts,
  relabelNearCuts,
  type RelabelNearCutsOptions,
  type TrainingLabels,
} from "./near_cuts.ts";
export { personBatches } from "./person_batches.ts";
export { oversample, type ResampleOptions, undersample } from "./resample.ts";
export type { Sampler, SamplerContext } from "./sampler.ts";
export { shuffle } from "./shuffle.ts";
export { softenNearCuts, type SoftenNearCutsOptions } from "./soft_cuts.ts";
export { stratifiedBatches } from "./stratified_batches.ts";
export { imbalanced, weighted, type WeightedOptions } from "./weighted.ts";

const resampleOptions = z.strictObject({
  ratio: z.number().positive().max(1).default(1)
    .describe("Examples of the smallest class for each of the largest: at 1 all classes are as large."),
});

/** Every sampler, by the name used in configs. */
export const SAMPLERS: {
  readonly shuffle: Part<Record<never, never>, Sampler>;
  readonly weighted: Part<WeightedOptions, Sampler>;
  readonly imbalanced: Part<Record<never, never>, Sampler>;
  readonly oversample: Part<ResampleOptions, Sampler>;
  readonly undersample: Part<ResampleOptions, Sampler>;
  readonly stratifiedBatches: Part<Record<never, never>, Sampler>;
  readonly personBatches: Part<Record<never, never>, Sampler>;
} = {
  shuffle: part(z.strictObject({}).describe("Every image once, in random order."), shuffle),
  weighted: part(
    z.strictObject({
      power: z.number().min(0).default(1)
        .describe("How far rare classes are favoured: 0 not at all, 1 until all classes are equally frequent."),
      length: z.int().min(1).optional().describe("Examples in an epoch (default: as many as there are)."),
      replacement: z.boolean().default(true).describe("Whether an example may be drawn again in the same epoch."),
    }).describe("Images drawn at random, those of rare classes more often."),
    weighted,
  ),
  imbalanced: part(
    z.strictObject({}).describe(
      "Images drawn with replacement, each class as often as any other: ImbalancedDatasetSampler's rule.",
    ),
    imbalanced,
  ),
  oversample: part(
    resampleOptions.describe(
      "Every image once, and those of rare classes again until they are as frequent as asked for.",
    ),
    oversample,
  ),
  undersample: part(
    resampleOptions.describe("Images of frequent classes left out at random until they are as rare as asked for."),
    undersample,
  ),
  stratifiedBatches: part(
    z.strictObject({}).describe("Every image once, each batch with the classes in the shares of the whole."),
    stratifiedBatches,
  ),
  personBatches: part(
    z.strictObject({}).describe("Every image once, no two of one person in a batch where that can be done."),
    personBatches,
  ),
};

/** A sampler's name and options. */
export type SamplerSpec = SpecOf<typeof SAMPLERS>;

const attribute = z.string().default("age").describe("The attribute that is cut from a number.");

const distance = {
  attribute,
  step: z.number().min(0).default(1)
    .describe("By how much recorded values go up, so that 29 counts as 29.5; 0 where they are exact."),
  topCoded: z.boolean().default(true).describe(
    "Whether all values of the highest level are recorded as its cut, so that they do not tell how near it they are.",
  ),
};

/** What training makes of samples near a cut, by the name used in configs. */
export const NEAR_CUTS: {
  readonly keep: Part<Record<never, never>, NearCuts>;
  readonly drop: Part<DropNearCutsOptions, NearCuts>;
  readonly relabel: Part<
    RelabelNearCutsOptions,
    NearCuts,
    Partial<CutOptions> & Omit<RelabelNearCutsOptions, keyof CutOptions>
  >;
  readonly soft: Part<SoftenNearCutsOptions, NearCuts>;
} = {
  keep: part(z.strictObject({}).describe("They are trained on as they are."), keepNearCuts),
  drop: part(
    z.strictObject({
      within: z.number().positive().default(1).describe(
        "Distance from a cut within which samples are left out, in years.",
      ),
      ...distance,
    }).describe("They are left out of training."),
    dropNearCuts,
  ),
  relabel: part(
    z.strictObject({
      from: z.number().describe("The least value that counts as the level above, in years."),
      to: z.number().describe("The cut that it counts as."),
      attribute,
    }).describe("Those from an age up count as the level above."),
    relabelNearCuts,
  ),
  soft: part(
    z.strictObject({
      width: z.number().positive().default(2)
        .describe("Standard deviation of the normal distribution over which a value is spread, in years."),
      ...distance,
    }).describe("Their target is shared by the levels on both sides of the cut."),
    softenNearCuts,
  ),
};

/** A name and options for what training makes of samples near a cut. */
export type NearCutsSpec = SpecOf<typeof NEAR_CUTS>;
