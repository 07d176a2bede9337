/**
 * What lies between a depthwise convolution and the projection of a mobile inverted bottleneck: batch norm with its
 * activation and the mean over pixels, the small layers of squeeze and excitation, and the way back. Hu et al., 2018,
 * https://arxiv.org/abs/1709.01507
 */
import { normalise, Normalised } from "./batch_norm";
import { normaliseInto } from "./normalise_rows";
import {
  activate, activationGradient, floats, fma, get, LIMIT, MINUS_LOG2_E, ONE, P1, P2, P3, P4, P5, put, ROUNDER, sigmoid,
  sigmoidBy, SILU, siluGradientBy, zero,
} from "./simd";

/** Y = activation of the norm of X, and its mean over the pixels `[B, C]`, for images `from`..`to`. */
export function activatePool(
  x: usize, input: usize, y: usize, pooled: usize, pixels: i32, C: i32, part: i32, from: i32, to: i32,
): void {
  const row = floats(C), image = <usize>pixels * row, share: f32 = 1 / <f32>pixels;
  memory.fill(pooled + <usize>from * row, 0, <usize>(to - from) * row);
  for (let i = from; i < to; i++) {
    const o = <usize>i * image, sums = pooled + <usize>i * row;
    normaliseInto(input, x + o, row, y + o, row, pixels, 0, row, sums);
    for (let c: usize = 0; c < row; c += 4) store<f32>(sums + c, load<f32>(sums + c) * share);
  }
}

/** The means over pixels from the parts' sums `[B, C]`, which lie `stride` bytes apart, for elements `from`..`to`. */
export function finishPool(
  sums: usize, parts: i32, stride: usize, pooled: usize, pixels: i32, part: i32, from: i32, to: i32,
): void {
  const share: f32 = 1 / <f32>pixels;
  for (let o = floats(from); o < floats(to); o += 4) {
    let p = sums + o, sum: f32 = 0;
    for (let i = 0; i < parts; i++) {
      sum += load<f32>(p);
      p += stride;
    }
    store<f32>(pooled + o, sum * share);
  }
}

/** The logistic function itself, beside the activations of `simd.as`. */
const SIGMOID: i32 = 3;

@inline
function apply<T>(x: usize, bias: usize, y: usize, activation: i32): void {
  const z = f32x4.add(get<T>(x), get<T>(bias));
  put<T>(x, z);
  put<T>(y, activation == SIGMOID ? sigmoid(z) : activate(z, SILU));
}

/** X += bias `[C]`, and Y = SiLU of it, or the logistic function, for rows `from`..`to`. */
export function addBias(x: usize, bias: usize, y: usize, C: i32, activation: i32, part: i32, from: i32, to: i32): void {
  const row = floats(C);
  for (let o = <usize>from * row; o < <usize>to * row; o += row) {
    let c: usize = 0;
    if (activation == SIGMOID) {
      for (; c + 16 <= row; c += 16) apply<v128>(x + o + c, bias + c, y + o + c, SIGMOID);
    } else {
      for (; c + 16 <= row; c += 16) apply<v128>(x + o + c, bias + c, y + o + c, SILU);
    }
    for (; c < row; c += 4) apply<f32>(x + o + c, bias + c, y + o + c, activation);
  }
}

@inline
function back<T>(gradient: usize, value: usize, activation: i32): v128 {
  const d = get<T>(gradient), v = get<T>(value);
  return activation == SIGMOID
    ? f32x4.mul(d, f32x4.mul(v, f32x4.sub(f32x4.splat(ONE), v)))
    : activationGradient(d, v, SILU);
}

/**
 * The gradient before an activation, in place, and its sums over all rows, for vectors `from`..`to` of four channels.
 *
 * @param value Of the logistic function its result, of SiLU its argument, `[rows, C]`.
 */
export function leaveBias(
  gradient: usize, value: usize, dBias: usize, rows: i32, C: i32, activation: i32, part: i32, from: i32, to: i32,
): void {
  const row = floats(C), end = min(row, floats(4 * to));
  let c = floats(4 * from);
  for (; c + 16 <= end; c += 16) leaveColumn<v128>(gradient + c, value + c, dBias + c, rows, row, activation);
  for (; c < end; c += 4) leaveColumn<f32>(gradient + c, value + c, dBias + c, rows, row, activation);
}

@inline
function leaveColumn<T>(gradient: usize, value: usize, dBias: usize, rows: i32, row: usize, activation: i32): void {
  let sum = zero();
  for (let i = 0; i < rows; i++) {
    const d = back<T>(gradient, value, activation);
    put<T>(gradient, d);
    sum = f32x4.add(sum, d);
    gradient += row, value += row;
  }
  put<T>(dBias, sum);
}

/**
 * dZ = (dY gate + dPooled / pixels) times the activation's slope at the norm of X, in the place of dY, and for each part
 * its sum `[C]` and its sum times (x - mean) `[C]`; for rows `from`..`to` of all images' pixels.
 */
export function leaveGate(
  dy: usize, x: usize, gate: usize, dPooled: usize, input: usize, sums: usize, pixels: i32, C: i32,
  part: i32, from: i32, to: i32,
): void {
  const n = changetype<Normalised>(input), row = floats(C);
  sums += <usize>part * 2 * row;
  memory.fill(sums, 0, 2 * row);
  if (n.activation == SILU) gateRows(dy, x, gate, dPooled, n, sums, pixels, row, from, to, SILU);
  else gateRows(dy, x, gate, dPooled, n, sums, pixels, row, from, to, n.activation);
}

@inline
function gateRows(
  dy: usize, x: usize, gate: usize, dPooled: usize, n: Normalised, sums: usize, pixels: i32, row: usize, from: i32,
  to: i32, activation: i32,
): void {
  const mean = n.mean, scale = n.scale, beta = n.beta, products = sums + row, share = f32x4.splat(1 / <f32>pixels);
  // What gateAt() takes, read before the loop.
  const log2e = f32x4.splat(MINUS_LOG2_E), rounder = f32x4.splat(ROUNDER), one = f32x4.splat(ONE);
  const low = f32x4.splat(-LIMIT), high = f32x4.splat(LIMIT), p1 = f32x4.splat(P1), p2 = f32x4.splat(P2);
  const p3 = f32x4.splat(P3), p4 = f32x4.splat(P4), p5 = f32x4.splat(P5);
  dy += <usize>from * row, x += <usize>from * row;
  for (let r = from; r < to; r++) {
    const image = <usize>(r / pixels) * row, g = gate + image, p = dPooled + image;
    let c: usize = 0;
    for (; c + 32 <= row; c += 32) {
      const d0 = f32x4.sub(v128.load(x + c), v128.load(mean + c));
      const d1 = f32x4.sub(v128.load(x + c, 16), v128.load(mean + c, 16));
      const z0 = fma(d0, v128.load(scale + c), v128.load(beta + c));
      const z1 = fma(d1, v128.load(scale + c, 16), v128.load(beta + c, 16));
      const gradient0 = fma(v128.load(dy + c), v128.load(g + c), f32x4.mul(v128.load(p + c), share));
      const gradient1 = fma(v128.load(dy + c, 16), v128.load(g + c, 16), f32x4.mul(v128.load(p + c, 16), share));
      const dz0 = activation == SILU
        ? siluGradientBy(gradient0, z0, sigmoidBy(z0, log2e, rounder, low, high, p1, p2, p3, p4, p5, one), one)
        : activationGradient(gradient0, z0, activation);
      const dz1 = activation == SILU
        ? siluGradientBy(gradient1, z1, sigmoidBy(z1, log2e, rounder, low, high, p1, p2, p3, p4, p5, one), one)
        : activationGradient(gradient1, z1, activation);
      const sum0 = f32x4.add(v128.load(sums + c), dz0), sum1 = f32x4.add(v128.load(sums + c, 16), dz1);
      const product0 = fma(dz0, d0, v128.load(products + c)), product1 = fma(dz1, d1, v128.load(products + c, 16));
      v128.store(dy + c, dz0);
      v128.store(dy + c, dz1, 16);
      v128.store(sums + c, sum0);
      v128.store(sums + c, sum1, 16);
      v128.store(products + c, product0);
      v128.store(products + c, product1, 16);
    }
    for (; c + 16 <= row; c += 16) gateAt<v128>(dy + c, x + c, g + c, p + c, n, c, sums, products, share, activation);
    for (; c < row; c += 4) gateAt<f32>(dy + c, x + c, g + c, p + c, n, c, sums, products, share, activation);
    dy += row, x += row;
  }
}

@inline
function gateAt<T>(
  dy: usize, x: usize, gate: usize, dPooled: usize, n: Normalised, c: usize, sums: usize, products: usize, share: v128,
  activation: i32,
): void {
  const d = f32x4.sub(get<T>(x), get<T>(n.mean + c)), z = fma(d, get<T>(n.scale + c), get<T>(n.beta + c));
  const gradient = fma(get<T>(dy), get<T>(gate), f32x4.mul(get<T>(dPooled), share));
  const dz = activationGradient(gradient, z, activation);
  put<T>(dy, dz);
  put<T>(sums + c, f32x4.add(get<T>(sums + c), dz));
  put<T>(products + c, fma(dz, d, get<T>(products + c)));
}

/** Y = the norm of X, times its image's factor, plus the residual; for rows `from`..`to`. */
export function normaliseResidual(
  x: usize, input: usize, factors: usize, residual: usize, y: usize, pixels: i32, C: i32, part: i32, from: i32, to: i32,
): void {
  const n = changetype<Normalised>(input), row = floats(C);
  for (let r = from; r < to; r++) {
    const o = <usize>r * row, f = f32x4.splat(factors ? load<f32>(factors + floats(r / pixels)) : 1);
    if (residual) residualRow(x + o, n, f, residual + o, y + o, row, true);
    else residualRow(x + o, n, f, 0, y + o, row, false);
  }
}

@inline
function residualRow(x: usize, n: Normalised, f: v128, residual: usize, y: usize, row: usize, added: bool): void {
  const mean = n.mean, scale = n.scale, beta = n.beta;
  let c: usize = 0;
  for (; c + 32 <= row; c += 32) {
    const z0 = normalise(v128.load(x + c), v128.load(mean + c), v128.load(scale + c), v128.load(beta + c));
    const z1 = normalise(
      v128.load(x + c, 16), v128.load(mean + c, 16), v128.load(scale + c, 16), v128.load(beta + c, 16),
    );
    const v0 = added ? fma(z0, f, v128.load(residual + c)) : f32x4.mul(z0, f);
    const v1 = added ? fma(z1, f, v128.load(residual + c, 16)) : f32x4.mul(z1, f);
    v128.store(y + c, v0), v128.store(y + c, v1, 16);
  }
  for (; c + 16 <= row; c += 16) residualAt<v128>(x + c, n, c, f, residual + c, y + c, added);
  for (; c < row; c += 4) residualAt<f32>(x + c, n, c, f, residual + c, y + c, added);
}

@inline
function residualAt<T>(x: usize, n: Normalised, c: usize, f: v128, residual: usize, y: usize, added: bool): void {
  const z = normalise(get<T>(x), get<T>(n.mean + c), get<T>(n.scale + c), get<T>(n.beta + c));
  put<T>(y, added ? fma(z, f, get<T>(residual)) : f32x4.mul(z, f));
}

/** Y = X times its image's factor, for rows `from`..`to`. */
export function scaleImages(
  x: usize, factors: usize, y: usize, pixels: i32, C: i32, part: i32, from: i32, to: i32,
): void {
  const row = floats(C);
  for (let r = from; r < to; r++) {
    const o = <usize>r * row, f = f32x4.splat(load<f32>(factors + floats(r / pixels)));
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) put<v128>(y + o + c, f32x4.mul(get<v128>(x + o + c), f));
    for (; c < row; c += 4) put<f32>(y + o + c, f32x4.mul(get<f32>(x + o + c), f));
  }
}
