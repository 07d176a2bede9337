/**
 * Flips, shifts, and small rotations on bytes.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import type { Pixels } from "./color.ts";

/** Mirrors an image left to right, in place. */
export function flipHorizontal(pixels: Pixels, [height, width]: Size): void {
  for (let y = 0; y < height; y++) {
    for (let a = y * width * 3, b = a + (width - 1) * 3; a < b; a += 3, b -= 3) {
      for (let c = 0; c < 3; c++) [pixels[a + c], pixels[b + c]] = [pixels[b + c]!, pixels[a + c]!];
    }
  }
}

/** A turn, a scale and a shift about the centre of the image. */
export interface Affine {
  /** Degrees, clockwise. */
  readonly angle: number;
  /** Size factor. */
  readonly scale: number;
  /** Pixels to the right and down. */
  readonly shift: readonly [x: number, y: number];
}

/**
 * Turns, scales and shifts an image in place, bilinearly; what comes from outside repeats the nearest edge.
 *
 * @param pixels RGB `[H, W, 3]`.
 */
export function transformAffine(pixels: Pixels, [height, width]: Size, { angle, scale, shift }: Affine): void {
  const source = pixels.slice();
  const radians = angle * Math.PI / 180;
  const cos = Math.cos(radians) / scale, sin = Math.sin(radians) / scale;
  const middleX = (width - 1) / 2, middleY = (height - 1) / 2;
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < width; x++, out += 3) {
      const dx = x - middleX - shift[0], dy = y - middleY - shift[1];
      const sx = Math.min(width - 1, Math.max(0, middleX + cos * dx + sin * dy));
      const sy = Math.min(height - 1, Math.max(0, middleY - sin * dx + cos * dy));
      const x0 = Math.floor(sx), y0 = Math.floor(sy);
      const fx = sx - x0, fy = sy - y0;
      const a = (y0 * width + x0) * 3;
      const right = x0 + 1 < width ? 3 : 0, below = y0 + 1 < height ? width * 3 : 0;
      for (let c = 0; c < 3; c++) {
        const top = source[a + c]! * (1 - fx) + source[a + right + c]! * fx;
        const bottom = source[a + below + c]! * (1 - fx) + source[a + below + right + c]! * fx;
        pixels[out + c] = Math.round(top * (1 - fy) + bottom * fy);
      }
    }
  }
}
