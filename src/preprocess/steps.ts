/**
 * Every preprocessing step with the schema of its options.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { clahe, type ClaheOptions } from "./clahe.ts";
import { cropFace, type CropFaceOptions } from "./crop_face.ts";
import { eraseBackground, type EraseBackgroundOptions } from "./erase_background.ts";
import { greyWorld, type GreyWorldOptions } from "./grey_world.ts";
import { sharpenEdges, type SharpenEdgesOptions } from "./sharpen_edges.ts";
import type { Preprocess } from "./step.ts";

/** A side of a grid; a curve of a tile needs some pixels. */
const tiles = z.int().min(1).max(64);

const byte = z.number().min(0).max(255);

/** zod spells optional options out in its own types; here they are those of the record. */
type Plain<T> = z.ZodType<T, T>;

const triple = (number: z.ZodNumber) =>
  z.tuple([number, number, number]) as unknown as Plain<readonly [number, number, number]>;

/** How an ONNX model takes its input. */
const modelOptions = (
  what: string,
  { size, mean, std }: { size: [number, number]; mean: [number, number, number]; std: [number, number, number] },
) => ({
  model: (z.string().min(1).nullable() as Plain<string | null>).default(null).describe(
    `The file of an ONNX model that ${what}; it takes onnxruntime-node.`,
  ),
  modelSize: (z.tuple([z.int().min(8), z.int().min(8)]) as Plain<readonly [number, number]>).default(size)
    .describe("Height and width of the model's input."),
  modelMean: triple(byte).default(mean).describe("What the model takes from the bytes of red, green and blue."),
  modelStd: triple(z.number().gt(0)).default(std).describe("What the model divides the rest by."),
});

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
  readonly eraseBackground: Part<EraseBackgroundOptions, Preprocess>;
  readonly cropFace: Part<CropFaceOptions, Preprocess>;
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
      tiles: (z.union([tiles, z.tuple([tiles, tiles])]) as Plain<ClaheOptions["tiles"]>)
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
  eraseBackground: part(
    z.strictObject({
      fill: (z.union([byte, triple(byte)]) as Plain<EraseBackgroundOptions["fill"]>).default(128)
        .describe("The colour that takes the background's place: a byte, or [red, green, blue]."),
      side: z.int().min(16).max(512).default(96)
        .describe("Longer side in pixels of the copy on which the person is sought without a model."),
      ...modelOptions("finds the person: probabilities [1, 1, H, W]", {
        size: [320, 320],
        mean: [123.675, 116.28, 103.53],
        std: [58.395, 57.12, 57.375],
      }),
    }).describe("One colour behind the person, who is found as by GrabCut (Rother et al., 2004) or by a model."),
    (options) => eraseBackground(options),
  ),
  cropFace: part(
    z.strictObject({
      ...modelOptions("finds faces: scores [1, N, 2] and corners [1, N, 4]", {
        size: [240, 320],
        mean: [127, 127, 127],
        std: [128, 128, 128],
      }),
      threshold: z.number().min(0).max(1).default(0.7).describe("The least score that counts as a face."),
      margin: z.number().min(0).max(2).default(0.3)
        .describe("How much is kept about the face on each side, as a share of its own."),
      share: z.number().gt(0).max(1).default(0.75)
        .describe("Share of each side that is kept, about the middle, without a model or a face."),
    }).describe("The part about the face, found by a model; the middle where there is none or no face is found."),
    (options) => cropFace(options),
  ),
};

/** A preprocessing step's name and options. */
export type PreprocessSpec = SpecOf<typeof PREPROCESS>;
