/**
 * Policies that draw operations for each image: RandAugment (Cubuk et al., 2019, https://arxiv.org/abs/1909.13719) and
 * TrivialAugment in its wide form (Mueller and Hutter, 2021, https://arxiv.org/abs/2103.10158), with torchvision's strengths.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { randomInt, type Rng } from "../core/rng.ts";
import {
  applyOperation,
  drawOperation,
  type Magnitudes,
  type Operation,
  type OperationName,
  STEPS,
} from "./operations.ts";
import type { Augment } from "./pixels.ts";
import type { WarpOptions } from "./warp.ts";

/** Options of {@linkcode trivialAugment}. */
export interface TrivialAugmentOptions extends WarpOptions {
  /** The operations drawn from, each as likely as any other. */
  readonly operations: readonly OperationName[];
}

/** Options of {@linkcode randAugment}. */
export interface RandAugmentOptions extends TrivialAugmentOptions {
  /** Operations applied to each image, one after the other. */
  readonly count: number;
  /** How strong they are, 0..30. */
  readonly magnitude: number;
}

/** Strengths of RandAugment; shifts go with the image's size. */
export function randMagnitudes([height, width]: Size): Magnitudes {
  return {
    shearX: [0, 0.3],
    shearY: [0, 0.3],
    translateX: [0, 150 / 331 * width],
    translateY: [0, 150 / 331 * height],
    rotate: [0, 30],
    brightness: [0, 0.9],
    saturation: [0, 0.9],
    contrast: [0, 0.9],
    sharpness: [0, 0.9],
    posterize: [8, 4],
    solarize: [255, 0],
  };
}

/** Strengths of TrivialAugment; shifts are of up to 32 pixels, whatever the image's size. */
export const WIDE_MAGNITUDES: Magnitudes = {
  shearX: [0, 0.99],
  shearY: [0, 0.99],
  translateX: [0, 32],
  translateY: [0, 32],
  rotate: [0, 135],
  brightness: [0, 0.99],
  saturation: [0, 0.99],
  contrast: [0, 0.99],
  sharpness: [0, 0.99],
  posterize: [8, 2],
  solarize: [255, 0],
};

/**
 * Draws RandAugment's operations for one image.
 *
 * @param options The operations to draw from, how many, and how strong.
 * @param size Height and width in pixels.
 * @param rng Where they are drawn from.
 */
export function drawRandAugment(
  { operations, count, magnitude }: Pick<RandAugmentOptions, "operations" | "count" | "magnitude">,
  size: Size,
  rng: Rng,
): Operation[] {
  const magnitudes = randMagnitudes(size);
  return Array.from({ length: count }, () => drawOperation(operations, magnitudes, rng, () => magnitude));
}

/**
 * Draws TrivialAugment's operation for one image, and how strong it is.
 *
 * @param operations The operations to draw from.
 * @param rng Where it is drawn from.
 */
export function drawTrivialAugment(operations: readonly OperationName[], rng: Rng): Operation {
  return drawOperation(operations, WIDE_MAGNITUDES, rng, () => randomInt(rng, STEPS + 1));
}

/** Applies `count` operations of one strength, drawn with replacement, as torchvision's RandAugment. */
export function randAugment(options: RandAugmentOptions): Augment {
  return (pixels, size, rng) => {
    for (const operation of drawRandAugment(options, size, rng)) applyOperation(pixels, size, operation, options);
  };
}

/** Applies one operation of a strength drawn evenly, as torchvision's TrivialAugmentWide. */
export function trivialAugment({ operations, ...options }: TrivialAugmentOptions): Augment {
  return (pixels, size, rng) => applyOperation(pixels, size, drawTrivialAugment(operations, rng), options);
}
