/**
 * Drawing numbers within bounds, and boxes by share of the area and aspect ratio.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { randomInt, type Rng } from "../core/rng.ts";
import type { Box } from "./pixels.ts";

/** Lowest and highest value. */
export type Range = readonly [low: number, high: number];

/** Lowest and highest value, or one number for how far both lie from the value that changes nothing. */
export type Spread = number | Range;

/** The range that a spread stands for, about the value that changes nothing. */
export function rangeAround(middle: number, spread: Spread): Range {
  return typeof spread === "number" ? [middle - spread, middle + spread] : spread;
}

/** A number uniform in a range; one draw, even if both ends are equal. */
export function drawFrom([low, high]: Range, rng: Rng): number {
  return low + rng() * (high - low);
}

/** What a box's area and shape are drawn from. */
export interface BoxOptions {
  /** Area as a share of the image's, 0..1. */
  readonly scale: Range;
  /** Aspect ratio, width by height, above 0; its logarithm is drawn evenly. */
  readonly ratio: Range;
}

/** Tries at a box that fits, as in torchvision. */
const TRIES = 10;

/**
 * Draws a box within an image: its area, its aspect ratio, and among the boxes of that size one that fits. A box that does
 * not fit is drawn anew, ten times at most.
 *
 * @param options Bounds of area and aspect ratio.
 * @param size The image's height and width in pixels.
 * @param rng Where it is drawn from.
 * @param largest Height and width that the box may have; the image's own by default.
 * @returns The box, or nothing if none fitted.
 */
export function drawBox(
  { scale, ratio }: BoxOptions,
  [height, width]: Size,
  rng: Rng,
  largest: Size = [height, width],
): Box | undefined {
  const logs = [Math.log(ratio[0]), Math.log(ratio[1])] as const;
  for (let i = 0; i < TRIES; i++) {
    const area = height * width * drawFrom(scale, rng);
    const aspect = Math.exp(drawFrom(logs, rng));
    const w = Math.round(Math.sqrt(area * aspect)), h = Math.round(Math.sqrt(area / aspect));
    if (w < 1 || h < 1 || h > largest[0] || w > largest[1]) continue;
    return { height: h, width: w, top: randomInt(rng, height - h + 1), left: randomInt(rng, width - w + 1) };
  }
  return undefined;
}
