/**
 * Losses: each gives one value per example; averaging is the caller's.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { crossEntropy, type CrossEntropyOptions, type Loss } from "./cross_entropy.ts";

export { crossEntropy, type CrossEntropyOptions, type Loss } from "./cross_entropy.ts";

/** Every loss, by the name used in configs. */
export const LOSSES: { readonly crossEntropy: Part<CrossEntropyOptions, Loss> } = {
  crossEntropy: part(
    z.strictObject({
      labelSmoothing: z.number().min(0).max(1).default(0)
        .describe("Share of the target's probability that is spread evenly over all classes."),
    }),
    crossEntropy,
  ),
};

/** A loss's name and options. */
export type LossSpec = SpecOf<typeof LOSSES>;
