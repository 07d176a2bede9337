/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to a tridiagonal one, then QL steps with implicit
 * shifts. Golub and Van Loan, Matrix Computations, 4th edition, 8.3.
 *
 * @module
 */
import { show } from "../core/check.ts";

/** A matrix's eigenvalues, in no order, and its eigenvectors of length 1, each a row, `[D, D]`. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Steps that a single eigenvalue may take; two are usual. */
const MOST = 60;

/**
 * Decomposes a symmetric matrix. Eigenvalues are right up to rounding of the largest one.
 *
 * @param matrix `[D, D]`, row by row; only the lower triangle is read.
 * @param options Its side D; without `vectors` these are left empty, which takes a fifth of the time.
 * @throws {TypeError} If the matrix has another size, or holds what is no finite number.
 */
export function symmetricEigen(
  matrix: ArrayLike<number>,
  { side, vectors: wanted = true }: { readonly side: number; readonly vectors?: boolean },
): Eigen {
  if (matrix.length !== side * side) {
    throw new TypeError(`Cannot decompose a matrix as it must be ${side} x ${side}: it has ${matrix.length} numbers`);
  }
  const { diagonal, beside, vectors } = tridiagonal(Float64Array.from(matrix), side, wanted);
  const scale = diagonal.reduce((most, x, i) => Math.max(most, Math.abs(x) + Math.abs(beside[i]!)), 0);
  if (!Number.isFinite(scale) || diagonal.some(Number.isNaN)) {
    throw new TypeError(`Cannot decompose a matrix as it must hold finite numbers: its scale is ${show(scale)}`);
  }
  for (let first = 0; first < side; first++) {
    for (let tries = 0;; tries++) {
      let last = first; // the block that still hangs together
      while (last < side - 1 && Math.abs(beside[last]!) > Number.EPSILON * scale) last++;
      if (last === first) break;
      if (tries === MOST) throw new Error(`Cannot decompose a matrix as eigenvalue ${first} did not settle`);
      stepQl(diagonal, beside, vectors, { first, last, side: wanted ? side : 0 });
    }
  }
  return { values: diagonal, vectors };
}

/**
 * Reflects a matrix to a tridiagonal one with the same eigenvalues; the matrix is used up.
 *
 * @returns Its diagonal, what stands beside it (the last is 0), and the product of the reflections, transposed.
 */
function tridiagonal(a: Float64Array, side: number, wanted: boolean) {
  const diagonal = new Float64Array(side), beside = new Float64Array(side), factors = new Float64Array(side);
  const product = new Float64Array(side);
  for (let k = 0; k < side - 1; k++) {
    // Column k below the diagonal becomes a reflector v, in place; v itself is kept in row k, which is not read again.
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
    const factor = factors[k] = -1 / (length * v[0]!); // 2 / |v|²
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
  return { diagonal, beside, vectors: wanted ? reflections(a, factors, side) : new Float64Array(0) };
}

/** The product of the reflections whose vectors stand above the diagonal, transposed: its rows. */
function reflections(a: Float64Array, factors: Float64Array, side: number): Float64Array {
  const rows = new Float64Array(side * side);
  for (let i = 0; i < side; i++) rows[i * side + i] = 1;
  for (let k = side - 2; k >= 0; k--) {
    if (factors[k] === 0) continue;
    for (let r = k + 1; r < side; r++) {
      let dot = 0;
      for (let j = k + 1; j < side; j++) dot += rows[r * side + j]! * a[k * side + j]!;
      dot *= factors[k]!;
      for (let j = k + 1; j < side; j++) rows[r * side + j]! -= dot * a[k * side + j]!;
    }
  }
  return rows;
}

/** One QL step with Wilkinson's shift on a block, chased up by rotations, which the vectors follow. */
function stepQl(
  diagonal: Float64Array,
  beside: Float64Array,
  vectors: Float64Array,
  { first, last, side }: { readonly first: number; readonly last: number; readonly side: number },
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
    for (let j = 0, upper = i * side, lower = upper + side; j < side; j++, upper++, lower++) {
      const [u, l] = [vectors[upper]!, vectors[lower]!];
      vectors[lower] = sine * u + cosine * l;
      vectors[upper] = cosine * u - sine * l;
    }
  }
  diagonal[first]! -= carried;
  beside[first] = x;
  beside[last] = 0;
}
