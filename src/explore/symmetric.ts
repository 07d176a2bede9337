/**
 * Symmetric matrices of a few hundred rows, in double precision: Cholesky's factor, and eigenvectors by Jacobi's rotations
 * (Golub and Van Loan, Matrix Computations, 4th edition, 2013, sections 4.2 and 8.5).
 *
 * @module
 */

/** Sweeps over all pairs of rows, at most; a handful is enough. */
const SWEEPS = 30;

/**
 * The lower triangular factor L of a positive definite matrix, `L Lᵀ`.
 *
 * @param matrix Symmetric, `[D, D]`.
 * @param size D.
 * @returns L `[D, D]`, zero above the diagonal.
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / factor[j * size + j]!;
    }
  }
  return factor;
}

/**
 * Solves `L x = b` in place.
 *
 * @param factor L `[D, D]`, lower triangular.
 * @param vector b `[D]`; becomes x.
 */
export function solveLower(factor: Float64Array, vector: Float64Array): void {
  const size = vector.length;
  for (let i = 0; i < size; i++) {
    let sum = vector[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * size + k]! * vector[k]!;
    vector[i] = sum / factor[i * size + i]!;
  }
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix.
 *
 * @param matrix Symmetric, `[D, D]`.
 * @param size D.
 * @returns Pairs of a value and its unit vector `[D]`, the largest value first.
 */
export function eigenpairs(
  matrix: Float64Array,
  size: number,
): { readonly value: number; readonly vector: Float64Array }[] {
  const a = matrix.slice(), vectors = new Float64Array(size * size); // an eigenvector a row
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const scale = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += a[p * size + q]! ** 2;
    if (off <= 1e-22 * scale) break;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const apq = a[p * size + q]!;
        if (apq === 0) continue;
        const tau = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
        const tangent = Math.sign(tau || 1) / (Math.abs(tau) + Math.hypot(1, tau));
        const c = 1 / Math.hypot(1, tangent), s = tangent * c;
        rotateColumns(a, size, { p, q, c, s });
        rotateRows(a, size, { p, q, c, s });
        rotateRows(vectors, size, { p, q, c, s });
      }
    }
  }
  return Array.from({ length: size }, (_, i) => ({
    value: a[i * size + i]!,
    vector: vectors.slice(i * size, (i + 1) * size),
  })).toSorted((x, y) => y.value - x.value);
}

/** A rotation in the plane of two axes. */
interface Rotation {
  readonly p: number;
  readonly q: number;
  readonly c: number;
  readonly s: number;
}

function rotateRows(matrix: Float64Array, size: number, { p, q, c, s }: Rotation): void {
  for (let k = 0, i = p * size, j = q * size; k < size; k++, i++, j++) {
    const x = matrix[i]!, y = matrix[j]!;
    matrix[i] = c * x - s * y;
    matrix[j] = s * x + c * y;
  }
}

function rotateColumns(matrix: Float64Array, size: number, { p, q, c, s }: Rotation): void {
  for (let k = 0, i = p, j = q; k < size; k++, i += size, j += size) {
    const x = matrix[i]!, y = matrix[j]!;
    matrix[i] = c * x - s * y;
    matrix[j] = s * x + c * y;
  }
}
