/**
 * Moving bytes towards or away from others as PIL's `Image.blend` does it: `from + factor * (value - from)` in single
 * precision, clipped to 0..255 and cut to a whole number.
 *
 * @module
 */

const steps = new Float32Array(511);

/**
 * The products of a factor with every difference of two bytes, in single precision. Good until the next call.
 *
 * @param factor 0 for the first byte, 1 for the second, above 1 for more than it.
 * @returns 511 numbers; that for the difference `d` stands at `d + 255`.
 */
export function borrowSteps(factor: number): Float32Array {
  const rounded = Math.fround(factor);
  for (let d = -255; d <= 255; d++) steps[d + 255] = rounded * d;
  return steps;
}

/**
 * One byte blended with another.
 *
 * @param steps What {@linkcode borrowSteps} made of the factor.
 * @param from The byte that factor 0 gives.
 * @param value The byte that factor 1 gives.
 * @returns A whole number from 0 to 255.
 */
export function blend(steps: Float32Array, from: number, value: number): number {
  const sum = Math.fround(from + steps[value - from + 255]!);
  return sum <= 0 ? 0 : sum >= 255 ? 255 : sum | 0;
}
