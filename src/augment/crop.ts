/**
 * A part of the image, resized to its whole: random ones as torchvision's RandomResizedCrop, or the middle. Resizing is
 * Pillow's, bit for bit.
 * https://docs.pytorch.org/vision/0.14/generated/torchvision.transforms.RandomResizedCrop.html
 *
 * @module
 */
import { type Interpolation, resample } from "../core/resample.ts";
import type { Size } from "../core/records.ts";
import type { Rng } from "../core/rng.ts";
import { type BoxOptions, drawBox, type Range } from "./draw.ts";
import { type Augment, borrowCopy, type Box, type Pixels } from "./pixels.ts";

/** How a part is resized. */
export type CropInterpolation = "nearest" | Interpolation;

/** Options of {@linkcode randomResizedCrop}. */
export interface RandomResizedCropOptions extends BoxOptions {
  /** How the part is resized. */
  readonly interpolation: CropInterpolation;
}

/**
 * Draws a part of an image; where none of ten fits, the largest in the middle whose aspect ratio is within bounds.
 *
 * @param options Bounds of the part's area and aspect ratio.
 * @param size Height and width in pixels.
 * @param rng Where it is drawn from.
 */
export function drawCrop(options: BoxOptions, size: Size, rng: Rng): Box {
  return drawBox(options, size, rng) ?? largestWithin(options.ratio, size);
}

function largestWithin([low, high]: Range, [height, width]: Size): Box {
  const aspect = width / height;
  const h = aspect < low ? Math.max(1, Math.round(width / low)) : height;
  const w = aspect > high ? Math.max(1, Math.round(height * high)) : width;
  return { top: (height - h) >> 1, left: (width - w) >> 1, height: h, width: w };
}

/**
 * Resizes a part of an image to the whole, in place.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param box The part, within the image and of at least one pixel.
 * @param options How it is resized.
 */
export function applyCrop(
  pixels: Pixels,
  [height, width]: Size,
  box: Box,
  { interpolation }: { readonly interpolation: CropInterpolation },
): void {
  if (box.height === height && box.width === width) return;
  const source = borrowCopy(pixels);
  if (interpolation === "nearest") return resizeNearest(pixels, [height, width], source, box);
  const part = source.subarray(0, box.height * box.width * 3);
  for (let y = 0; y < box.height; y++) { // rows move towards the front, none over one that is still to be moved
    const from = ((box.top + y) * width + box.left) * 3;
    source.copyWithin(y * box.width * 3, from, from + box.width * 3);
  }
  const options = { height, width, interpolation };
  pixels.set(resample({ data: part, height: box.height, width: box.width }, options).data);
}

/** Places by repeated addition, as in Pillow. */
function resizeNearest(pixels: Pixels, [height, width]: Size, source: Uint8Array, box: Box): void {
  const stepX = box.width / width, stepY = box.height / height;
  for (let y = 0, out = 0, py = stepY * 0.5; y < height; y++, py += stepY) {
    const row = (box.top + Math.floor(py)) * width + box.left;
    for (let x = 0, px = stepX * 0.5; x < width; x++, px += stepX, out += 3) {
      const from = (row + Math.floor(px)) * 3;
      pixels[out] = source[from]!;
      pixels[out + 1] = source[from + 1]!;
      pixels[out + 2] = source[from + 2]!;
    }
  }
}

/** Resizes a random part of the image to the whole, as torchvision's RandomResizedCrop. */
export function randomResizedCrop({ interpolation, ...options }: RandomResizedCropOptions): Augment {
  return (pixels, size, rng) => applyCrop(pixels, size, drawCrop(options, size, rng), { interpolation });
}

/** Options of {@linkcode centreZoom}. */
export interface CentreZoomOptions {
  /** Share of each side that is kept, above 0, at most 1. */
  readonly share: number;
  /** Probability of a change, 0..1. */
  readonly chance: number;
  /** How the middle is resized. */
  readonly interpolation: CropInterpolation;
}

/** Cuts out the middle and resizes it to the whole, with probability `chance`: a centre crop that keeps the image's size. */
export function centreZoom({ share, chance, interpolation }: CentreZoomOptions): Augment {
  return (pixels, size, rng) => {
    if (rng() < chance) applyCrop(pixels, size, middle(share, size), { interpolation });
  };
}

/** The box in the middle; odd margins are halved as torchvision's CenterCrop does. */
function middle(share: number, [height, width]: Size): Box {
  const h = Math.max(1, Math.round(share * height)), w = Math.max(1, Math.round(share * width));
  return { top: halfToEven(height - h), left: halfToEven(width - w), height: h, width: w };
}

/** Half a whole number, rounded to even as Python does. */
function halfToEven(margin: number): number {
  return margin % 4 === 3 ? (margin + 1) / 2 : Math.floor(margin / 2);
}
