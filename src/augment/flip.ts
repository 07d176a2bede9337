/**
 * Mirror images.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { borrowCopy, type Pixels } from "./pixels.ts";

/** Mirrors an image `[H, W, 3]` left to right, in place. */
export function flipHorizontal(pixels: Pixels, [height, width]: Size): void {
  for (let y = 0; y < height; y++) {
    for (let a = y * width * 3, b = a + (width - 1) * 3; a < b; a += 3, b -= 3) {
      for (let c = 0; c < 3; c++) {
        const left = pixels[a + c]!;
        pixels[a + c] = pixels[b + c]!;
        pixels[b + c] = left;
      }
    }
  }
}

/** Mirrors an image `[H, W, 3]` top to bottom, in place. */
export function flipVertical(pixels: Pixels, [height, width]: Size): void {
  const source = borrowCopy(pixels), row = width * 3;
  for (let y = 0; y < height; y++) pixels.set(source.subarray((height - 1 - y) * row, (height - y) * row), y * row);
}
