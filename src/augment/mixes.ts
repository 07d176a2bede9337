/**
 * Every way of mixing a batch with the schema of its options.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import type { Mix } from "./mix.ts";
import { cutMix, mixup, type MixupOptions, verticalCutMix, type VerticalCutMixOptions } from "./mixers.ts";
import { chance } from "./options.ts";

const per = z.enum(["batch", "image"]).default("batch")
  .describe("Whether one coin and one share hold for the whole batch, or each image has its own.");

const alpha = (usual: number) =>
  z.number().gt(0).default(usual)
    .describe("The share is drawn from Beta(alpha, alpha): small for little mixing, 1 for any share alike.");

/**
 * Every way of mixing, by the name used in configs.
 *
 * @example
 * ```ts
 * import { build, MIXES, seededRng } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const mix = build("mix", MIXES, { name: "verticalCutMix", chance: 1, within: "any" });
 * const pixels = Uint8Array.of(1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9); // two images of one row of two pixels
 * const targets = Float32Array.of(1, 0, 0, 1);
 * mix(pixels, targets, { size: [1, 2], classes: 2, rng: seededRng(42) });
 * assertEquals([...pixels], [1, 1, 1, 9, 9, 9, 9, 9, 9, 1, 1, 1]);
 * assertEquals([...targets], [0.5, 0.5, 0.5, 0.5]);
 * ```
 */
export const MIXES: {
  readonly mixup: Part<MixupOptions, Mix>;
  readonly cutMix: Part<MixupOptions, Mix>;
  readonly verticalCutMix: Part<VerticalCutMixOptions, Mix>;
} = {
  mixup: part(
    z.strictObject({ alpha: alpha(0.2), chance: chance("mixing", 1), per }).describe(
      "Each image blended with another of the batch, and so their targets (Zhang et al., 2018).",
    ),
    mixup,
  ),
  cutMix: part(
    z.strictObject({ alpha: alpha(1), chance: chance("mixing"), per }).describe(
      "A rectangle of another image of the batch in each, and targets by area (Yun et al., 2019).",
    ),
    cutMix,
  ),
  verticalCutMix: part(
    z.strictObject({
      chance: chance("mixing"),
      within: z.enum(["class", "any", "between"]).default("class")
        .describe("Whose halves are joined: of one class, of any two images, or of two classes."),
      per,
    }).describe("The left half of one image beside the right half of another, and targets half and half."),
    verticalCutMix,
  ),
};

/** A way of mixing and its options. */
export type MixSpec = SpecOf<typeof MIXES>;
