/**
 * What the backward pass of a depthwise convolution does to single rows: the gradient through the second norm on its way
 * into the ring, the image through the first, and the result through the first's activation. Two vectors are worked on at
 * a turn, which V8 can join to one of twice the length where it checks no bounds.
 */
import { normalise, Normalised } from "./batch_norm";
import { gradientOf, Operand } from "./operand";
import {
  activate, activationGradient, floats, fma, get, LIMIT, MINUS_LOG2_E, ONE, P1, P2, P3, P4, P5, put, ROUNDER, sigmoidBy,
  SILU,
} from "./simd";

/** Pixels for which the tables' values of a channel are read once. */
const TOGETHER: i32 = 8;

/** Puts pixels of the second norm's input gradient into a row, `gap` bytes apart. */
export function placeGradient(to: usize, gap: usize, dz: usize, operand: usize, pixels: i32, C: i32): void {
  const o = changetype<Operand>(operand), row = floats(C);
  for (let i = 0; i < pixels; i += TOGETHER) {
    const count = min(TOGETHER, pixels - i);
    let c: usize = 0;
    for (; c + 32 <= row; c += 32) {
      const m0 = v128.load(o.mean + c), m1 = v128.load(o.mean + c, 16);
      const s0 = v128.load(o.scale + c), s1 = v128.load(o.scale + c, 16);
      const o0 = v128.load(o.offset + c), o1 = v128.load(o.offset + c, 16);
      const l0 = v128.load(o.slope + c), l1 = v128.load(o.slope + c, 16);
      let p = dz + c, x = p + o.other, q = to + c;
      for (let k = 0; k < count; k++) {
        const d0 = gradientOf(v128.load(p), v128.load(x), m0, s0, o0, l0);
        const d1 = gradientOf(v128.load(p, 16), v128.load(x, 16), m1, s1, o1, l1);
        v128.store(q, d0), v128.store(q, d1, 16);
        p += row, x += row, q += gap;
      }
    }
    for (; c + 16 <= row; c += 16) placeColumn<v128>(to + c, gap, dz + c, o, c, count, row);
    for (; c < row; c += 4) placeColumn<f32>(to + c, gap, dz + c, o, c, count, row);
    dz += <usize>count * row, to += <usize>count * gap;
  }
}

@inline
function placeColumn<T>(to: usize, gap: usize, dz: usize, o: Operand, c: usize, count: i32, row: usize): void {
  const mean = get<T>(o.mean + c), scale = get<T>(o.scale + c), offset = get<T>(o.offset + c);
  const slope = get<T>(o.slope + c);
  let x = dz + o.other;
  for (let i = 0; i < count; i++) {
    put<T>(to, gradientOf(get<T>(dz), get<T>(x), mean, scale, offset, slope));
    dz += row, x += row, to += gap;
  }
}

/** A row through the first norm and its activation, and the activation's slopes. */
export function activateRow(x: usize, input: usize, to: usize, slopes: usize, pixels: i32, C: i32, up: i32): void {
  const n = changetype<Normalised>(input);
  if (n.activation == SILU) activateRowBy(x, n, to, slopes, pixels, floats(C), floats(up), SILU);
  else activateRowBy(x, n, to, slopes, pixels, floats(C), floats(up), n.activation);
}

@inline
function activateRowBy(
  x: usize, n: Normalised, to: usize, slopes: usize, pixels: i32, row: usize, pixel: usize, activation: i32,
): void {
  const mean = n.mean, scale = n.scale, beta = n.beta;
  const log2e = f32x4.splat(MINUS_LOG2_E), rounder = f32x4.splat(ROUNDER), one = f32x4.splat(ONE);
  const low = f32x4.splat(-LIMIT), high = f32x4.splat(LIMIT), p1 = f32x4.splat(P1), p2 = f32x4.splat(P2);
  const p3 = f32x4.splat(P3), p4 = f32x4.splat(P4), p5 = f32x4.splat(P5);
  for (let i = 0; i < pixels; i++) {
    let c: usize = 0;
    if (activation == SILU) {
      for (; c + 32 <= row; c += 32) {
        const z0 = normalise(v128.load(x + c), v128.load(mean + c), v128.load(scale + c), v128.load(beta + c));
        const z1 = normalise(
          v128.load(x + c, 16), v128.load(mean + c, 16), v128.load(scale + c, 16), v128.load(beta + c, 16),
        );
        const s0 = sigmoidBy(z0, log2e, rounder, low, high, p1, p2, p3, p4, p5, one), y0 = f32x4.mul(z0, s0);
        const s1 = sigmoidBy(z1, log2e, rounder, low, high, p1, p2, p3, p4, p5, one), y1 = f32x4.mul(z1, s1);
        const slope0 = fma(y0, f32x4.sub(one, s0), s0), slope1 = fma(y1, f32x4.sub(one, s1), s1);
        v128.store(to + c, y0), v128.store(to + c, y1, 16);
        v128.store(slopes + c, slope0), v128.store(slopes + c, slope1, 16);
      }
    }
    for (; c + 16 <= row; c += 16) activateAt<v128>(x + c, n, c, to + c, slopes + c, activation);
    for (; c < row; c += 4) activateAt<f32>(x + c, n, c, to + c, slopes + c, activation);
    x += row, to += pixel, slopes += pixel;
  }
}

@inline
function activateAt<T>(x: usize, n: Normalised, c: usize, to: usize, slopes: usize, activation: i32): void {
  const z = normalise(get<T>(x), get<T>(n.mean + c), get<T>(n.scale + c), get<T>(n.beta + c));
  put<T>(to, activate(z, activation));
  put<T>(slopes, activationGradient(f32x4.splat(ONE), z, activation));
}

/** dX = gradient times slope, and its sums. */
export function leaveThroughActivation(
  gradient: usize, slopes: usize, x: usize, input: usize, dx: usize, sums: usize, pixels: i32, C: i32, up: i32,
): void {
  const mean = changetype<Normalised>(input).mean, row = floats(C), pixel = floats(up), products = sums + row;
  for (let i = 0; i < pixels; i += TOGETHER) {
    const count = min(TOGETHER, pixels - i);
    let c: usize = 0;
    for (; c + 32 <= row; c += 32) {
      const m0 = v128.load(mean + c), m1 = v128.load(mean + c, 16);
      let sum0 = v128.load(sums + c), sum1 = v128.load(sums + c, 16);
      let product0 = v128.load(products + c), product1 = v128.load(products + c, 16);
      let p = gradient + c, s = slopes + c, q = x + c, to = dx + c;
      for (let k = 0; k < count; k++) {
        const d0 = f32x4.mul(v128.load(p), v128.load(s)), d1 = f32x4.mul(v128.load(p, 16), v128.load(s, 16));
        const x0 = f32x4.sub(v128.load(q), m0), x1 = f32x4.sub(v128.load(q, 16), m1);
        sum0 = f32x4.add(sum0, d0), sum1 = f32x4.add(sum1, d1);
        product0 = fma(d0, x0, product0), product1 = fma(d1, x1, product1);
        v128.store(to, d0), v128.store(to, d1, 16);
        p += pixel, s += pixel, q += row, to += row;
      }
      v128.store(sums + c, sum0), v128.store(sums + c, sum1, 16);
      v128.store(products + c, product0), v128.store(products + c, product1, 16);
    }
    for (; c + 16 <= row; c += 16) {
      leaveColumn<v128>(gradient + c, slopes + c, x + c, mean + c, dx + c, sums + c, count, row, pixel);
    }
    for (; c < row; c += 4) {
      leaveColumn<f32>(gradient + c, slopes + c, x + c, mean + c, dx + c, sums + c, count, row, pixel);
    }
    gradient += <usize>count * pixel, slopes += <usize>count * pixel, x += <usize>count * row, dx += <usize>count * row;
  }
}

@inline
function leaveColumn<T>(
  gradient: usize, slopes: usize, x: usize, mean: usize, dx: usize, sums: usize, pixels: i32, row: usize, pixel: usize,
): void {
  const m = get<T>(mean);
  let sum = get<T>(sums), product = get<T>(sums + row);
  for (let i = 0; i < pixels; i++) {
    const d = f32x4.mul(get<T>(gradient), get<T>(slopes));
    put<T>(dx, d);
    sum = f32x4.add(sum, d);
    product = fma(d, f32x4.sub(get<T>(x), m), product);
    gradient += pixel, slopes += pixel, x += row, dx += row;
  }
  put<T>(sums, sum);
  put<T>(sums + row, product);
}

/** dX = gradient, plus the residual's where there is one. */
export function leave(gradient: usize, residual: usize, dx: usize, pixels: i32, C: i32, up: i32): void {
  const row = floats(C);
  for (let i = 0; i < pixels; i++) {
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) {
      const d = get<v128>(gradient + c);
      put<v128>(dx + c, residual ? f32x4.add(d, get<v128>(residual + c)) : d);
    }
    for (; c < row; c += 4) {
      const d = get<f32>(gradient + c);
      put<f32>(dx + c, residual ? f32x4.add(d, get<f32>(residual + c)) : d);
    }
    gradient += floats(up), dx += row;
    if (residual) residual += row;
  }
}
