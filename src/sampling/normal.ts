/**
 * The integral of the standard normal density, to double precision: by its series near the middle and by Laplace's continued
 * fraction in the tails (Abramowitz and Stegun, 26.2.11 and 26.2.14,
 * https://personal.math.ubc.ca/~cbm/aands/page_932.htm).
 *
 * @module
 */

/**
 * The probability that a standard normal variable lies in an interval. Both ends are measured from the tail that they lie
 * in, so that small probabilities keep their digits.
 *
 * @param low The lower end, in standard deviations; may be -Infinity.
 * @param high The upper end, not below the lower one; may be Infinity.
 * @returns The probability, 0..1.
 */
export function normalMass(low: number, high: number): number {
  if (low >= 0) return upperTail(low) - upperTail(high);
  if (high <= 0) return upperTail(-high) - upperTail(-low);
  return 1 - upperTail(-low) - upperTail(high);
}

/** Where the continued fraction takes over: from here its 80 terms are exact, and below the series loses under two digits. */
const TAIL = 2.5;

/** The probability of more than z >= 0. */
function upperTail(z: number): number {
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  if (density === 0) return 0;
  if (z >= TAIL) {
    let fraction = z;
    for (let k = 80; k >= 1; k--) fraction = z + k / fraction;
    return density / fraction;
  }
  let term = z, sum = 0;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    sum += term;
    term *= z * z / k;
  }
  return 0.5 - density * sum;
}
