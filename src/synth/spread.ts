/**
 * How much images of one class differ from each other, as far as the eye sees it from afar: the variance of small means.
 *
 * @module
 */
import type { Size } from "../core/records.ts";

/** Side of the grid that images are averaged to: what is smaller is texture and noise. */
const GRID = 8;

/**
 * The spread of images within their classes.
 *
 * @param pixels RGB 0..255, `[N, H, W, 3]`.
 * @param labels Class numbers `[N]`.
 * @param options The images' size, and C, the number of classes.
 * @returns For each class the mean unbiased variance of the means over an 8 x 8 grid, in squared levels of 0..255, `[C]`; NaN for
 *   a class of fewer than two images.
 */
export function classSpreads(
  pixels: Uint8Array,
  labels: ArrayLike<number>,
  { size, classes }: { readonly size: Size; readonly classes: number },
): Float64Array {
  const cells = GRID * GRID * 3, stride = size[0] * size[1] * 3;
  const counts = new Int32Array(classes),
    sums = new Float64Array(classes * cells),
    squares = new Float64Array(classes * cells);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!, means = gridMeans(pixels.subarray(i * stride, (i + 1) * stride), size);
    counts[label]!++;
    for (let k = 0; k < cells; k++) {
      sums[label * cells + k]! += means[k]!;
      squares[label * cells + k]! += means[k]! ** 2;
    }
  }
  return Float64Array.from(counts, (count, label) => {
    let total = 0;
    for (let k = label * cells; k < (label + 1) * cells; k++) total += squares[k]! - sums[k]! ** 2 / count;
    return count < 2 ? NaN : total / (count - 1) / cells;
  });
}

/** Means of an image's pixels over a grid `[8, 8, 3]`; every pixel counts in one cell. */
function gridMeans(pixels: Uint8Array, [height, width]: Size): Float64Array {
  const sums = new Float64Array(GRID * GRID * 3), counts = new Int32Array(GRID * GRID);
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) {
      const cell = Math.floor(r * GRID / height) * GRID + Math.floor(c * GRID / width), at = (r * width + c) * 3;
      counts[cell]!++;
      for (let k = 0; k < 3; k++) sums[cell * 3 + k]! += pixels[at + k]!;
    }
  }
  return sums.map((sum, i) => sum / Math.max(1, counts[Math.floor(i / 3)]!));
}
