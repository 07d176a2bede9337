/**
 * Smoothing of a soft mask that stops at edges of colour: the mean-field equations of GrabCut's energy, iterated. Each place
 * is drawn to its eight neighbours, more strongly the more alike the colours are. Rother, Kolmogorov and Blake, 2004,
 * https://doi.org/10.1145/1015706.1015720, solved as by Krähenbühl and Koltun, 2011, in place of a graph cut.
 *
 * @module
 */
import type { Size } from "../core/records.ts";

/** Pull of a neighbour of the same colour, in nats. */
const PULL = 1.6;

/** The neighbours below and to the right; the others are these seen from the other side. */
const NEIGHBOURS = [[0, 1], [1, 0], [1, 1], [1, -1]] as const;

/** How strongly each place is drawn to four of its neighbours, and they to it, `[4, H, W]`. */
export function pulls(colours: Float32Array, [height, width]: Size): Float32Array {
  const area = height * width, out = new Float32Array(4 * area);
  let sum = 0, count = 0;
  NEIGHBOURS.forEach(([down, right], n) => {
    for (let y = 0; y < height - down; y++) {
      for (let x = Math.max(0, -right); x < width - Math.max(0, right); x++) {
        const p = y * width + x, q = p + down * width + right;
        let far = 0;
        for (let axis = 0; axis < 3; axis++) far += (colours[3 * p + axis]! - colours[3 * q + axis]!) ** 2;
        out[n * area + p] = far;
        sum += far;
        count++;
      }
    }
  });
  const beta = count / Math.max(2 * sum, 1e-9);
  NEIGHBOURS.forEach(([down, right], n) => {
    const strength = PULL / Math.hypot(down, right);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const p = y * width + x, inside = y < height - down && x + right >= 0 && x + right < width;
        out[n * area + p] = inside ? strength * Math.exp(-beta * out[n * area + p]!) : 0;
      }
    }
  });
  return out;
}

/**
 * Iterates the equations.
 *
 * @param odds Log odds of each place by itself, `[H, W]`.
 * @param drawn From {@linkcode pulls}.
 * @param chances Probabilities to begin with, `[H, W]`; replaced by those that come out.
 */
export function smooth(odds: Float32Array, drawn: Float32Array, chances: Float32Array, [height, width]: Size): void {
  const area = height * width, sums = new Float32Array(area);
  for (let round = 0; round < 10; round++) {
    sums.set(odds);
    NEIGHBOURS.forEach(([down, right], n) => {
      const step = down * width + right;
      for (let p = Math.max(0, -step); p < area - step; p++) {
        const pull = drawn[n * area + p]!;
        if (pull === 0) continue;
        sums[p] = sums[p]! + pull * (2 * chances[p + step]! - 1);
        sums[p + step] = sums[p + step]! + pull * (2 * chances[p]! - 1);
      }
    });
    for (let p = 0; p < area; p++) chances[p] = 1 / (1 + Math.exp(-sums[p]!));
  }
}
