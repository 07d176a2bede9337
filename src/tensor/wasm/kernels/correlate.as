/**
 * What a row adds to a depthwise filter's gradient: the sums, over the row, of image times gradient at each distance of the
 * filter. Two vectors of channels are worked on at a turn, which V8 can join to one of twice the length where it checks no
 * bounds; their sums are in registers, and each column of the image is loaded once for all the results that it belongs to.
 */
import { fma, zero } from "./simd";

/**
 * One image row with one row of the gradient.
 *
 * @param sums `[taps, C rounded up]`.
 * @param stride Columns of the image row from one result to the next.
 */
export function correlate(
  x: usize, dy: usize, sums: usize, taps: i32, pixels: i32, pixel: usize, stride: i32,
): void {
  let done = pixel & ~31;
  if (taps == 3 && stride == 1) threeTaps(x, dy, sums, pixels, pixel, 1, done);
  else if (taps == 3 && stride == 2) threeTaps(x, dy, sums, pixels, pixel, 2, done);
  else if (taps == 5 && stride == 1) fiveTaps(x, dy, sums, pixels, pixel, 1, done);
  else if (taps == 5 && stride == 2) fiveTaps(x, dy, sums, pixels, pixel, 2, done);
  else done = 0;
  correlateAny(x, dy, sums, taps, pixels, pixel, <usize>stride * pixel, done);
}

@inline
function addTo(q: usize, low: v128, high: v128): void {
  low = f32x4.add(v128.load(q), low), high = f32x4.add(v128.load(q, 16), high);
  v128.store(q, low), v128.store(q, high, 16);
}

/** Three taps, four results at a turn. */
@inline
function threeTaps(x: usize, dy: usize, sums: usize, pixels: i32, pixel: usize, stride: i32, even: usize): void {
  const step = <usize>stride * pixel;
  for (let c: usize = 0; c < even; c += 32) {
    let s0 = zero(), s1 = zero(), s2 = zero();
    let z0 = zero(), z1 = zero(), z2 = zero();
    let p = x + c, at = dy + c, i = 0;
    for (; i + 4 <= pixels; i += 4) {
      const g0 = v128.load(at), h0 = v128.load(at, 16);
      at += pixel;
      const g1 = v128.load(at), h1 = v128.load(at, 16);
      at += pixel;
      const g2 = v128.load(at), h2 = v128.load(at, 16);
      at += pixel;
      const g3 = v128.load(at), h3 = v128.load(at, 16);
      at += pixel;
      let q = p, v: v128, u: v128;
      if (stride == 1) {
        v = v128.load(q), u = v128.load(q, 16);
        s0 = fma(v, g0, s0), z0 = fma(u, h0, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s1 = fma(v, g0, s1), z1 = fma(u, h0, z1), s0 = fma(v, g1, s0), z0 = fma(u, h1, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s2 = fma(v, g0, s2), z2 = fma(u, h0, z2), s1 = fma(v, g1, s1), z1 = fma(u, h1, z1);
        s0 = fma(v, g2, s0), z0 = fma(u, h2, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s2 = fma(v, g1, s2), z2 = fma(u, h1, z2), s1 = fma(v, g2, s1), z1 = fma(u, h2, z1);
        s0 = fma(v, g3, s0), z0 = fma(u, h3, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s2 = fma(v, g2, s2), z2 = fma(u, h2, z2), s1 = fma(v, g3, s1), z1 = fma(u, h3, z1);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s2 = fma(v, g3, s2), z2 = fma(u, h3, z2);
      } else {
        v = v128.load(q), u = v128.load(q, 16);
        s0 = fma(v, g0, s0), z0 = fma(u, h0, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s1 = fma(v, g0, s1), z1 = fma(u, h0, z1);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s2 = fma(v, g0, s2), z2 = fma(u, h0, z2), s0 = fma(v, g1, s0), z0 = fma(u, h1, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s1 = fma(v, g1, s1), z1 = fma(u, h1, z1);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s2 = fma(v, g1, s2), z2 = fma(u, h1, z2), s0 = fma(v, g2, s0), z0 = fma(u, h2, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s1 = fma(v, g2, s1), z1 = fma(u, h2, z1);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s2 = fma(v, g2, s2), z2 = fma(u, h2, z2), s0 = fma(v, g3, s0), z0 = fma(u, h3, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s1 = fma(v, g3, s1), z1 = fma(u, h3, z1);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s2 = fma(v, g3, s2), z2 = fma(u, h3, z2);
      }
      p += 4 * step;
    }
    for (; i < pixels; i++) {
      const g = v128.load(at), h = v128.load(at, 16);
      let q = p;
      s0 = fma(v128.load(q), g, s0), z0 = fma(v128.load(q, 16), h, z0);
      q += pixel;
      s1 = fma(v128.load(q), g, s1), z1 = fma(v128.load(q, 16), h, z1);
      q += pixel;
      s2 = fma(v128.load(q), g, s2), z2 = fma(v128.load(q, 16), h, z2);
      at += pixel, p += step;
    }
    let q = sums + c;
    addTo(q, s0, z0);
    q += pixel;
    addTo(q, s1, z1);
    q += pixel;
    addTo(q, s2, z2);
  }
}

/** Five taps, two results at a turn. */
@inline
function fiveTaps(x: usize, dy: usize, sums: usize, pixels: i32, pixel: usize, stride: i32, even: usize): void {
  const step = <usize>stride * pixel;
  for (let c: usize = 0; c < even; c += 32) {
    let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero(), s4 = zero();
    let z0 = zero(), z1 = zero(), z2 = zero(), z3 = zero(), z4 = zero();
    let p = x + c, at = dy + c, i = 0;
    for (; i + 2 <= pixels; i += 2) {
      const g0 = v128.load(at), h0 = v128.load(at, 16);
      at += pixel;
      const g1 = v128.load(at), h1 = v128.load(at, 16);
      at += pixel;
      let q = p, v: v128, u: v128;
      if (stride == 1) {
        v = v128.load(q), u = v128.load(q, 16);
        s0 = fma(v, g0, s0), z0 = fma(u, h0, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s1 = fma(v, g0, s1), z1 = fma(u, h0, z1), s0 = fma(v, g1, s0), z0 = fma(u, h1, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s2 = fma(v, g0, s2), z2 = fma(u, h0, z2), s1 = fma(v, g1, s1), z1 = fma(u, h1, z1);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s3 = fma(v, g0, s3), z3 = fma(u, h0, z3), s2 = fma(v, g1, s2), z2 = fma(u, h1, z2);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s4 = fma(v, g0, s4), z4 = fma(u, h0, z4), s3 = fma(v, g1, s3), z3 = fma(u, h1, z3);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s4 = fma(v, g1, s4), z4 = fma(u, h1, z4);
      } else {
        v = v128.load(q), u = v128.load(q, 16);
        s0 = fma(v, g0, s0), z0 = fma(u, h0, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s1 = fma(v, g0, s1), z1 = fma(u, h0, z1);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s2 = fma(v, g0, s2), z2 = fma(u, h0, z2), s0 = fma(v, g1, s0), z0 = fma(u, h1, z0);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s3 = fma(v, g0, s3), z3 = fma(u, h0, z3), s1 = fma(v, g1, s1), z1 = fma(u, h1, z1);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s4 = fma(v, g0, s4), z4 = fma(u, h0, z4), s2 = fma(v, g1, s2), z2 = fma(u, h1, z2);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s3 = fma(v, g1, s3), z3 = fma(u, h1, z3);
        q += pixel;
        v = v128.load(q), u = v128.load(q, 16);
        s4 = fma(v, g1, s4), z4 = fma(u, h1, z4);
      }
      p += 2 * step;
    }
    for (; i < pixels; i++) {
      const g = v128.load(at), h = v128.load(at, 16);
      let q = p;
      s0 = fma(v128.load(q), g, s0), z0 = fma(v128.load(q, 16), h, z0);
      q += pixel;
      s1 = fma(v128.load(q), g, s1), z1 = fma(v128.load(q, 16), h, z1);
      q += pixel;
      s2 = fma(v128.load(q), g, s2), z2 = fma(v128.load(q, 16), h, z2);
      q += pixel;
      s3 = fma(v128.load(q), g, s3), z3 = fma(v128.load(q, 16), h, z3);
      q += pixel;
      s4 = fma(v128.load(q), g, s4), z4 = fma(v128.load(q, 16), h, z4);
      at += pixel, p += step;
    }
    let q = sums + c;
    addTo(q, s0, z0);
    q += pixel;
    addTo(q, s1, z1);
    q += pixel;
    addTo(q, s2, z2);
    q += pixel;
    addTo(q, s3, z3);
    q += pixel;
    addTo(q, s4, z4);
  }
}

/** Any number of taps, from byte `from` of each pixel on. */
function correlateAny(
  x: usize, dy: usize, sums: usize, taps: i32, pixels: i32, pixel: usize, step: usize, from: usize,
): void {
  for (let c = from; c < pixel; c += 16) {
    for (let k = 0; k < taps; k++) {
      const q = sums + <usize>k * pixel + c;
      let sum = zero(), p = x + <usize>k * pixel + c, g = dy + c;
      for (let i = 0; i < pixels; i++) {
        sum = fma(v128.load(p), v128.load(g), sum);
        p += step, g += pixel;
      }
      v128.store(q, f32x4.add(v128.load(q), sum)); // rows are summed by themselves first, which rounds less
    }
  }
}
