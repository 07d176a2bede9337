/**
 * How much of one image another one does not explain, once it is moved, scaled and brightened a little: one step of Lucas
 * and Kanade, "An iterative image registration technique", 1981, https://www.ri.cmu.edu/pub_files/pub3/lucas_bruce_d_1981_2/lucas_bruce_d_1981_2.pdf,
 * with slopes from the mean of both images, which makes the step right to second order.
 *
 * @module
 */
import type { Size } from "../core/records.ts";

/** What may differ: shift and scale from left to right, the same from top to bottom, gain, offset. */
const UNKNOWNS = 6;

/** The most that a copy differs by: shifts and scales as shares of a side, gain as a share, offset in bytes. */
const MOST = { shift: 0.04, scale: 0.06, gain: 0.2, offset: 10 } as const;

/** Grey levels that count as contrast in an image without any. */
const LEAST_CONTRAST = 1;

/** Grey levels of difference, in the mean, that encoding anew makes everywhere. */
const NOISE = 1;

/** Keeps the equations solvable where an image has no slope. */
const RIDGE = 1;

/**
 * A grid without its finest detail, which would defeat a step by slopes: each value's mean with its neighbours along both
 * sides, weighted 1, 2, 1.
 *
 * @param grid Means `[R, C, 3]`.
 * @param size Rows and columns.
 * @returns The means, rounded to bytes.
 */
export function smoothed(grid: Float32Array, [rows, columns]: Size): Uint8Array {
  const wide = new Float32Array(grid.length), out = new Uint8Array(grid.length), row = columns * 3;
  for (let k = 0; k < grid.length; k++) {
    const at = k % row;
    const before = at >= 3 ? grid[k - 3]! : grid[k]!, after = at < row - 3 ? grid[k + 3]! : grid[k]!;
    wide[k] = (before + 2 * grid[k]! + after) / 4;
  }
  for (let k = 0; k < grid.length; k++) {
    const above = k >= row ? wide[k - row]! : wide[k]!, below = k < (rows - 1) * row ? wide[k + row]! : wide[k]!;
    out[k] = Math.round((above + 2 * wide[k]! + below) / 4);
  }
  return out;
}

/**
 * The contrast of a grid of means: the mean distance of its values from their channel's mean.
 *
 * @param grid Means `[R, C, 3]`.
 * @returns In bytes, 1 at least.
 */
export function contrastOf(grid: Uint8Array): number {
  let total = 0;
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let k = channel; k < grid.length; k += 3) sum += grid[k]!;
    const mean = sum / (grid.length / 3);
    for (let k = channel; k < grid.length; k += 3) total += Math.abs(grid[k]! - mean);
  }
  return Math.max(total / grid.length, LEAST_CONTRAST);
}

/**
 * The mean difference of two grids that is left after registration, less what encoding anew makes.
 *
 * @param p Means of the one image `[R, C, 3]`.
 * @param q Means of the other.
 * @param size Rows and columns, three at least.
 * @returns In bytes; infinite where the images would have to be moved, scaled or brightened by more than a copy is.
 */
export function registeredDifference(p: Uint8Array, q: Uint8Array, [rows, columns]: Size): number {
  const cells = (rows - 2) * (columns - 2) * 3; // slopes need a neighbour on each side
  const slopes = new Float64Array(cells * UNKNOWNS), differences = new Float64Array(cells);
  let n = 0;
  for (let y = 1; y < rows - 1; y++) {
    for (let x = 1; x < columns - 1; x++) {
      for (let channel = 0; channel < 3; channel++, n++) {
        const k = (y * columns + x) * 3 + channel, down = columns * 3;
        const across = (p[k + 3]! + q[k + 3]! - p[k - 3]! - q[k - 3]!) / 4;
        const along = (p[k + down]! + q[k + down]! - p[k - down]! - q[k - down]!) / 4;
        const at = n * UNKNOWNS;
        slopes[at] = across * columns; // in shares of a side
        slopes[at + 1] = across * (x - (columns - 1) / 2);
        slopes[at + 2] = along * rows;
        slopes[at + 3] = along * (y - (rows - 1) / 2);
        slopes[at + 4] = (p[k]! + q[k]!) / 2;
        slopes[at + 5] = 1;
        differences[n] = q[k]! - p[k]!;
      }
    }
  }
  const by = leastSquares(slopes, differences);
  const most = [MOST.shift, MOST.scale, MOST.shift, MOST.scale, MOST.gain, MOST.offset];
  if (!most.every((bound, u) => Math.abs(by[u]!) <= bound)) return Infinity;
  let sum = 0;
  for (let i = 0; i < cells; i++) {
    let left = differences[i]!;
    for (let u = 0; u < UNKNOWNS; u++) left -= by[u]! * slopes[i * UNKNOWNS + u]!;
    sum += Math.abs(left);
  }
  return Math.max(sum / cells - NOISE, 0);
}

/** The unknowns that make `slopes · unknowns` nearest to `values`, by the normal equations. */
function leastSquares(slopes: Float64Array, values: Float64Array): Float64Array {
  const width = UNKNOWNS + 1, table = new Float64Array(UNKNOWNS * width); // equations with their right sides
  for (let i = 0; i < values.length; i++) {
    const row = i * UNKNOWNS;
    for (let u = 0; u < UNKNOWNS; u++) {
      const slope = slopes[row + u]!;
      for (let v = u; v < UNKNOWNS; v++) table[u * width + v]! += slope * slopes[row + v]!;
      table[u * width + UNKNOWNS]! += slope * values[i]!;
    }
  }
  for (let u = 0; u < UNKNOWNS; u++) {
    for (let v = 0; v < u; v++) table[u * width + v] = table[v * width + u]!;
    table[u * width + u]! += RIDGE;
  }
  for (let u = 0; u < UNKNOWNS; u++) { // positive definite, so that no rows need to change places
    for (let v = 0; v < UNKNOWNS; v++) {
      if (v === u) continue;
      const factor = table[v * width + u]! / table[u * width + u]!;
      for (let k = u; k < width; k++) table[v * width + k]! -= factor * table[u * width + k]!;
    }
  }
  return Float64Array.from({ length: UNKNOWNS }, (_, u) => table[u * width + UNKNOWNS]! / table[u * width + u]!);
}
