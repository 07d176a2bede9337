/**
 * Changes that need no more than a coin: each is made with probability `chance`.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { toGrey } from "./color.ts";
import { drawFrom, type Range } from "./draw.ts";
import { flipHorizontal, flipVertical } from "./flip.ts";
import type { Augment, Pixels } from "./pixels.ts";
import { sharpen as sharpenBy } from "./sharpen.ts";
import * as tone from "./tone.ts";

/** Options of a change that is made or not. */
export interface ChanceOptions {
  /** Probability of the change, 0..1. */
  readonly chance: number;
}

/** Makes a change with probability `chance`. */
function sometimes(chance: number, change: (pixels: Pixels, size: Size) => void): Augment {
  return (pixels, size, rng) => {
    if (rng() < chance) change(pixels, size);
  };
}

/** Mirrors an image left to right with probability `chance`. */
export function horizontalFlip({ chance }: ChanceOptions): Augment {
  return sometimes(chance, flipHorizontal);
}

/** Mirrors an image top to bottom with probability `chance`. */
export function verticalFlip({ chance }: ChanceOptions): Augment {
  return sometimes(chance, flipVertical);
}

/** Turns an image grey with probability `chance`, as torchvision's RandomGrayscale. */
export function grayscale({ chance }: ChanceOptions): Augment {
  return sometimes(chance, toGrey);
}

/** Turns an image into its negative with probability `chance`, as torchvision's RandomInvert. */
export function invert({ chance }: ChanceOptions): Augment {
  return sometimes(chance, tone.invert);
}

/** Stretches each channel over 0..255 with probability `chance`, as torchvision's RandomAutocontrast. */
export function autocontrast({ chance }: ChanceOptions): Augment {
  return sometimes(chance, tone.autocontrast);
}

/** Spreads each channel's bytes evenly with probability `chance`, as torchvision's RandomEqualize. */
export function equalize({ chance }: ChanceOptions): Augment {
  return sometimes(chance, tone.equalize);
}

/** Options of {@linkcode posterize}. */
export interface PosterizeOptions extends ChanceOptions {
  /** Upper bits that every byte keeps, 0..8. */
  readonly bits: number;
}

/** Keeps the upper bits of every byte with probability `chance`, as torchvision's RandomPosterize. */
export function posterize({ bits, chance }: PosterizeOptions): Augment {
  return sometimes(chance, (pixels) => tone.posterize(pixels, bits));
}

/** Options of {@linkcode solarize}. */
export interface SolarizeOptions extends ChanceOptions {
  /** The lowest byte that is inverted, 0..256. */
  readonly threshold: number;
}

/** Inverts the bytes from a threshold on with probability `chance`, as torchvision's RandomSolarize. */
export function solarize({ threshold, chance }: SolarizeOptions): Augment {
  return sometimes(chance, (pixels) => tone.solarize(pixels, threshold));
}

/** Options of {@linkcode sharpen}. */
export interface SharpenOptions extends ChanceOptions {
  /** Lowest and highest factor, or the factor: 0 smooths, 1 changes nothing, 2 doubles the distance from the smoothed. */
  readonly factor: number | Range;
}

/** Sharpens or smooths an image with probability `chance`, as torchvision's RandomAdjustSharpness, by a drawn factor. */
export function sharpen({ factor, chance }: SharpenOptions): Augment {
  const range = typeof factor === "number" ? [factor, factor] as const : factor;
  return (pixels, size, rng) => {
    if (rng() < chance) sharpenBy(pixels, size, drawFrom(range, rng));
  };
}
