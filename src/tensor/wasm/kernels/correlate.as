/**
 * What rows add to a depthwise filter's gradient: the sums, over a row, of image times gradient at each distance of the
 * filter. Sums of four channels at a time are in registers.
 */
import { zero, fma } from "./simd";


/** Adds a sum to what an earlier row left. */
@inline
function addTo(q: usize, sum: v128): void {
  v128.store(q, f32x4.add(v128.load(q), sum));
}

/** Three rows by three taps at stride 1: nine sums in registers, a column of the image meets three of the gradient. */
export function correlateThree(
  x0: usize, x1: usize, x2: usize, dy: usize, sums: usize, pixels: i32, pixel: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let s00 = zero(), s01 = zero(), s02 = zero(), s10 = zero(), s11 = zero(), s12 = zero();
    let s20 = zero(), s21 = zero(), s22 = zero();
    let g1 = zero(), g2 = zero(); // the gradients one and two columns back
    let at = c;
    for (let i = -2; i < pixels; i++) {
      const g0 = i + 2 < pixels ? v128.load(dy + at) : zero();
      let v = v128.load(x0 + at);
      s00 = fma(v, g0, s00), s01 = fma(v, g1, s01), s02 = fma(v, g2, s02);
      v = v128.load(x1 + at);
      s10 = fma(v, g0, s10), s11 = fma(v, g1, s11), s12 = fma(v, g2, s12);
      v = v128.load(x2 + at);
      s20 = fma(v, g0, s20), s21 = fma(v, g1, s21), s22 = fma(v, g2, s22);
      g2 = g1, g1 = g0;
      at += pixel;
    }
    let q = sums + c;
    addTo(q, s00), addTo(q + pixel, s01), addTo(q + 2 * pixel, s02);
    q += 3 * pixel;
    addTo(q, s10), addTo(q + pixel, s11), addTo(q + 2 * pixel, s12);
    q += 3 * pixel;
    addTo(q, s20), addTo(q + pixel, s21), addTo(q + 2 * pixel, s22);
  }
}

/** One image row with three rows of the gradient, whose filter rows follow one another, by three taps at stride 1. */
export function correlateWithThree(
  x: usize, g0: usize, g1: usize, g2: usize, sums: usize, pixels: i32, pixel: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let s00 = zero(), s01 = zero(), s02 = zero(), s10 = zero(), s11 = zero(), s12 = zero();
    let s20 = zero(), s21 = zero(), s22 = zero();
    let at = c, v0 = v128.load(x + c), v1 = v128.load(x + pixel + c), p = x + 2 * pixel + c;
    for (let i = 0; i < pixels; i++) {
      const v2 = v128.load(p);
      let g = v128.load(g0 + at);
      s00 = fma(v0, g, s00), s01 = fma(v1, g, s01), s02 = fma(v2, g, s02);
      g = v128.load(g1 + at);
      s10 = fma(v0, g, s10), s11 = fma(v1, g, s11), s12 = fma(v2, g, s12);
      g = v128.load(g2 + at);
      s20 = fma(v0, g, s20), s21 = fma(v1, g, s21), s22 = fma(v2, g, s22);
      v0 = v1, v1 = v2;
      p += pixel, at += pixel;
    }
    let q = sums + c;
    addTo(q, s00), addTo(q + pixel, s01), addTo(q + 2 * pixel, s02);
    q += 3 * pixel;
    addTo(q, s10), addTo(q + pixel, s11), addTo(q + 2 * pixel, s12);
    q += 3 * pixel;
    addTo(q, s20), addTo(q + pixel, s21), addTo(q + 2 * pixel, s22);
  }
}

/**
 * One image row with one row of the gradient.
 *
 * @param stride Bytes of the image row from one result to the next.
 * @param gap Bytes of the gradient row from one result to the next.
 */
export function correlate(
  x: usize, dy: usize, sums: usize, taps: i32, pixels: i32, pixel: usize, stride: usize, gap: usize,
): void {
  if (taps == 5 && stride == pixel) correlateFive(x, dy, sums, pixels, pixel, gap);
  else if (taps == 5) correlateFiveApart(x, dy, sums, pixels, pixel, stride, gap);
  else if (taps == 3) correlateThreeTaps(x, dy, sums, pixels, pixel, stride, gap);
  else correlateAny(x, dy, sums, taps, pixels, pixel, stride, gap);
}

/** Three taps. */
function correlateThreeTaps(
  x: usize, dy: usize, sums: usize, pixels: i32, pixel: usize, stride: usize, gap: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let s0 = zero(), s1 = zero(), s2 = zero(), p = x + c, g = dy + c;
    for (let i = 0; i < pixels; i++) {
      const d = v128.load(g);
      s0 = fma(v128.load(p), d, s0);
      s1 = fma(v128.load(p + pixel), d, s1);
      s2 = fma(v128.load(p + 2 * pixel), d, s2);
      p += stride, g += gap;
    }
    const q = sums + c;
    addTo(q, s0), addTo(q + pixel, s1), addTo(q + 2 * pixel, s2);
  }
}

/** Five taps at stride 1: the image's last five columns stay in registers. */
function correlateFive(x: usize, dy: usize, sums: usize, pixels: i32, pixel: usize, gap: usize): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero(), s4 = zero(), p = x + c, g = dy + c;
    let v0 = v128.load(p), v1 = v128.load(p + pixel), v2 = v128.load(p + 2 * pixel), v3 = v128.load(p + 3 * pixel);
    p += 4 * pixel;
    for (let i = 0; i < pixels; i++) {
      const d = v128.load(g), v4 = v128.load(p);
      s0 = fma(v0, d, s0), s1 = fma(v1, d, s1), s2 = fma(v2, d, s2), s3 = fma(v3, d, s3), s4 = fma(v4, d, s4);
      v0 = v1, v1 = v2, v2 = v3, v3 = v4;
      p += pixel, g += gap;
    }
    let q = sums + c;
    addTo(q, s0), addTo(q + pixel, s1), addTo(q + 2 * pixel, s2);
    addTo(q + 3 * pixel, s3), addTo(q + 4 * pixel, s4);
  }
}

/** Five taps at a larger stride. */
function correlateFiveApart(
  x: usize, dy: usize, sums: usize, pixels: i32, pixel: usize, stride: usize, gap: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero(), s4 = zero(), p = x + c, g = dy + c;
    for (let i = 0; i < pixels; i++) {
      const d = v128.load(g);
      s0 = fma(v128.load(p), d, s0);
      s1 = fma(v128.load(p + pixel), d, s1);
      s2 = fma(v128.load(p + 2 * pixel), d, s2);
      s3 = fma(v128.load(p + 3 * pixel), d, s3);
      s4 = fma(v128.load(p + 4 * pixel), d, s4);
      p += stride, g += gap;
    }
    let q = sums + c;
    addTo(q, s0), addTo(q + pixel, s1), addTo(q + 2 * pixel, s2);
    addTo(q + 3 * pixel, s3), addTo(q + 4 * pixel, s4);
  }
}

/** Any number of taps. */
function correlateAny(
  x: usize, dy: usize, sums: usize, taps: i32, pixels: i32, pixel: usize, stride: usize, gap: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    for (let k = 0; k < taps; k++) {
      let s = zero(), p = x + <usize>k * pixel + c, g = dy + c;
      for (let i = 0; i < pixels; i++) {
        s = fma(v128.load(p), v128.load(g), s);
        p += stride, g += gap;
      }
      addTo(sums + <usize>k * pixel + c, s);
    }
  }
}
