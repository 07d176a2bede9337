/**
 * Augmentations by name, applied to the bytes of one image at a time.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { type Rng, shuffled } from "../core/rng.ts";
import { brighten, contrast, type Pixels, saturate, turnHue } from "./color.ts";
import type { Size } from "../core/records.ts";
import { flipHorizontal, transformAffine } from "./geometry.ts";

export { brighten, contrast, type Pixels, saturate, turnHue } from "./color.ts";
export { type Affine, flipHorizontal, transformAffine } from "./geometry.ts";

/** Changes one image `[H, W, 3]` in place, as drawn from `rng`. */
export type Augment = (pixels: Pixels, size: Size, rng: Rng) => void;

const strength = (what: string) =>
  z.number().min(0).default(0).describe(`Largest change of ${what}, as a share of it.`);

/** Options of {@linkcode colorJitter}: the factor of each is drawn from [1 - x, 1 + x], the hue's turn from [-x, x]. */
export interface ColorJitterOptions {
  /** Largest relative change of brightness. */
  readonly brightness: number;
  /** Largest relative change of contrast. */
  readonly contrast: number;
  /** Largest relative change of saturation. */
  readonly saturation: number;
  /** Largest turn of the hue, as a share of the circle, 0..0.5. */
  readonly hue: number;
}

/** Brightness, contrast, saturation and hue, changed in random order, as torchvision's ColorJitter. */
export function colorJitter(options: ColorJitterOptions): Augment {
  const around = (middle: number, amount: number) => [Math.max(middle - amount, middle - 1), middle + amount] as const;
  const steps = [
    { amount: options.brightness, change: brighten, middle: 1 },
    { amount: options.contrast, change: contrast, middle: 1 },
    { amount: options.saturation, change: saturate, middle: 1 },
    { amount: options.hue, change: turnHue, middle: 0 },
  ].filter(({ amount }) => amount > 0);
  return (pixels, _size, rng) => {
    for (const { amount, change, middle } of shuffled(steps, rng)) {
      const [low, high] = around(middle, amount);
      change(pixels, low + rng() * (high - low));
    }
  };
}

/** Options of {@linkcode horizontalFlip}. */
export interface HorizontalFlipOptions {
  /** Probability of a mirror image, 0..1. */
  readonly chance: number;
}

/** Mirrors an image left to right with probability `chance`. */
export function horizontalFlip({ chance }: HorizontalFlipOptions): Augment {
  return (pixels, size, rng) => {
    if (rng() < chance) flipHorizontal(pixels, size);
  };
}

/** Options of {@linkcode randomAffine}. */
export interface RandomAffineOptions {
  /** Largest turn either way, in degrees. */
  readonly degrees: number;
  /** Largest shift along each axis, as a share of the side, 0..1. */
  readonly translate: number;
  /** Largest relative change of size. */
  readonly scale: number;
}

/** Turns, shifts and scales an image by amounts drawn evenly. */
export function randomAffine({ degrees, translate, scale }: RandomAffineOptions): Augment {
  return (pixels, size, rng) => {
    const draw = (bound: number) => (2 * rng() - 1) * bound;
    transformAffine(pixels, size, {
      angle: draw(degrees),
      scale: 1 + draw(scale),
      shift: [draw(translate) * size[1], draw(translate) * size[0]],
    });
  };
}

/** Every augmentation, by the name used in configs. */
export const AUGMENTS: {
  readonly colorJitter: Part<ColorJitterOptions, Augment>;
  readonly horizontalFlip: Part<HorizontalFlipOptions, Augment>;
  readonly randomAffine: Part<RandomAffineOptions, Augment>;
} = {
  colorJitter: part(
    z.strictObject({
      brightness: strength("brightness"),
      contrast: strength("contrast"),
      saturation: strength("saturation"),
      hue: z.number().min(0).max(0.5).default(0).describe("Largest turn of the hue, as a share of the colour circle."),
    }),
    colorJitter,
  ),
  horizontalFlip: part(
    z.strictObject({ chance: z.number().min(0).max(1).default(0.5).describe("Probability of a mirror image.") }),
    horizontalFlip,
  ),
  randomAffine: part(
    z.strictObject({
      degrees: z.number().min(0).max(180).default(0).describe("Largest turn either way, in degrees."),
      translate: z.number().min(0).max(1).default(0).describe("Largest shift, as a share of the side."),
      scale: z.number().min(0).lt(1).default(0).describe("Largest relative change of size."),
    }),
    randomAffine,
  ),
};

/** An augmentation's name and options. */
export type AugmentSpec = SpecOf<typeof AUGMENTS>;
