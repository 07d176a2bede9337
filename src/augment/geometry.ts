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
      for (let c = 0; c < 3; c++) {
        const left = pixels[a + c]!;
        pixels[a + c] = pixels[b + c]!;
        pixels[b + c] = left;
      }
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
  const lastX = width - 1, lastY = height - 1, row = width * 3;
  for (let y = 0, out = 0; y < height; y++) {
    const dy = y - lastY / 2 - shift[1];
    for (let x = 0; x < width; x++, out += 3) {
      const dx = x - lastX / 2 - shift[0];
      let sx = lastX / 2 + cos * dx + sin * dy, sy = lastY / 2 - sin * dx + cos * dy;
      sx = sx < 0 ? 0 : sx > lastX ? lastX : sx;
      sy = sy < 0 ? 0 : sy > lastY ? lastY : sy;
      const x0 = sx | 0, y0 = sy | 0;
      const fx = sx - x0, fy = sy - y0;
      const a = y0 * row + x0 * 3;
      const b = x0 < lastX ? a + 3 : a;
      const c = y0 < lastY ? a + row : a, d = c + b - a;
      const wa = (1 - fx) * (1 - fy), wb = fx * (1 - fy), wc = (1 - fx) * fy, wd = fx * fy;
      // Written out by channel: this loop runs for every pixel of every training image.
      pixels[out] = source[a]! * wa + source[b]! * wb + source[c]! * wc + source[d]! * wd + 0.5;
      pixels[out + 1] = source[a + 1]! * wa + source[b + 1]! * wb + source[c + 1]! * wc + source[d + 1]! * wd + 0.5;
      pixels[out + 2] = source[a + 2]! * wa + source[b + 2]! * wb + source[c + 2]! * wc + source[d + 2]! * wd + 0.5;
    }
  }
}
