/**
 * Perspective: the image's corners are moved inwards, drawn and applied as torchvision's RandomPerspective.
 * https://docs.pytorch.org/vision/0.14/generated/torchvision.transforms.RandomPerspective.html
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { randomInt, type Rng } from "../core/rng.ts";
import type { Augment, Pixels } from "./pixels.ts";
import { type PerspectiveMatrix, warp, type WarpOptions } from "./warp.ts";

/** A place in pixels: the first pixel is at (0, 0), the last at (W - 1, H - 1). */
export type Point = readonly [x: number, y: number];

/** Places of the upper left, upper right, lower right and lower left corner. */
export type Corners = readonly [Point, Point, Point, Point];

/** Options of {@linkcode perspective}. */
export interface PerspectiveOptions extends WarpOptions {
  /** How far corners move inwards at most, as a share of half the side, 0..1. */
  readonly distortion: number;
  /** Probability of a change, 0..1. */
  readonly chance: number;
}

/**
 * Draws where the corners go: each uniform among the whole pixels within its bounds.
 *
 * @param distortion How far corners move inwards at most, as a share of half the side, 0..1.
 * @param size Height and width in pixels.
 * @param rng Where it is drawn from.
 */
export function drawCorners(distortion: number, [height, width]: Size, rng: Rng): Corners {
  const countX = Math.trunc(distortion * Math.floor(width / 2)) + 1;
  const countY = Math.trunc(distortion * Math.floor(height / 2)) + 1;
  const left = () => randomInt(rng, countX), right = () => width - countX + randomInt(rng, countX);
  const upper = () => randomInt(rng, countY), lower = () => height - countY + randomInt(rng, countY);
  return [[left(), upper()], [right(), upper()], [right(), lower()], [left(), lower()]];
}

/**
 * Moves the image's corners to other places, in place.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param corners Where the centres of the four corner pixels go; no three on a line.
 * @param options How pixels are read.
 */
export function applyPerspective(pixels: Pixels, size: Size, corners: Corners, options: WarpOptions): void {
  const own = cornersOf(size);
  if (corners.every(([x, y], i) => x === own[i]![0] && y === own[i]![1])) return;
  warp(pixels, size, solve(own, corners), options);
}

function cornersOf([height, width]: Size): Corners {
  return [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]];
}

/**
 * The map that takes `from` to `to`, by Gaussian elimination in double precision; torchvision solves it in single precision,
 * which moves places by less than a thousandth of a pixel. As there, corners are the places of pixels' centres, while the
 * map counts from the image's corner.
 */
function solve(to: Corners, from: Corners): PerspectiveMatrix {
  const rows = from.flatMap(([x, y], i) => {
    const [u, v] = to[i]!;
    return [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]];
  });
  for (let k = 0; k < 8; k++) {
    let pivot = k;
    for (let i = k + 1; i < 8; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = 0; i < 8; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j < 9; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return rows.map((row, k) => row[8]! / row[k]!) as unknown as PerspectiveMatrix;
}

/** Moves the corners inwards with probability `chance`, as torchvision's RandomPerspective. */
export function perspective({ distortion, chance, ...options }: PerspectiveOptions): Augment {
  return (pixels, size, rng) => {
    if (rng() < chance) applyPerspective(pixels, size, drawCorners(distortion, size, rng), options);
  };
}
