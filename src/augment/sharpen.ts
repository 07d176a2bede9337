/**
 * Sharpness on bytes, with the pixels of PIL's `ImageEnhance.Sharpness`: a blend of the image with its smoothed self.
 * https://pillow.readthedocs.io/en/stable/reference/ImageEnhance.html
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { blend, borrowSteps } from "./blend.ts";
import { borrowCopy, type Pixels } from "./pixels.ts";

/** A pixel's smoothed value by four times itself plus the sum of the 3 x 3 about it: PIL's kernel weighs the middle by 5. */
const SMOOTHED = Uint8Array.from({ length: 13 * 255 + 1 }, (_, sum) => Math.floor(sum / 13 + 0.5));

let columns = new Int32Array(0);

/**
 * Sharpens or smooths an image in place; pixels on its edges stay.
 *
 * @param pixels RGB `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param factor At least 0: 0 smooths, 1 changes nothing, 2 doubles the distance from the smoothed image.
 */
export function sharpen(pixels: Pixels, [height, width]: Size, factor: number): void {
  if (factor === 1) return;
  const steps = borrowSteps(factor), source = borrowCopy(pixels), row = width * 3;
  if (columns.length < row) columns = new Int32Array(row);
  for (let y = 1; y < height - 1; y++) {
    const from = y * row;
    for (let i = 0, at = from; i < row; i++, at++) {
      columns[i] = source[at - row]! + source[at]! + source[at + row]!;
    }
    for (let i = 3, at = from + 3; i < row - 3; i++, at++) {
      const value = source[at]!;
      pixels[at] = blend(steps, SMOOTHED[columns[i - 3]! + columns[i]! + columns[i + 3]! + 4 * value]!, value);
    }
  }
}
