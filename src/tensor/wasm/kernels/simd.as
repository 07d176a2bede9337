/**
 * What the kernels share: four-lane arithmetic and the logistic function.
 *
 * Every kernel works on float32 in the memory of TensorFlow.js's wasm backend. Addresses and strides are in bytes and of
 * type `usize`, counts are in elements and of type `i32`. Images are NHWC, so that channels lie side by side and four of
 * them fill a vector. Exported kernels that threads share end in `(part, from, to)`: the number of the part of the work,
 * and the half-open range of rows, panels or elements that it covers.
 */

/** `a * b + c`: rounded once where the build has relaxed SIMD, else twice. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  else return f32x4.add(f32x4.mul(a, b), c);
}

/** Reads four floats (`T` = `v128`) or, at the end of a row, one float into lane 0 (`T` = `f32`). */
@inline
export function get<T>(address: usize): v128 {
  if (sizeof<T>() == 16) return v128.load(address);
  else return v128.load32_zero(address);
}

/** Writes what `get` reads. */
@inline
export function put<T>(address: usize, value: v128): void {
  if (sizeof<T>() == 16) v128.store(address, value);
  else v128.store32_lane(address, value, 0);
}

/** Four zeros. */
@inline
export function zero(): v128 {
  return f32x4.splat(0);
}

/** Bytes of `count` floats. */
@inline
export function floats(count: i32): usize {
  return <usize>count << 2;
}

/*
 * exp(-z) = 2^t with t = -z / ln 2, split into a whole number n and a rest r in [-1/2, 1/2]: adding 1.5 * 2^23 rounds t to
 * n in the low bits of the sum, and shifting those into the exponent field multiplies by 2^n. The rest is a polynomial of
 * degree 5, fitted to 2^r with the relative error as its measure (at most 9e-8). z is kept within +-87, where the exponent
 * field neither overflows nor empties.
 *
 * The constants are mutable globals on purpose: V8 builds a constant vector anew at each use, in the middle of the loop,
 * but keeps what was read from a global before the loop in a register.
 */
export let MINUS_LOG2_E: f32 = -1.4426950408889634;
export let ROUNDER: f32 = 12582912;
export let LIMIT: f32 = 87;
export let P1: f32 = 0.6931470036506653;
export let P2: f32 = 0.24022242426872253;
export let P3: f32 = 0.05550733581185341;
export let P4: f32 = 0.009671512991189957;
export let P5: f32 = 0.001326472614891827;
export let ONE: f32 = 1;

/**
 * exp(-z), as above, with the constants given: a loop reads them once before it begins, where `sigmoid` would have them read
 * for each value.
 */
@inline
export function exponentialBy(
  z: v128, log2e: v128, rounder: v128, low: v128, high: v128,
  p1: v128, p2: v128, p3: v128, p4: v128, p5: v128, one: v128,
): v128 {
  const kept = f32x4.pmin(high, f32x4.pmax(low, z)), sum = fma(kept, log2e, rounder);
  const r = fma(kept, log2e, f32x4.sub(rounder, sum));
  const polynomial = fma(fma(fma(fma(fma(p5, r, p4), r, p3), r, p2), r, p1), r, one);
  return i32x4.add(polynomial, i32x4.shl(sum, 23));
}

/** 1 / (1 + exp(-z)), with the constants given. */
@inline
export function sigmoidBy(
  z: v128, log2e: v128, rounder: v128, low: v128, high: v128,
  p1: v128, p2: v128, p3: v128, p4: v128, p5: v128, one: v128,
): v128 {
  return f32x4.div(one, f32x4.add(one, exponentialBy(z, log2e, rounder, low, high, p1, p2, p3, p4, p5, one)));
}

/** 1 / (1 + exp(-z)). */
@inline
export function sigmoid(z: v128): v128 {
  const log2e = f32x4.splat(MINUS_LOG2_E), rounder = f32x4.splat(ROUNDER), one = f32x4.splat(ONE);
  const low = f32x4.splat(-LIMIT), high = f32x4.splat(LIMIT), p1 = f32x4.splat(P1), p2 = f32x4.splat(P2);
  const p3 = f32x4.splat(P3), p4 = f32x4.splat(P4), p5 = f32x4.splat(P5);
  return sigmoidBy(z, log2e, rounder, low, high, p1, p2, p3, p4, p5, one);
}

/** No activation, max(z, 0), or z sigmoid(z): the numbers that `activation` arguments take. */
export const NONE: i32 = 0;
export const RELU: i32 = 1;
export const SILU: i32 = 2;

/** The activation of z. */
@inline
export function activate(z: v128, activation: i32): v128 {
  if (activation == SILU) return f32x4.mul(z, sigmoid(z));
  if (activation == RELU) return f32x4.pmax(zero(), z);
  return z;
}

/** The gradient of SiLU at z, whose sigmoid is s: s (1 + z (1 - s)), finite for all z. */
@inline
export function siluGradientBy(gradient: v128, z: v128, s: v128, one: v128): v128 {
  return f32x4.mul(f32x4.mul(gradient, s), fma(z, f32x4.sub(one, s), one));
}

/** The gradient at z of what follows the activation, times its derivative. */
@inline
export function activationGradient(gradient: v128, z: v128, activation: i32): v128 {
  if (activation == SILU) {
    const s = sigmoid(z), one = f32x4.splat(ONE);
    return f32x4.mul(f32x4.mul(gradient, s), fma(z, f32x4.sub(one, s), one)); // s (1 + z (1 - s)), finite for all z
  }
  if (activation == RELU) return v128.and(gradient, f32x4.gt(z, zero()));
  return gradient;
}
