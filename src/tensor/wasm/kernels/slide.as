/**
 * A row of a depthwise convolution. The loops go along a row for four channels at a time, with the filter in registers: each
 * column is loaded once and added to all the sums that it belongs to, and the sums move on by one. Sums of neighbouring
 * results are independent, so the additions overlap.
 */
import { fma, zero } from "./simd";

/** A result row: the sum over the table's pairs of an image row convolved with a filter row. */
export function slide(table: usize, pairs: i32, taps: i32, stride: i32, out: usize, pixels: i32, pixel: usize): void {
  if (pairs == 0) return memory.fill(out, 0, <usize>pixels * pixel);
  if (taps == 3 && stride == 1 && pairs == 3) {
    slideThree(
      load<u32>(table), load<u32>(table, 8), load<u32>(table, 16), load<u32>(table, 4), load<u32>(table, 12),
      load<u32>(table, 20), out, pixels, pixel,
    );
    return;
  }
  for (let i = 0; i < pairs; i++) {
    const x: usize = load<u32>(table), filter: usize = load<u32>(table, 4);
    table += 8;
    if (taps == 3 && stride == 1) slide3(x, filter, out, pixels, pixel, i > 0);
    else if (taps == 3 && stride == 2) slide3by2(x, filter, out, pixels, pixel, i > 0);
    else if (taps == 5 && stride == 1) slide5(x, filter, out, pixels, pixel, i > 0);
    else if (taps == 5 && stride == 2) slide5by2(x, filter, out, pixels, pixel, i > 0);
    else slideAny(x, filter, taps, stride, out, pixels, pixel, i > 0);
  }
}

/** Three rows by three taps at stride 1, all nine weights in registers. */
function slideThree(
  x0: usize, x1: usize, x2: usize, f0: usize, f1: usize, f2: usize, out: usize, pixels: i32, pixel: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let f = f0 + c;
    const w00 = v128.load(f), w01 = v128.load(f + pixel), w02 = v128.load(f + 2 * pixel);
    f = f1 + c;
    const w10 = v128.load(f), w11 = v128.load(f + pixel), w12 = v128.load(f + 2 * pixel);
    f = f2 + c;
    const w20 = v128.load(f), w21 = v128.load(f + pixel), w22 = v128.load(f + 2 * pixel);
    // The sums of the two results that the next column goes on with.
    let at = c, v0 = v128.load(x0 + at), v1 = v128.load(x1 + at), v2 = v128.load(x2 + at);
    let older = fma(v2, w20, fma(v1, w10, f32x4.mul(v0, w00)));
    at += pixel;
    v0 = v128.load(x0 + at), v1 = v128.load(x1 + at), v2 = v128.load(x2 + at);
    older = fma(v2, w21, fma(v1, w11, fma(v0, w01, older)));
    let newer = fma(v2, w20, fma(v1, w10, f32x4.mul(v0, w00)));
    let q = out + c;
    for (let i = 0; i < pixels; i++) {
      at += pixel;
      v0 = v128.load(x0 + at), v1 = v128.load(x1 + at), v2 = v128.load(x2 + at);
      v128.store(q, fma(v2, w22, fma(v1, w12, fma(v0, w02, older))));
      older = fma(v2, w21, fma(v1, w11, fma(v0, w01, newer)));
      newer = fma(v2, w20, fma(v1, w10, f32x4.mul(v0, w00)));
      q += pixel;
    }
  }
}

/** Writes a sum, or adds it to what an earlier row left. */
@inline
export function settle(q: usize, sum: v128, add: bool): void {
  v128.store(q, add ? f32x4.add(v128.load(q), sum) : sum);
}

/** One row, three taps, stride 1. */
function slide3(x: usize, filter: usize, out: usize, pixels: i32, pixel: usize, add: bool): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const f = filter + c, w0 = v128.load(f), w1 = v128.load(f + pixel), w2 = v128.load(f + 2 * pixel);
    let p = x + c, q = out + c;
    let a = v128.load(p), b = v128.load(p + pixel);
    p += 2 * pixel;
    for (let i = 0; i < pixels; i++) {
      const d = v128.load(p);
      settle(q, fma(d, w2, fma(b, w1, f32x4.mul(a, w0))), add);
      a = b, b = d;
      p += pixel, q += pixel;
    }
  }
}

/** One row, three taps, stride 2. */
function slide3by2(x: usize, filter: usize, out: usize, pixels: i32, pixel: usize, add: bool): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const f = filter + c, w0 = v128.load(f), w1 = v128.load(f + pixel), w2 = v128.load(f + 2 * pixel);
    let p = x + c, q = out + c, a = v128.load(p);
    for (let i = 0; i < pixels; i++) {
      const b = v128.load(p + pixel), d = v128.load(p + 2 * pixel);
      settle(q, fma(d, w2, fma(b, w1, f32x4.mul(a, w0))), add);
      a = d;
      p += 2 * pixel, q += pixel;
    }
  }
}

/** One row, five taps, stride 1. */
function slide5(x: usize, filter: usize, out: usize, pixels: i32, pixel: usize, add: bool): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const f = filter + c, w0 = v128.load(f), w1 = v128.load(f + pixel), w2 = v128.load(f + 2 * pixel);
    const w3 = v128.load(f + 3 * pixel), w4 = v128.load(f + 4 * pixel);
    let p = x + c, q = out + c;
    let a = v128.load(p), b = v128.load(p + pixel), d = v128.load(p + 2 * pixel), e = v128.load(p + 3 * pixel);
    p += 4 * pixel;
    for (let i = 0; i < pixels; i++) {
      const g = v128.load(p);
      settle(q, fma(g, w4, fma(e, w3, fma(d, w2, fma(b, w1, f32x4.mul(a, w0))))), add);
      a = b, b = d, d = e, e = g;
      p += pixel, q += pixel;
    }
  }
}

/** One row, five taps, stride 2. */
function slide5by2(x: usize, filter: usize, out: usize, pixels: i32, pixel: usize, add: bool): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const f = filter + c, w0 = v128.load(f), w1 = v128.load(f + pixel), w2 = v128.load(f + 2 * pixel);
    const w3 = v128.load(f + 3 * pixel), w4 = v128.load(f + 4 * pixel);
    let p = x + c, q = out + c;
    let a = v128.load(p), b = v128.load(p + pixel), d = v128.load(p + 2 * pixel);
    p += 3 * pixel;
    for (let i = 0; i < pixels; i++) {
      const e = v128.load(p), g = v128.load(p + pixel);
      settle(q, fma(g, w4, fma(e, w3, fma(d, w2, fma(b, w1, f32x4.mul(a, w0))))), add);
      a = d, b = e, d = g;
      p += 2 * pixel, q += pixel;
    }
  }
}

/** One row, any number of taps and any stride; four results at once. */
function slideAny(
  x: usize, filter: usize, taps: i32, stride: i32, out: usize, pixels: i32, pixel: usize, add: bool,
): void {
  const step = <usize>stride * pixel;
  let i = 0;
  for (; i + 4 <= pixels; i += 4) {
    for (let c: usize = 0; c < pixel; c += 16) {
      let p = x + <usize>i * step + c, f = filter + c;
      let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
      for (let k = 0; k < taps; k++) {
        const w = v128.load(f);
        s0 = fma(v128.load(p), w, s0);
        s1 = fma(v128.load(p + step), w, s1);
        s2 = fma(v128.load(p + 2 * step), w, s2);
        s3 = fma(v128.load(p + 3 * step), w, s3);
        p += pixel, f += pixel;
      }
      const q = out + <usize>i * pixel + c;
      settle(q, s0, add);
      settle(q + pixel, s1, add);
      settle(q + 2 * pixel, s2, add);
      settle(q + 3 * pixel, s3, add);
    }
  }
  for (; i < pixels; i++) {
    for (let c: usize = 0; c < pixel; c += 16) {
      let p = x + <usize>i * step + c, f = filter + c, s = zero();
      for (let k = 0; k < taps; k++) {
        s = fma(v128.load(p), v128.load(f), s);
        p += pixel, f += pixel;
      }
      settle(out + <usize>i * pixel + c, s, add);
    }
  }
}
