/**
 * Samplers: which training examples an epoch shows, and in what order.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import type { Sampler } from "./sampler.ts";
import { shuffle } from "./shuffle.ts";
import { weighted, type WeightedOptions } from "./weighted.ts";

export type { Sampler } from "./sampler.ts";
export { shuffle } from "./shuffle.ts";
export { weighted, type WeightedOptions } from "./weighted.ts";

/** Every sampler, by the name used in configs. */
export const SAMPLERS: {
  readonly shuffle: Part<Record<never, never>, Sampler>;
  readonly weighted: Part<WeightedOptions, Sampler>;
} = {
  shuffle: part(z.strictObject({}), shuffle),
  weighted: part(
    z.strictObject({
      power: z.number().min(0).default(1)
        .describe("How far rare classes are favoured: 0 not at all, 1 until all classes are equally frequent."),
    }),
    weighted,
  ),
};

/** A sampler's name and options. */
export type SamplerSpec = SpecOf<typeof SAMPLERS>;
