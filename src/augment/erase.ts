/**
 * Random erasing (Zhong et al., 2017, https://arxiv.org/abs/1708.04896), drawn as torchvision's RandomErasing. That one works
 * on normalised tensors, where 0 is the channels' mean; here, on bytes, the mean's own bytes stand for it.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import type { Rng } from "../core/rng.ts";
import { type BoxOptions, drawBox } from "./draw.ts";
import type { Augment, Box, Pixels } from "./pixels.ts";

/** Bytes 0..255 that take the place of what is erased: one for all channels, or red, green and blue. */
export type EraseColor = number | readonly [red: number, green: number, blue: number];

/** Options of {@linkcode randomErasing}. The aspect ratio is height by width, as in torchvision. */
export interface RandomErasingOptions extends BoxOptions {
  /** Probability of erasing, 0..1. */
  readonly chance: number;
  /** What takes the place: ImageNet's mean, normal noise with ImageNet's mean and deviation, or bytes. */
  readonly value: "mean" | "random" | EraseColor;
}

/** ImageNet's means and deviations by channel, as shares of 255: what torchvision's models are normalised with. */
const MEANS = [0.485, 0.456, 0.406] as const;
const DEVIATIONS = [0.229, 0.224, 0.225] as const;
const MEAN_BYTES = MEANS.map((mean) => Math.round(mean * 255)) as unknown as readonly [number, number, number];

/** Bytes of each channel's normal distribution at evenly spaced probabilities, so that one draw serves a pixel. */
const QUANTILES = 1024;
let noise: readonly Uint8Array[] | undefined;

/**
 * Draws the box to erase, smaller than the image along both sides; where none of ten fits, there is none.
 *
 * @param options Bounds of the box's area, and of its aspect ratio, height by width.
 * @param size Height and width in pixels.
 * @param rng Where it is drawn from.
 */
export function drawErasing({ scale, ratio }: BoxOptions, size: Size, rng: Rng): Box | undefined {
  const turned = { scale, ratio: [1 / ratio[1], 1 / ratio[0]] } as const;
  return drawBox(turned, size, rng, [size[0] - 1, size[1] - 1]);
}

/**
 * Fills a box with one colour, in place.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param box Within the image.
 * @param value What takes the place of its pixels.
 */
export function applyErasing(pixels: Pixels, [, width]: Size, box: Box, value: EraseColor): void {
  const [red, green, blue] = typeof value === "number" ? [value, value, value] : value;
  eachPixel(box, width, (i) => {
    pixels[i] = red;
    pixels[i + 1] = green;
    pixels[i + 2] = blue;
  });
}

/**
 * Fills a box with normal noise of ImageNet's mean and deviation, cut to 0..255, in place.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param box Within the image.
 * @param rng Where the noise is drawn from, a number a pixel.
 */
export function applyNoise(pixels: Pixels, [, width]: Size, box: Box, rng: Rng): void {
  noise ??= MEANS.map((mean, c) => quantiles(255 * mean, 255 * DEVIATIONS[c]!));
  const [red, green, blue] = noise as [Uint8Array, Uint8Array, Uint8Array];
  eachPixel(box, width, (i) => {
    const bits = (rng() * 2 ** 30) | 0; // ten for each channel
    pixels[i] = red[bits & 1023]!;
    pixels[i + 1] = green[(bits >> 10) & 1023]!;
    pixels[i + 2] = blue[bits >> 20]!;
  });
}

function eachPixel({ top, left, height, width }: Box, columns: number, visit: (i: number) => void): void {
  for (let y = top; y < top + height; y++) {
    for (let i = (y * columns + left) * 3, end = i + width * 3; i < end; i += 3) visit(i);
  }
}

/** The bytes at the probabilities (k + 1/2) / 1024 of a normal distribution, by adding up its density. */
function quantiles(mean: number, deviation: number): Uint8Array {
  const bytes = new Uint8Array(QUANTILES), step = 1 / 16;
  const density = (value: number) => Math.exp(-0.5 * ((value - mean) / deviation) ** 2);
  const [from, total] = [mean - 6 * deviation, deviation * Math.sqrt(2 * Math.PI) / step];
  for (let k = 0, at = from, below = 0; k < QUANTILES; k++) {
    while (below < (k + 0.5) / QUANTILES * total) below += density(at += step);
    bytes[k] = Math.min(255, Math.max(0, Math.round(at)));
  }
  return bytes;
}

/** Erases a box drawn at random with probability `chance`, as torchvision's RandomErasing. */
export function randomErasing({ chance, value, ...options }: RandomErasingOptions): Augment {
  return (pixels, size, rng) => {
    if (rng() >= chance) return;
    const box = drawErasing(options, size, rng);
    if (box === undefined) return;
    if (value === "random") applyNoise(pixels, size, box, rng.fork("noise"));
    else applyErasing(pixels, size, box, value === "mean" ? MEAN_BYTES : value);
  };
}
