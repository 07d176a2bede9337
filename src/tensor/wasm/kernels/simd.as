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

/* Numerator and denominator of `erfcBy`, from x^1 on. */
export let N1: f32 = 1.2332056760787964;
export let N2: f32 = 0.726163923740387;
export let N3: f32 = 0.22662964463233948;
export let N4: f32 = 0.03225437551736832;
export let D1: f32 = 2.3615853786468506;
export let D2: f32 = 2.3909192085266113;
export let D3: f32 = 1.3152143955230713;
export let D4: f32 = 0.4017196595668793;
export let D5: f32 = 0.05716859921813011;

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

/** exp(-z) for z >= 0, in the same way; not below exp(-87). */
@inline
function expOfMinus(z: v128): v128 {
  const kept = f32x4.pmin(f32x4.splat(LIMIT), z), log2e = f32x4.splat(MINUS_LOG2_E), rounder = f32x4.splat(ROUNDER);
  const sum = fma(kept, log2e, rounder), r = fma(kept, log2e, f32x4.sub(rounder, sum));
  const high = fma(fma(f32x4.splat(P5), r, f32x4.splat(P4)), r, f32x4.splat(P3));
  const polynomial = fma(fma(fma(high, r, f32x4.splat(P2)), r, f32x4.splat(P1)), r, f32x4.splat(ONE));
  return i32x4.add(polynomial, i32x4.shl(sum, 23));
}

/** Where the complementary error function ends in float32: beyond, it counts as 0. */
const ERFC_END: f32 = 10;

/**
 * erfc(a) = exp(-a^2) N(a) / D(a) for a >= 0, given the exponential: a rational function in place of the scaled function, as
 * Cody, 1969, https://doi.org/10.1090/S0025-5718-1969-0247736-4 has it, but of degrees 4 and 5 for all of 0..9.5, fitted with
 * the relative error as its measure (5e-9). All its terms are positive, so that nothing cancels: in float32 the error is at
 * most 2e-7, and the tail keeps its digits.
 */
@inline
function erfcBy(a: v128, exponential: v128): v128 {
  const inside = f32x4.lt(a, f32x4.splat(ERFC_END)), x = f32x4.pmin(f32x4.splat(ERFC_END), a);
  const one = f32x4.splat(ONE);
  let n = fma(x, f32x4.splat(N4), f32x4.splat(N3)), d = fma(x, f32x4.splat(D5), f32x4.splat(D4));
  n = fma(x, n, f32x4.splat(N2)), d = fma(x, d, f32x4.splat(D3));
  n = fma(x, n, f32x4.splat(N1)), d = fma(x, d, f32x4.splat(D2));
  n = fma(x, n, one), d = fma(x, fma(x, d, f32x4.splat(D1)), one);
  return v128.and(inside, f32x4.mul(exponential, f32x4.div(n, d)));
}

/** Twice the standard normal distribution's share below z, given exp(-z^2 / 2). */
@inline
function twiceNormalShare(z: v128, exponential: v128): v128 {
  const tail = erfcBy(f32x4.mul(f32x4.abs(z), f32x4.splat(0.7071067811865476)), exponential);
  return v128.bitselect(tail, f32x4.sub(f32x4.splat(2), tail), f32x4.lt(z, zero()));
}

/** exp(-z^2 / 2). */
@inline
function bell(z: v128): v128 {
  return expOfMinus(f32x4.mul(f32x4.mul(z, z), f32x4.splat(0.5)));
}

/** z times the standard normal distribution's share below z. Hendrycks and Gimpel, 2016, https://arxiv.org/abs/1606.08415 */
@inline
function gelu(z: v128): v128 {
  return f32x4.mul(f32x4.mul(z, f32x4.splat(0.5)), twiceNormalShare(z, bell(z)));
}

/** Its slope: the share below z, and z times the density there. */
@inline
function geluSlope(z: v128): v128 {
  const b = bell(z), density = f32x4.mul(f32x4.mul(z, f32x4.splat(0.3989422804014327)), b);
  return fma(twiceNormalShare(z, b), f32x4.splat(0.5), density);
}

/** relu6(z + 3) / 6. */
@inline
function hardSigmoid(z: v128): v128 {
  const shifted = f32x4.add(z, f32x4.splat(3));
  return f32x4.mul(f32x4.min(f32x4.splat(6), f32x4.max(zero(), shifted)), f32x4.splat(0.16666666666666666));
}

/** Its slope: a sixth between -3 and 3; NaN at NaN. */
@inline
function hardSigmoidSlope(z: v128): v128 {
  const outside = f32x4.ge(f32x4.abs(z), f32x4.splat(3));
  return v128.andnot(f32x4.add(f32x4.mul(z, zero()), f32x4.splat(0.16666666666666666)), outside);
}

/** The slope of z hardSigmoid(z): 0 up to -3, (2 z + 3) / 6, 1 from 3 on; NaN at NaN. */
@inline
function hardSwishSlope(z: v128): v128 {
  const three = f32x4.splat(3), inner = fma(z, f32x4.splat(0.3333333333333333), f32x4.splat(0.5));
  const right = v128.bitselect(f32x4.splat(1), inner, f32x4.ge(z, three));
  return v128.andnot(right, f32x4.le(z, f32x4.splat(-3)));
}

/** The share of z below 0 that a leaky ReLU lets through. Radford et al., 2015, https://arxiv.org/abs/1511.06434 */
const LEAK: f32 = 0.2;

/**
 * No activation, max(z, 0), z sigmoid(z), z hardSigmoid(z), GELU, the hard sigmoid itself, or the leaky ReLU: the numbers
 * that `activation` arguments take. 3 is the logistic function, of `squeeze.as` alone.
 */
export const NONE: i32 = 0;
export const RELU: i32 = 1;
export const SILU: i32 = 2;
export const HARD_SWISH: i32 = 4;
export const GELU: i32 = 5;
export const HARD_SIGMOID: i32 = 6;
export const LEAKY_RELU: i32 = 7;

/** The activation of z. */
@inline
export function activate(z: v128, activation: i32): v128 {
  if (activation == SILU) return f32x4.mul(z, sigmoid(z));
  if (activation == RELU) return f32x4.pmax(z, zero()); // in this order NaN stays
  if (activation == HARD_SWISH) return f32x4.mul(z, hardSigmoid(z));
  if (activation == GELU) return gelu(z);
  if (activation == HARD_SIGMOID) return hardSigmoid(z);
  if (activation == LEAKY_RELU) return f32x4.pmax(z, f32x4.mul(z, f32x4.splat(LEAK))); // in this order NaN stays
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
  if (activation == RELU) return v128.andnot(gradient, f32x4.le(z, zero()));
  if (activation == HARD_SWISH) return f32x4.mul(gradient, hardSwishSlope(z));
  if (activation == GELU) return f32x4.mul(gradient, geluSlope(z));
  if (activation == HARD_SIGMOID) return f32x4.mul(gradient, hardSigmoidSlope(z));
  if (activation == LEAKY_RELU) {
    return v128.bitselect(f32x4.mul(gradient, f32x4.splat(LEAK)), gradient, f32x4.le(z, zero()));
  }
  return gradient;
}
