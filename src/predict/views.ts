/**
 * Views: the variants of an image whose predictions are averaged in test-time augmentation. Each is a fixed change of the
 * image's bytes: nothing is drawn.
 *
 * @module
 */
import { z } from "zod";
import {
  applyAffine,
  applyCrop,
  applyRotation,
  brighten,
  type Fill,
  flipHorizontal,
  type Pixels,
} from "../augment/mod.ts";
import { build, type Part, part, type SpecOf } from "../core/parts.ts";
import type { Size } from "../core/records.ts";

/** Turns one image `[H, W, 3]` into a view of it, in place. */
export type View = (pixels: Pixels, size: Size) => void;

/** What every view has. */
export interface WeightOptions {
  /** Weight in the mean, above 0; of a part that stands for several views, the weight of each. */
  readonly weight: number;
}

/** Options of the crops. */
export interface CropsOptions extends WeightOptions {
  /** Share of each side that a crop keeps before it is resized to the whole, above 0, at most 1. */
  readonly share: number;
  /** Whether the crops' mirror images are taken too. */
  readonly flip: boolean;
}

/** Options of a view that is larger or smaller. */
export interface ScaleOptions extends WeightOptions {
  /** Size factor about the centre, above 0; a view for each of several. */
  readonly factor: number | readonly number[];
  /** What comes from outside the image. */
  readonly fill: Fill;
}

/** Options of a view that is turned. */
export interface TurnOptions extends WeightOptions {
  /** Degrees, counterclockwise; a view for each of several. */
  readonly degrees: number | readonly number[];
  /** What comes from outside the image. */
  readonly fill: Fill;
}

/** Options of a brighter or darker view. */
export interface BrightnessOptions extends WeightOptions {
  /** What every byte is multiplied by, at least 0; a view for each of several. */
  readonly factor: number | readonly number[];
}

/** The four corners and the middle, each resized to the whole; then their mirror images, if asked for. */
function fiveCrops({ share, flip }: CropsOptions): View[] {
  const places = [[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.5]] as const;
  const crops = places.map(([down, right]): View => (pixels, size) => {
    const height = Math.max(1, Math.round(share * size[0])), width = Math.max(1, Math.round(share * size[1]));
    const top = Math.floor(down * (size[0] - height)), left = Math.floor(right * (size[1] - width));
    applyCrop(pixels, size, { top, left, height, width }, { interpolation: "bilinear" });
  });
  const mirrored = crops.map((crop): View => (pixels, size) => {
    crop(pixels, size);
    flipHorizontal(pixels, size);
  });
  return flip ? [...crops, ...mirrored] : crops;
}

/** Larger or smaller about the centre. */
function scaled({ factor, fill }: ScaleOptions): View[] {
  return [factor].flat().map((scale): View => {
    if (scale === 1) return () => {};
    const affine = { angle: 0, shift: [0, 0], scale, shear: [0, 0] } as const;
    return (pixels, size) => applyAffine(pixels, size, affine, { interpolation: "bilinear", fill });
  });
}

/** Turned about the centre. */
function turned({ degrees, fill }: TurnOptions): View[] {
  return [degrees].flat().map((angle): View => (pixels, size) =>
    applyRotation(pixels, size, angle, { interpolation: "bilinear", fill })
  );
}

/** Brighter or darker. */
function brightened({ factor }: BrightnessOptions): View[] {
  return [factor].flat().map((by): View => (pixels) => brighten(pixels, by));
}

/** A number, or several that stand for a view each. */
function oneOrMore(one: z.ZodNumber): z.ZodType<number | readonly number[], number | readonly number[]> {
  return z.union([one, z.array(one).min(1)]);
}

const weight = z.number().positive().default(1).describe("Weight in the mean.");
const byte = z.int().min(0).max(255);
const fill = (z.union([byte, z.tuple([byte, byte, byte]), z.literal("edge")]) as z.ZodType<Fill, Fill>)
  .default("edge").describe(
    'Bytes from outside the image: one, or [red, green, blue], or "edge" for the nearest edge.',
  );

/**
 * Every view, by the name used in configs; a name may stand for several.
 *
 * @example
 * ```ts
 * import { build, VIEWS } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const [flip] = build("view", VIEWS, { name: "flip" });
 * const pixels = Uint8Array.of(1, 2, 3, 7, 8, 9); // one row of two pixels
 * flip!(pixels, [1, 2]);
 * assertEquals([...pixels], [7, 8, 9, 1, 2, 3]);
 * assertEquals(build("view", VIEWS, { name: "fiveCrops", flip: true }).length, 10);
 * ```
 */
export const VIEWS: {
  readonly identity: Part<WeightOptions, readonly View[]>;
  readonly flip: Part<WeightOptions, readonly View[]>;
  readonly fiveCrops: Part<CropsOptions, readonly View[]>;
  readonly scale: Part<ScaleOptions, readonly View[]>;
  readonly rotation: Part<TurnOptions, readonly View[]>;
  readonly brightness: Part<BrightnessOptions, readonly View[]>;
} = {
  identity: part(z.strictObject({ weight }).describe("The image as it is."), () => [() => {}]),
  flip: part(z.strictObject({ weight }).describe("The mirror image."), () => [flipHorizontal]),
  fiveCrops: part(
    z.strictObject({
      weight,
      share: z.number().gt(0).max(1).default(0.875).describe("Share of each side that a crop keeps."),
      flip: z.boolean().default(false).describe("Whether the crops' mirror images are taken too: ten views."),
    }).describe("The four corners and the middle, each resized to the whole."),
    fiveCrops,
  ),
  scale: part(
    z.strictObject({
      weight,
      factor: oneOrMore(z.number().min(0.1).max(10)).default(1.1).describe(
        "Size factor about the centre, 0.1 to 10; a list is a view for each.",
      ),
      fill,
    }).describe("The image nearer or farther."),
    scaled,
  ),
  rotation: part(
    z.strictObject({
      weight,
      degrees: oneOrMore(z.number().min(-360).max(360)).default(5).describe(
        "Turn in degrees, counterclockwise, -360 to 360; a list is a view for each.",
      ),
      fill,
    }).describe("The image turned about its centre."),
    turned,
  ),
  brightness: part(
    z.strictObject({
      weight,
      factor: oneOrMore(z.number().min(0).max(10)).default(1.1).describe(
        "What bytes are multiplied by, 0 to 10; a list is a view for each.",
      ),
    }).describe("The image brighter or darker."),
    brightened,
  ),
};

/** A view's name and options. */
export type ViewSpec = SpecOf<typeof VIEWS>;

/** A view that is ready to be applied. */
export interface NamedView {
  /** The part's name with the options given, and a number where it stands for several: `fiveCrops(share=0.9) 2`. */
  readonly name: string;
  /** Its weight in the mean, above 0. */
  readonly weight: number;
  /** The view. */
  readonly view: View;
}

/**
 * Builds views.
 *
 * @param specs Names and options, at least one.
 * @returns Each view, in order: as many passes through the network as there are.
 * @throws {RangeError} If there is none, or a name is unknown.
 * @throws {TypeError} If an option is unknown, of the wrong kind or out of bounds.
 */
export function buildViews(specs: readonly ViewSpec[]): NamedView[] {
  if (specs.length === 0) throw new RangeError("Cannot predict as views must name at least one view");
  return specs.flatMap((spec) => {
    const views = build("view", VIEWS, spec);
    const { name, weight = 1, ...options } = spec;
    const given = Object.entries(options).map(([key, value]) => `${key}=${value}`).join(",");
    const label = given ? `${name}(${given})` : name;
    return views.map((view, k) => ({ name: views.length > 1 ? `${label} ${k + 1}` : label, weight, view }));
  });
}
