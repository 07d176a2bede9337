/**
 * Turns, shifts, scales and shears, drawn and applied as torchvision's RandomAffine and RandomRotation.
 * https://docs.pytorch.org/vision/0.14/generated/torchvision.transforms.RandomAffine.html
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import type { Rng } from "../core/rng.ts";
import { drawFrom, rangeAround, type Spread } from "./draw.ts";
import type { Augment, Pixels } from "./pixels.ts";
import { type AffineMatrix, warp, type WarpOptions } from "./warp.ts";

/** A turn, a scale, a shear and a shift. */
export interface Affine {
  /** Degrees, clockwise. */
  readonly angle: number;
  /** Pixels to the right and down. */
  readonly shift: readonly [x: number, y: number];
  /** Size factor, above 0. */
  readonly scale: number;
  /** Degrees by which upright lines lean along x, and level ones along y. */
  readonly shear: readonly [x: number, y: number];
  /** What stays in its place but for the shift, in pixels from the upper left corner; the image's centre by default. */
  readonly centre?: readonly [x: number, y: number];
}

/**
 * Bounds of the shear in degrees: along x as far either way, or from the first to the second; along y from the third to the
 * fourth, if there are four.
 */
export type Shear = Spread | readonly [lowX: number, highX: number, lowY: number, highY: number];

/** Options of {@linkcode randomAffine}. */
export interface RandomAffineOptions extends WarpOptions {
  /** Turn in degrees, clockwise: from the first to the second, or up to one number either way. */
  readonly degrees: Spread;
  /** Largest shift either way along x and y, as a share of the side, 0..1; one number stands for both. */
  readonly translate: number | readonly [x: number, y: number];
  /** Size factor from the first to the second, or the largest relative change of size. */
  readonly scale: Spread;
  /** Shear in degrees. */
  readonly shear: Shear;
}

/**
 * Draws an affine map; every quantity is uniform within its bounds, and shifts are whole pixels.
 *
 * @param options The bounds.
 * @param size Height and width in pixels.
 * @param rng Where it is drawn from.
 */
export function drawAffine(
  { degrees, translate, scale, shear }: Pick<RandomAffineOptions, "degrees" | "translate" | "scale" | "shear">,
  [height, width]: Size,
  rng: Rng,
): Affine {
  const [shareX, shareY] = typeof translate === "number" ? [translate, translate] : translate;
  const [lowX = 0, highX = 0, lowY = 0, highY = 0] = typeof shear === "number" ? [-shear, shear] : shear;
  return {
    angle: drawFrom(rangeAround(0, degrees), rng),
    shift: [
      Math.round(drawFrom(rangeAround(0, shareX * width), rng)),
      Math.round(drawFrom(rangeAround(0, shareY * height), rng)),
    ],
    scale: drawFrom(rangeAround(1, scale), rng),
    shear: [drawFrom([lowX, highX], rng), drawFrom([lowY, highY], rng)],
  };
}

/**
 * Applies an affine map in place: shear, scale and turn about the centre, then the shift.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param affine The map.
 * @param options How pixels are read.
 */
export function applyAffine(pixels: Pixels, size: Size, affine: Affine, options: WarpOptions): void {
  warp(pixels, size, sourceOf(affine, size), options);
}

/** The map's inverse, multiplied in torchvision's order, so that it has its bits. */
function sourceOf({ angle, shift, scale, shear, centre }: Affine, [height, width]: Size): AffineMatrix {
  const [cx, cy] = centre ?? [width * 0.5, height * 0.5];
  const turn = radians(angle), leanX = radians(shear[0]), leanY = radians(shear[1]);
  const a = Math.cos(turn - leanY) / Math.cos(leanY);
  const b = -Math.cos(turn - leanY) * Math.tan(leanX) / Math.cos(leanY) - Math.sin(turn);
  const c = Math.sin(turn - leanY) / Math.cos(leanY);
  const d = -Math.sin(turn - leanY) * Math.tan(leanX) / Math.cos(leanY) + Math.cos(turn);
  const [xx, xy, yx, yy] = [d / scale, -b / scale, -c / scale, a / scale];
  const fromX = -cx - shift[0], fromY = -cy - shift[1];
  return [xx, xy, xx * fromX + xy * fromY + cx, yx, yy, yx * fromX + yy * fromY + cy];
}

/**
 * Turns an image about its centre in place, as torchvision's `rotate`.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param degrees How far, counterclockwise, as torchvision has it; {@linkcode applyAffine} turns clockwise.
 * @param options How pixels are read.
 */
export function applyRotation(pixels: Pixels, size: Size, degrees: number, options: WarpOptions): void {
  const turn = -radians(((degrees % 360) + 360) % 360);
  if (turn === 0) return;
  const [cos, sin] = [to15Digits(Math.cos(turn)), to15Digits(Math.sin(turn))];
  const [cx, cy] = [size[1] / 2, size[0] / 2];
  warp(pixels, size, [cos, sin, cos * -cx + sin * -cy + cx, -sin, cos, -sin * -cx + cos * -cy + cy], options);
}

/** PIL rounds a turn's sine and cosine so, which makes quarter turns exact. */
function to15Digits(value: number): number {
  return Math.round(value * 1e15) / 1e15;
}

function radians(degrees: number): number {
  return degrees * (Math.PI / 180);
}

/** Turns, shifts, scales and shears an image by amounts drawn evenly, as torchvision's RandomAffine. */
export function randomAffine(options: RandomAffineOptions): Augment {
  return (pixels, size, rng) => applyAffine(pixels, size, drawAffine(options, size, rng), options);
}

/** Options of {@linkcode rotation}. */
export interface RotationOptions extends WarpOptions {
  /** Turn in degrees, counterclockwise: from the first to the second, or up to one number either way. */
  readonly degrees: Spread;
}

/**
 * Draws a turn in degrees, uniform within its bounds.
 *
 * @param degrees The bounds.
 * @param rng Where it is drawn from.
 */
export function drawRotation(degrees: Spread, rng: Rng): number {
  return drawFrom(rangeAround(0, degrees), rng);
}

/** Turns an image about its centre by an angle drawn evenly, as torchvision's RandomRotation. */
export function rotation({ degrees, ...options }: RotationOptions): Augment {
  return (pixels, size, rng) => applyRotation(pixels, size, drawRotation(degrees, rng), options);
}
