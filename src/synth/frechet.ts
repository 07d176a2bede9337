/**
 * The Fréchet distance of two sets of features, each taken for a normal distribution. Heusel et al., 2017,
 * https://arxiv.org/abs/1706.08500
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import { symmetricEigen } from "./symmetric_eigen.ts";

/** A set of features as a normal distribution. */
export interface Gaussian {
  /** How many rows it was taken of. */
  readonly count: number;
  /** Their mean `[D]`. */
  readonly mean: Float64Array;
  /** Their unbiased covariance `[D, D]`. */
  readonly covariance: Float64Array;
}

/** How many rows features have. */
export function countRows(attempt: string, features: ArrayLike<number>, dims: number): number {
  checkInteger(attempt, "dims", dims, { min: 1 });
  checkInteger(attempt, "number of features divided by dims", features.length / dims, { min: 2 });
  return features.length / dims;
}

/**
 * The mean and covariance of features.
 *
 * @param features `[N, D]`, row by row.
 * @param options D, the length of a row.
 * @throws {RangeError} If there are fewer than two whole rows.
 */
export function gaussianOf(features: ArrayLike<number>, { dims }: { readonly dims: number }): Gaussian {
  const count = countRows("take a mean and covariance", features, dims);
  const mean = new Float64Array(dims), covariance = new Float64Array(dims * dims), row = new Float64Array(dims);
  for (let i = 0; i < count; i++) for (let d = 0; d < dims; d++) mean[d]! += features[i * dims + d]! / count;
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < dims; d++) row[d] = features[i * dims + d]! - mean[d]!;
    for (let d = 0; d < dims; d++) {
      const scaled = row[d]! / (count - 1), at = d * dims;
      for (let e = 0; e <= d; e++) covariance[at + e]! += scaled * row[e]!;
    }
  }
  for (let d = 0; d < dims; d++) for (let e = 0; e < d; e++) covariance[e * dims + d] = covariance[d * dims + e]!;
  return { count, mean, covariance };
}

/**
 * `|m - m'|² + tr(S + S' - 2 (S S')^½)` of means and covariances. It is 0 for equal ones. Of samples of one distribution it is above
 * 0, the more so the fewer they are (about as D² / N), so that only distances of equally many rows may be compared.
 *
 * @example
 * ```ts
 * import { frechetDistance, gaussianOf } from "maskfold";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const here = gaussianOf([0, 2], { dims: 1 }), there = gaussianOf([10, 14], { dims: 1 });
 * assertAlmostEquals(frechetDistance(here, there), 11 ** 2 + (Math.sqrt(8) - Math.sqrt(2)) ** 2);
 * ```
 *
 * @param generated Of one set.
 * @param real Of the other; the distance is the same when they are exchanged.
 * @returns The squared distance, >= 0.
 * @throws {TypeError} If they are of features of different length.
 */
export function frechetDistance(generated: Gaussian, real: Gaussian): number {
  const dims = real.mean.length;
  if (generated.mean.length !== dims) {
    throw new TypeError(
      `Cannot take the Fréchet distance as both sets must have features of one length: current lengths are ${generated.mean.length} and ${dims}`,
    );
  }
  let apart = 0, traces = 0;
  for (let d = 0; d < dims; d++) {
    apart += (generated.mean[d]! - real.mean[d]!) ** 2;
    traces += generated.covariance[d * dims + d]! + real.covariance[d * dims + d]!;
  }
  return Math.max(0, apart + traces - 2 * traceOfRoot(generated.covariance, real.covariance, dims));
}

/** tr (S S')^½, which is tr (R S R)^½ of a root R of S': that is symmetric. */
function traceOfRoot(one: Float64Array, other: Float64Array, side: number): number {
  const { values, vectors } = symmetricEigen(other, { side });
  // Without the root's outer rotation, which changes no eigenvalue: rows of `vectors` times the square roots.
  const root = vectors.map((x, i) => x * Math.sqrt(Math.max(0, values[Math.floor(i / side)]!)));
  const turned = timesTransposed(timesTransposed(root, one, side), root, side); // S is symmetric
  return symmetricEigen(turned, { side, vectors: false }).values.reduce((sum, x) => sum + Math.sqrt(Math.max(0, x)), 0);
}

/** A Bᵀ of square matrices. */
function timesTransposed(a: Float64Array, b: Float64Array, side: number): Float64Array {
  const product = new Float64Array(side * side);
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      let sum = 0;
      for (let k = 0, x = i * side, y = j * side; k < side; k++) sum += a[x++]! * b[y++]!;
      product[i * side + j] = sum;
    }
  }
  return product;
}
