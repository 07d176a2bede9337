/**
 * The Fréchet distance of two sets of features, each taken for a normal distribution. Heusel et al., 2017,
 * https://arxiv.org/abs/1706.08500
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import { symmetricEigenvalues } from "./eigenvalues.ts";

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
 * `|m - m'|² + tr(S + S' - 2 (S S')^½)` of means and covariances. It is 0 for equal ones. Of two samples of one distribution it is
 * above 0, the more so the fewer rows and the more features they have, so that only distances of equally many rows may be compared.
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

/** tr (S S')^½, which is tr (F S Fᵀ)^½ for S' = Fᵀ F: that matrix is symmetric and has the same eigenvalues above 0. */
function traceOfRoot(one: Float64Array, other: Float64Array, side: number): number {
  const factor = factorOf(other, side), rank = factor.length / side;
  const half = dotRows(factor, one, side), whole = dotRows(half, factor, side); // S is symmetric
  return symmetricEigenvalues(whole, { side: rank }).reduce((sum, x) => sum + Math.sqrt(Math.max(0, x)), 0);
}

/**
 * Cholesky's factor of a matrix that may have no inverse: the largest of what is left of the diagonal goes next, until nothing but
 * rounding is left. Higham, Analysis of the Cholesky decomposition of a
 * semi-definite matrix, 1990.
 *
 * @returns F `[rank, D]` with S = Fᵀ F.
 */
function factorOf(matrix: Float64Array, side: number): Float64Array {
  const left = Float64Array.from({ length: side }, (_, d) => matrix[d * side + d]!);
  const least = side * Number.EPSILON * left.reduce((a, b) => Math.max(a, b), 0);
  const factor = new Float64Array(side * side);
  let rank = 0;
  for (; rank < side; rank++) {
    let pivot = 0;
    for (let d = 1; d < side; d++) if (left[d]! > left[pivot]!) pivot = d;
    if (left[pivot]! <= least) break;
    const row = factor.subarray(rank * side, (rank + 1) * side);
    row.set(matrix.subarray(pivot * side, (pivot + 1) * side));
    for (let k = 0; k < rank; k++) {
      const times = factor[k * side + pivot]!;
      if (times === 0) continue;
      for (let d = 0, at = k * side; d < side; d++) row[d]! -= times * factor[at++]!;
    }
    const root = Math.sqrt(left[pivot]!);
    for (let d = 0; d < side; d++) left[d]! -= (row[d]! /= root) ** 2;
    left[pivot] = 0;
  }
  return factor.subarray(0, rank * side);
}

/** A Bᵀ of rows of one length: each row of A times each of B, four at a time so that A is read less often. */
function dotRows(a: Float64Array, b: Float64Array, length: number): Float64Array {
  const rows = a.length / length, columns = b.length / length, product = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      let p = 0, q = 0, r = 0, s = 0;
      for (let k = 0, x = i * length, y = j * length; k < length; k++, y++) {
        const value = a[x++]!;
        p += value * b[y]!;
        q += value * b[y + length]!;
        r += value * b[y + 2 * length]!;
        s += value * b[y + 3 * length]!;
      }
      product.set([p, q, r, s], i * columns + j);
    }
    for (; j < columns; j++) {
      let sum = 0;
      for (let k = 0, x = i * length, y = j * length; k < length; k++) sum += a[x++]! * b[y++]!;
      product[i * columns + j] = sum;
    }
  }
  return product;
}
