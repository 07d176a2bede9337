/**
 * Eigenvalues of a symmetric matrix: Householder's reduction to a tridiagonal one, then QL steps with implicit shifts. Golub and
 * Van Loan, Matrix Computations, 4th edition, 8.3.
 *
 * @module
 */
import { show } from "../core/check.ts";

/** Steps that a single eigenvalue may take; two are usual. */
const MOST = 60;

/**
 * The eigenvalues of a symmetric matrix, right up to rounding of the largest one.
 *
 * @param matrix `[D, D]`, row by row; only the lower triangle is read.
 * @param options Its side D.
 * @returns `[D]`, in no order.
 * @throws {TypeError} If the matrix has another size, or holds what is no finite number.
 */
export function symmetricEigenvalues(matrix: ArrayLike<number>, { side }: { readonly side: number }): Float64Array {
  if (matrix.length !== side * side) {
    throw new TypeError(
      `Cannot take eigenvalues of a matrix as it must be ${side} x ${side}: it has ${matrix.length} numbers`,
    );
  }
  const { diagonal, beside } = tridiagonal(Float64Array.from(matrix), side);
  const scale = diagonal.reduce((most, x, i) => Math.max(most, Math.abs(x) + Math.abs(beside[i]!)), 0);
  if (!Number.isFinite(scale)) {
    throw new TypeError(
      `Cannot take eigenvalues of a matrix as its numbers must be finite: their scale is ${show(scale)}`,
    );
  }
  for (let first = 0; first < side; first++) {
    for (let tries = 0;; tries++) {
      let last = first; // the block that still hangs together
      while (last < side - 1 && Math.abs(beside[last]!) > Number.EPSILON * scale) last++;
      if (last === first) break;
      if (tries === MOST) throw new Error(`Cannot take eigenvalues of a matrix as number ${first} did not settle`);
      stepQl(diagonal, beside, { first, last });
    }
  }
  return diagonal;
}

/**
 * Reflects a matrix to a tridiagonal one with the same eigenvalues; the matrix is used up.
 *
 * @returns Its diagonal, and what stands beside it; the last of that is 0.
 */
function tridiagonal(a: Float64Array, side: number) {
  const diagonal = new Float64Array(side), beside = new Float64Array(side), product = new Float64Array(side);
  for (let k = 0; k < side - 1; k++) {
    // Column k below the diagonal becomes a reflector v, which is kept in row k, as nothing else is read there.
    const v = a.subarray(k * side + k + 1, (k + 1) * side), size = v.length, at = (i: number) => (k + 1 + i) * side + k;
    diagonal[k] = a[k * side + k]!;
    let squares = 0;
    for (let i = 0; i < size; i++) squares += (v[i] = a[at(i)]!) ** 2;
    const length = v[0]! > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    beside[k] = size === 1 ? v[0]! : length;
    if (size === 1 || squares - v[0]! ** 2 === 0) {
      beside[k] = v[0]!; // nothing to reflect
      continue;
    }
    v[0]! -= length;
    const factor = -1 / (length * v[0]!); // 2 / |v|²
    // p = factor A v, of the lower triangle of the rest.
    product.fill(0, 0, size);
    for (let i = 0; i < size; i++) {
      const row = (k + 1 + i) * side + k + 1, vi = v[i]!;
      let sum = a[row + i]! * vi;
      for (let j = 0; j < i; j++) {
        sum += a[row + j]! * v[j]!;
        product[j]! += a[row + j]! * vi;
      }
      product[i]! += sum;
    }
    let along = 0;
    for (let i = 0; i < size; i++) along += (product[i]! *= factor) * v[i]!;
    for (let i = 0; i < size; i++) product[i]! -= factor / 2 * along * v[i]!;
    for (let i = 0; i < size; i++) {
      const row = (k + 1 + i) * side + k + 1, vi = v[i]!, pi = product[i]!;
      for (let j = 0; j <= i; j++) a[row + j]! -= vi * product[j]! + pi * v[j]!;
    }
  }
  if (side > 0) diagonal[side - 1] = a[side * side - 1]!;
  return { diagonal, beside };
}

/** One QL step with Wilkinson's shift on a block, chased up by rotations. */
function stepQl(
  diagonal: Float64Array,
  beside: Float64Array,
  { first, last }: { readonly first: number; readonly last: number },
): void {
  const half = (diagonal[first + 1]! - diagonal[first]!) / (2 * beside[first]!);
  const shift = diagonal[first]! - beside[first]! / (half + (half < 0 ? -1 : 1) * Math.hypot(half, 1));
  let x = diagonal[last]! - shift, sine = 1, cosine = 1, carried = 0;
  for (let i = last - 1; i >= first; i--) {
    const bulge = sine * beside[i]!, off = cosine * beside[i]!, length = Math.hypot(bulge, x);
    beside[i + 1] = length;
    if (length === 0) { // the block falls apart here
      diagonal[i + 1]! -= carried;
      beside[last] = 0;
      return;
    }
    [sine, cosine] = [bulge / length, x / length];
    const kept = diagonal[i + 1]! - carried, turned = (diagonal[i]! - kept) * sine + 2 * cosine * off;
    carried = sine * turned;
    diagonal[i + 1] = kept + carried;
    x = cosine * turned - off;
  }
  diagonal[first]! -= carried;
  beside[first] = x;
  beside[last] = 0;
}
