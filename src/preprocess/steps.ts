/**
 * Every preprocessing step with the schema of its options.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { clahe, type ClaheOptions } from "./clahe.ts";
import { greyWorld, type GreyWorldOptions } from "./grey_world.ts";
import { sharpenEdges, type SharpenEdgesOptions } from "./sharpen_edges.ts";
import type { Preprocess } from "./step.ts";

/** A side of a grid; a curve of a tile needs some pixels. */
const tiles = z.int().min(1).max(64);

/**
 * Every preprocessing step, by the name used in configs.
 *
 * @example
 * ```ts
 * import { build, PREPROCESS } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const balance = build("preprocessing step", PREPROCESS, { name: "greyWorld" });
 * const image = { data: Uint8Array.of(200, 100, 60), height: 1, width: 1 };
 * const { data } = await balance(image, () => {});
 * assertEquals([...data], [120, 120, 120]);
 * ```
 */
export const PREPROCESS: {
  readonly sharpenEdges: Part<SharpenEdgesOptions, Preprocess>;
  readonly clahe: Part<ClaheOptions, Preprocess>;
  readonly greyWorld: Part<GreyWorldOptions, Preprocess>;
} = {
  sharpenEdges: part(
    z.strictObject({
      amount: z.number().min(0).max(10).default(1).describe(
        "How much of the difference to the blurred image is added.",
      ),
      sigma: z.number().min(0.3).max(20).default(1).describe("The blur's standard deviation in pixels."),
      threshold: z.number().min(0).max(255).default(0).describe("The least difference in bytes that is added."),
    }).describe("Sharper edges, by unsharp masking of luma."),
    sharpenEdges,
  ),
  clahe: part(
    z.strictObject({
      tiles: (z.union([tiles, z.tuple([tiles, tiles])]) as z.ZodType<ClaheOptions["tiles"], ClaheOptions["tiles"]>)
        .default(8).describe("Tiles down and across: one number for both, or two."),
      clip: z.number().min(0).default(2).describe(
        "How often a level may occur in a tile, as a multiple of the mean; 0: any number of times.",
      ),
    }).describe("Local contrast: CLAHE of the lightness in CIELAB (Zuiderveld, 1994)."),
    clahe,
  ),
  greyWorld: part(
    z.strictObject({
      strength: z.number().min(0).max(1).default(1).describe("How much of the correction is made, 0..1."),
      limit: z.number().min(1).default(3).describe("By which factor a channel is scaled at most, up or down."),
    }).describe("White balance: each picture is made grey on average (Buchsbaum, 1980)."),
    greyWorld,
  ),
};

/** A preprocessing step's name and options. */
export type PreprocessSpec = SpecOf<typeof PREPROCESS>;
