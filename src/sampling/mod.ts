/**
 * Samplers: which training examples an epoch shows, and in what order.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { personBatches } from "./person_batches.ts";
import { oversample, type ResampleOptions, undersample } from "./resample.ts";
import type { Sampler } from "./sampler.ts";
import { shuffle } from "./shuffle.ts";
import { stratifiedBatches } from "./stratified_batches.ts";
import { imbalanced, weighted, type WeightedOptions } from "./weighted.ts";

export { personBatches } from "./person_batches.ts";
export { oversample, type ResampleOptions, undersample } from "./resample.ts";
export type { Sampler, SamplerContext } from "./sampler.ts";
export { shuffle } from "./shuffle.ts";
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
  shuffle: part(z.strictObject({}), shuffle),
  weighted: part(
    z.strictObject({
      power: z.number().min(0).default(1)
        .describe("How far rare classes are favoured: 0 not at all, 1 until all classes are equally frequent."),
      length: z.int().min(1).optional().describe("Examples in an epoch (default: as many as there are)."),
      replacement: z.boolean().default(true).describe("Whether an example may be drawn again in the same epoch."),
    }),
    weighted,
  ),
  imbalanced: part(z.strictObject({}), imbalanced),
  oversample: part(resampleOptions, oversample),
  undersample: part(resampleOptions, undersample),
  stratifiedBatches: part(z.strictObject({}), stratifiedBatches),
  personBatches: part(z.strictObject({}), personBatches),
};

/** A sampler's name and options. */
export type SamplerSpec = SpecOf<typeof SAMPLERS>;
