/**
 * Every augmentation with the schema of its options.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { randomAffine, type RandomAffineOptions, rotation, type RotationOptions, type Shear } from "./affine.ts";
import { gaussianBlur, type GaussianBlurOptions } from "./blur.ts";
import * as chances from "./chances.ts";
import { colorJitter, type ColorJitterOptions } from "./color.ts";
import { centreZoom, type CentreZoomOptions, randomResizedCrop, type RandomResizedCropOptions } from "./crop.ts";
import { randomErasing, type RandomErasingOptions } from "./erase.ts";
import { type OperationName, OPERATIONS, STEPS } from "./operations.ts";
import { chance, color, type Plain, range, share, spread } from "./options.ts";
import { perspective, type PerspectiveOptions } from "./perspective.ts";
import type { Augment } from "./pixels.ts";
import { randAugment, type RandAugmentOptions, trivialAugment, type TrivialAugmentOptions } from "./policies.ts";

const strength = (what: string) =>
  z.number().min(0).default(0).describe(`Largest change of ${what}, as a share of it.`);

const warping = (interpolation: "nearest" | "bilinear") => ({
  interpolation: z.enum(["nearest", "bilinear"]).default(interpolation)
    .describe("Each pixel from the nearest one, or from four by their distance."),
  fill: z.union([color(), z.literal("edge")]).default(0)
    .describe('Bytes from outside the image: one, or [red, green, blue], or "edge" for the nearest edge.'),
});

const cropping = {
  interpolation: z.enum(["nearest", "bilinear", "bicubic"]).default("bilinear").describe("How the part is resized."),
};

const operations = (z.array(z.enum(OPERATIONS)).min(1) as Plain<readonly OperationName[]>)
  .default(OPERATIONS.filter((name) => name !== "invert"))
  .describe("The operations drawn from, each as likely as any other.");

const turn = z.number().min(-360).max(360);
const degrees = () => spread(turn, turn.min(0));

/** In degrees; at 90 nothing would be left. */
const lean = z.number().gt(-90).lt(90);

/**
 * Every augmentation, by the name used in configs.
 *
 * @example
 * ```ts
 * import { AUGMENTS, build, seededRng } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const flip = build("augment", AUGMENTS, { name: "horizontalFlip", chance: 1 });
 * const pixels = Uint8Array.of(1, 2, 3, 7, 8, 9); // one row of two pixels
 * flip(pixels, [1, 2], seededRng(42));
 * assertEquals([...pixels], [7, 8, 9, 1, 2, 3]);
 * ```
 */
export const AUGMENTS: {
  readonly colorJitter: Part<ColorJitterOptions, Augment>;
  readonly horizontalFlip: Part<chances.ChanceOptions, Augment>;
  readonly verticalFlip: Part<chances.ChanceOptions, Augment>;
  readonly randomAffine: Part<RandomAffineOptions, Augment>;
  readonly rotation: Part<RotationOptions, Augment>;
  readonly perspective: Part<PerspectiveOptions, Augment>;
  readonly randomResizedCrop: Part<RandomResizedCropOptions, Augment>;
  readonly centreZoom: Part<CentreZoomOptions, Augment>;
  readonly gaussianBlur: Part<GaussianBlurOptions, Augment>;
  readonly sharpen: Part<chances.SharpenOptions, Augment>;
  readonly grayscale: Part<chances.ChanceOptions, Augment>;
  readonly invert: Part<chances.ChanceOptions, Augment>;
  readonly posterize: Part<chances.PosterizeOptions, Augment>;
  readonly solarize: Part<chances.SolarizeOptions, Augment>;
  readonly autocontrast: Part<chances.ChanceOptions, Augment>;
  readonly equalize: Part<chances.ChanceOptions, Augment>;
  readonly randomErasing: Part<RandomErasingOptions, Augment>;
  readonly randAugment: Part<RandAugmentOptions, Augment>;
  readonly trivialAugment: Part<TrivialAugmentOptions, Augment>;
} = {
  colorJitter: part(
    z.strictObject({
      brightness: strength("brightness"),
      contrast: strength("contrast"),
      saturation: strength("saturation"),
      hue: z.number().min(0).max(0.5).default(0).describe("Largest turn of the hue, as a share of the colour circle."),
    }).describe("Random brightness, contrast, saturation and hue, in random order."),
    colorJitter,
  ),
  horizontalFlip: part(
    z.strictObject({ chance: chance("a mirror image") }).describe("A mirror image, at random."),
    chances.horizontalFlip,
  ),
  verticalFlip: part(
    z.strictObject({ chance: chance("an image upside down") }).describe("The image upside down, at random."),
    chances.verticalFlip,
  ),
  randomAffine: part(
    z.strictObject({
      degrees: degrees().default(0).describe("Turn clockwise in degrees: [lowest, highest], or as far either way."),
      translate: (z.union([share(), z.tuple([share(), share()])]) as Plain<RandomAffineOptions["translate"]>).default(0)
        .describe("Largest shift either way, as a share of the side; [along x, along y] if they differ."),
      scale: spread(z.number().gt(0), z.number().min(0).lt(1)).default(0)
        .describe("Size factor: [lowest, highest], or the largest relative change of size."),
      shear: (z.union([lean.min(0), range(lean), z.tuple([lean, lean, lean, lean])]) as Plain<Shear>).default(0)
        .describe("Degrees of shear along x: [lowest, highest] or as far either way; two more numbers are for y."),
      ...warping("nearest"),
    }).describe("A random turn, shift, scale and shear about the centre."),
    randomAffine,
  ),
  rotation: part(
    z.strictObject({
      degrees: degrees().default(15).describe(
        "Turn counterclockwise in degrees: [lowest, highest], or as far either way.",
      ),
      ...warping("nearest"),
    }).describe("A random turn about the centre."),
    rotation,
  ),
  perspective: part(
    z.strictObject({
      distortion: share().default(0.5)
        .describe("How far the corners move inwards at most, as a share of half the side."),
      chance: chance("a change"),
      ...warping("bilinear"),
    }).describe("The image as seen from a random side."),
    perspective,
  ),
  randomResizedCrop: part(
    z.strictObject({
      scale: range(share().gt(0)).default([0.08, 1]).describe("Lowest and highest share of the area that is kept."),
      ratio: range(z.number().gt(0)).default([3 / 4, 4 / 3])
        .describe("Lowest and highest aspect ratio of what is kept, width by height."),
      ...cropping,
    }).describe("A random part of the image, resized to the whole."),
    randomResizedCrop,
  ),
  centreZoom: part(
    z.strictObject({
      share: share().gt(0).default(0.875).describe("Share of each side that is kept, about the centre."),
      chance: chance("a change", 1),
      ...cropping,
    }).describe("The middle of the image, resized to the whole."),
    centreZoom,
  ),
  gaussianBlur: part(
    z.strictObject({
      kernel: z.int().min(1).refine((side) => side % 2 === 1, "the kernel's side must be odd").default(5)
        .describe("Side of the square kernel in pixels, an odd number."),
      sigma: range(z.number().gt(0)).default([0.1, 2]).describe("Lowest and highest standard deviation in pixels."),
    }).describe("A blur of random strength."),
    gaussianBlur,
  ),
  sharpen: part(
    z.strictObject({
      factor: spread(z.number().min(0), z.number().min(0)).default(2)
        .describe("Factor, or [lowest, highest]: 0 smooths, 1 changes nothing, 2 doubles the distance from smooth."),
      chance: chance("a change"),
    }).describe("A sharpened or smoothed image, at random."),
    chances.sharpen,
  ),
  grayscale: part(
    z.strictObject({ chance: chance("an image in grey", 0.1) }).describe("The image in grey, at random."),
    chances.grayscale,
  ),
  invert: part(z.strictObject({ chance: chance("a negative") }).describe("The negative, at random."), chances.invert),
  posterize: part(
    z.strictObject({
      bits: z.int().min(0).max(8).default(4).describe("Upper bits that every byte keeps."),
      chance: chance("a change"),
    }).describe("Fewer levels of each colour, at random."),
    chances.posterize,
  ),
  solarize: part(
    z.strictObject({
      threshold: z.number().min(0).max(256).default(128).describe("The lowest byte that is inverted."),
      chance: chance("a change"),
    }).describe("The negative of what is bright, at random."),
    chances.solarize,
  ),
  autocontrast: part(
    z.strictObject({ chance: chance("a change") }).describe("Each colour stretched to its full range, at random."),
    chances.autocontrast,
  ),
  equalize: part(
    z.strictObject({ chance: chance("a change") }).describe("Each colour's histogram made even, at random."),
    chances.equalize,
  ),
  randomErasing: part(
    z.strictObject({
      chance: chance("erasing"),
      scale: range(share()).default([0.02, 0.33]).describe("Lowest and highest share of the area that is erased."),
      ratio: range(z.number().gt(0)).default([0.3, 3.3])
        .describe("Lowest and highest aspect ratio of what is erased, height by width."),
      value: z.union([z.enum(["mean", "random"]), color()]).default("mean")
        .describe("What takes its place: ImageNet's mean, noise about it, a byte, or [red, green, blue]."),
    }).describe("A random rectangle erased (Zhong et al., 2020)."),
    randomErasing,
  ),
  randAugment: part(
    z.strictObject({
      operations,
      count: z.int().min(0).default(2).describe("Operations applied to each image, one after the other."),
      magnitude: z.int().min(0).max(STEPS).default(9).describe("How strong they are, of 30."),
      ...warping("nearest"),
    }).describe("A few random operations of one strength (Cubuk et al., 2020)."),
    randAugment,
  ),
  trivialAugment: part(
    z.strictObject({ operations, ...warping("nearest") }).describe(
      "One random operation of random strength (Müller and Hutter, 2021).",
    ),
    trivialAugment,
  ),
};

/** An augmentation's name and options. */
export type AugmentSpec = SpecOf<typeof AUGMENTS>;
