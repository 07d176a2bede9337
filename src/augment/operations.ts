/**
 * The operations that RandAugment and TrivialAugment choose among, each with one number for how strong it is, as in
 * torchvision's autoaugment.py.
 * https://docs.pytorch.org/vision/0.14/transforms.html#automatic-augmentation-transforms
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { randomInt, type Rng } from "../core/rng.ts";
import { applyAffine, applyRotation } from "./affine.ts";
import { brighten, contrast, saturate } from "./color.ts";
import type { Pixels } from "./pixels.ts";
import { sharpen } from "./sharpen.ts";
import { autocontrast, equalize, invert, posterize, solarize } from "./tone.ts";
import type { WarpOptions } from "./warp.ts";

/** The name of an operation; torchvision's Color is `saturation` here. */
export type OperationName =
  | "identity"
  | "shearX"
  | "shearY"
  | "translateX"
  | "translateY"
  | "rotate"
  | "brightness"
  | "saturation"
  | "contrast"
  | "sharpness"
  | "posterize"
  | "solarize"
  | "autocontrast"
  | "equalize"
  | "invert";

/** An operation and how strong it is, in its own unit. */
export interface Operation {
  /** Which. */
  readonly name: OperationName;
  /** Slope, pixels, degrees, change of a factor, bits or threshold; 0 where there is nothing to say. */
  readonly magnitude: number;
}

type Apply = (pixels: Pixels, size: Size, magnitude: number, options: WarpOptions) => void;

const APPLY: Readonly<Record<OperationName, Apply>> = {
  identity: () => {},
  shearX: (pixels, size, slope, options) => shear(pixels, size, [slope, 0], options),
  shearY: (pixels, size, slope, options) => shear(pixels, size, [0, slope], options),
  translateX: (pixels, size, shift, options) => translate(pixels, size, [Math.trunc(shift), 0], options),
  translateY: (pixels, size, shift, options) => translate(pixels, size, [0, Math.trunc(shift)], options),
  rotate: (pixels, size, degrees, options) => applyRotation(pixels, size, degrees, options),
  brightness: (pixels, _size, change) => brighten(pixels, 1 + change),
  saturation: (pixels, _size, change) => saturate(pixels, 1 + change),
  contrast: (pixels, _size, change) => contrast(pixels, 1 + change),
  sharpness: (pixels, size, change) => sharpen(pixels, size, 1 + change),
  posterize: (pixels, _size, bits) => posterize(pixels, Math.trunc(bits)),
  solarize: (pixels, _size, threshold) => solarize(pixels, threshold),
  autocontrast,
  equalize,
  invert,
};

/** Every operation; torchvision's RandAugment and TrivialAugment use all but the last, which the papers have. */
export const OPERATIONS: readonly OperationName[] = Object.keys(APPLY) as OperationName[];

/** How strong operations are at every step from 0 to {@linkcode STEPS}; what is not listed has no strength. */
export type Magnitudes = Readonly<Partial<Record<OperationName, readonly [from: number, to: number]>>>;

/** The highest step. */
export const STEPS = 30;

const SIGNED: readonly OperationName[] = [
  "shearX",
  "shearY",
  "translateX",
  "translateY",
  "rotate",
  "brightness",
  "saturation",
  "contrast",
  "sharpness",
];

/**
 * Draws which operation, and whether it goes the other way, where it has two.
 *
 * @param names The choices, each as likely as any other.
 * @param magnitudes How strong they are.
 * @param rng Where it is drawn from.
 * @param step Gives the step of the strength.
 */
export function drawOperation(
  names: readonly OperationName[],
  magnitudes: Magnitudes,
  rng: Rng,
  step: () => number,
): Operation {
  const name = names[randomInt(rng, names.length)]!;
  const range = magnitudes[name];
  if (range === undefined) return { name, magnitude: 0 };
  const magnitude = magnitudeAt(name, range, step());
  return { name, magnitude: SIGNED.includes(name) && randomInt(rng, 2) === 1 ? -magnitude : magnitude };
}

/** The strength at a step: evenly spaced, but for bits, which are rounded to whole ones. */
export function magnitudeAt(name: OperationName, [from, to]: readonly [number, number], step: number): number {
  const change = (to - from) * step / STEPS;
  return name === "posterize" ? from + Math.round(change) : from + change;
}

/**
 * Applies an operation in place.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param operation Which, and how strong it is.
 * @param options How pixels are read, where they are moved.
 */
export function applyOperation(
  pixels: Pixels,
  size: Size,
  { name, magnitude }: Operation,
  options: WarpOptions,
): void {
  APPLY[name](pixels, size, magnitude, options);
}

/** About the upper left corner, as torchvision has it, where `rotate` and the shifts go by the centre. */
function shear(pixels: Pixels, size: Size, [x, y]: readonly [number, number], options: WarpOptions): void {
  const degrees = (slope: number) => Math.atan(slope) * (180 / Math.PI);
  const affine = { angle: 0, shift: [0, 0], scale: 1, shear: [degrees(x), degrees(y)], centre: [0, 0] } as const;
  applyAffine(pixels, size, affine, options);
}

function translate(pixels: Pixels, size: Size, shift: readonly [number, number], options: WarpOptions): void {
  applyAffine(pixels, size, { angle: 0, shift, scale: 1, shear: [0, 0] }, options);
}
