/**
 * Moving pixels about: every pixel of the result is read from a place in the source that an affine or a perspective map
 * gives, with the arithmetic of Pillow's `Image.transform`, whose pixels these are.
 * https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.Image.transform
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { borrowCopy, type Pixels } from "./pixels.ts";

/** Bytes 0..255 for what comes from outside the image: one for all channels, red, green and blue, or its nearest edge. */
export type Fill = number | readonly [red: number, green: number, blue: number] | "edge";

/** How pixels are read. */
export interface WarpOptions {
  /** The nearest pixel, or four of them weighted by their distance. */
  readonly interpolation: "nearest" | "bilinear";
  /** What comes from outside the image. */
  readonly fill: Fill;
}

/** From a pixel's place in the result to its place in the source: `x' = a x + b y + c`, `y' = d x + e y + f`. */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** As {@linkcode AffineMatrix}, with both divided by `g x + h y + 1`. */
export type PerspectiveMatrix = readonly [...AffineMatrix, g: number, h: number];

/** Fills in, for row `y` of the result, the places in the source: pixel `k` covers `k` to `k + 1`. */
type Locate = (y: number) => void;

let xs = new Float64Array(0), ys = new Float64Array(0);

/**
 * Warps an image in place.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param matrix Where the pixels of the result come from; the image's corner is at (0, 0), its first pixel's centre at half
 * a pixel.
 */
export function warp(
  pixels: Pixels,
  size: Size,
  matrix: AffineMatrix | PerspectiveMatrix,
  { interpolation, fill }: WarpOptions,
): void {
  const [height, width] = size;
  if (xs.length < width) [xs, ys] = [new Float64Array(width), new Float64Array(width)];
  const locate = locator(matrix, width, interpolation);
  const read = interpolation === "nearest" ? readNearest : readBilinear;
  const source = borrowCopy(pixels);
  const [red, green, blue] = typeof fill === "number" ? [fill, fill, fill] : fill === "edge" ? [0, 0, 0] : fill;
  for (let y = 0; y < height; y++) {
    locate(y);
    if (fill === "edge") keepInside(height, width);
    read(pixels, y * width * 3, source, height, width, red, green, blue);
  }
}

/** Pillow rounds differently by kind of map, which shows where a place falls on the border of two pixels. */
function locator(
  matrix: AffineMatrix | PerspectiveMatrix,
  width: number,
  interpolation: WarpOptions["interpolation"],
): Locate {
  const [a, b, c, d, e, f, g, h] = matrix;
  if (g !== undefined && h !== undefined) return perspective(matrix as PerspectiveMatrix, width);
  if (interpolation === "bilinear") return affine(a, b, c, d, e, f, width);
  return b === 0 && d === 0 ? scaled(a, c, e, f, width) : fixedPoint(a, b, c, d, e, f, width);
}

function affine(a: number, b: number, c: number, d: number, e: number, f: number, width: number): Locate {
  return (row) => {
    const by = b * (row + 0.5), ey = e * (row + 0.5);
    for (let k = 0; k < width; k++) {
      const x = k + 0.5;
      xs[k] = a * x + by + c;
      ys[k] = d * x + ey + f;
    }
  };
}

function perspective([a, b, c, d, e, f, g, h]: PerspectiveMatrix, width: number): Locate {
  return (row) => {
    const y = row + 0.5;
    const by = b * y, ey = e * y, hy = h * y;
    for (let k = 0; k < width; k++) {
      const x = k + 0.5, depth = g * x + hy + 1;
      xs[k] = (a * x + by + c) / depth;
      ys[k] = (d * x + ey + f) / depth;
    }
  };
}

/** Places by repeated addition, as for a map that only scales and shifts. */
function scaled(a: number, c: number, e: number, f: number, width: number): Locate {
  let y = f + e * 0.5;
  return () => {
    let x = c + a * 0.5;
    for (let k = 0; k < width; k++) {
      xs[k] = x;
      ys[k] = y;
      x += a;
    }
    y += e;
  };
}

/** Places in steps of 2^-16 of a pixel; in doubles, which hold them however far outside they lie. */
function fixedPoint(a: number, b: number, c: number, d: number, e: number, f: number, width: number): Locate {
  const fix = (value: number) => Math.floor(value * 65536 + 0.5);
  const [stepX, stepY, rowX, rowY] = [fix(a), fix(d), fix(b), fix(e)];
  let startX = fix(c + a * 0.5 + b * 0.5), startY = fix(f + d * 0.5 + e * 0.5);
  return () => {
    for (let k = 0, x = startX, y = startY; k < width; k++, x += stepX, y += stepY) {
      xs[k] = x / 65536;
      ys[k] = y / 65536;
    }
    startX += rowX;
    startY += rowY;
  };
}

/** Moves places outside to the middle of the nearest pixel on the edge. */
function keepInside(height: number, width: number): void {
  for (let k = 0; k < width; k++) {
    const x = xs[k]!, y = ys[k]!;
    xs[k] = x > 0.5 ? (x < width - 0.5 ? x : width - 0.5) : 0.5;
    ys[k] = y > 0.5 ? (y < height - 0.5 ? y : height - 0.5) : 0.5;
  }
}

function readNearest(
  pixels: Pixels,
  out: number,
  source: Uint8Array,
  height: number,
  width: number,
  red: number,
  green: number,
  blue: number,
): void {
  for (let k = 0; k < width; k++, out += 3) {
    const x = xs[k]!, y = ys[k]!;
    if (x >= 0 && x < width && y >= 0 && y < height) {
      const from = ((y | 0) * width + (x | 0)) * 3;
      pixels[out] = source[from]!;
      pixels[out + 1] = source[from + 1]!;
      pixels[out + 2] = source[from + 2]!;
    } else {
      pixels[out] = red;
      pixels[out + 1] = green;
      pixels[out + 2] = blue;
    }
  }
}

/** Cuts what it weighs to whole numbers, as Pillow does: on average an image loses half a step of 255. */
function readBilinear(
  pixels: Pixels,
  out: number,
  source: Uint8Array,
  height: number,
  width: number,
  red: number,
  green: number,
  blue: number,
): void {
  const row = width * 3, lastX = width - 1, lastY = height - 1;
  for (let k = 0; k < width; k++, out += 3) {
    const px = xs[k]!, py = ys[k]!;
    if (px >= 0 && px < width && py >= 0 && py < height) {
      const x = px - 0.5, y = py - 0.5;
      const x0 = x < 0 ? -1 : x | 0, y0 = y < 0 ? -1 : y | 0;
      const dx = x - x0, dy = y - y0;
      const upper = (y0 < 0 ? 0 : y0) * row, lower = (y0 < lastY ? y0 + 1 : lastY) * row;
      const left = (x0 < 0 ? 0 : x0) * 3, right = (x0 < lastX ? x0 + 1 : lastX) * 3;
      const a = upper + left, b = upper + right, c = lower + left, d = lower + right;
      // Written out by channel: this loop runs for every pixel of every training image.
      const a0 = source[a]!, c0 = source[c]!;
      const top0 = a0 + (source[b]! - a0) * dx, bottom0 = c0 + (source[d]! - c0) * dx;
      pixels[out] = (top0 + (bottom0 - top0) * dy) | 0;
      const a1 = source[a + 1]!, c1 = source[c + 1]!;
      const top1 = a1 + (source[b + 1]! - a1) * dx, bottom1 = c1 + (source[d + 1]! - c1) * dx;
      pixels[out + 1] = (top1 + (bottom1 - top1) * dy) | 0;
      const a2 = source[a + 2]!, c2 = source[c + 2]!;
      const top2 = a2 + (source[b + 2]! - a2) * dx, bottom2 = c2 + (source[d + 2]! - c2) * dx;
      pixels[out + 2] = (top2 + (bottom2 - top2) * dy) | 0;
    } else {
      pixels[out] = red;
      pixels[out + 1] = green;
      pixels[out + 2] = blue;
    }
  }
}
