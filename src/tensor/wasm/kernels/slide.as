/**
 * A row of a depthwise convolution. The loops go through four results and two vectors of channels at a turn, whose sums stay
 * in registers while all filter rows are gone through: each column is loaded once for all the results that it belongs to.
 * Without bounds checks V8 can join the two vectors to one of twice the length.
 */
import { fma, zero } from "./simd";

/** Results that are made at once. */
const TILE: i32 = 4;

/** Bytes of channels that are gone through along the row before the next, so that their filters stay in the cache. */
const BLOCK: usize = 512;

/** Columns that are read for a number of results. */
@inline
export function columnsRead(results: i32, taps: i32, stride: i32): i32 {
  return (max(results, TILE) - 1) * stride + taps;
}

/**
 * Results of a row: sums over the table's pairs of an image row convolved with a filter row; zeros where there are none.
 *
 * @param out The first result.
 * @param column Bytes from the beginning of the table's image rows to the first result's first column.
 * @param tap Bytes from the beginning of the table's filter rows to the first tap.
 * @param taps How many taps there are, for neighbouring columns each.
 * @param tapGap Bytes from one tap to the next.
 * @param stride Columns from one result to the next.
 * @param outGap Bytes from one result to the next.
 * @param pixels How many results there are; `columnsRead` says how much is read for them.
 */
export function slide(
  table: usize, pairs: i32, column: usize, tap: usize, taps: i32, tapGap: usize, stride: i32, out: usize, outGap: usize,
  pixels: i32, pixel: usize,
): void {
  const end = table + (<usize>pairs << 3), step = <usize>stride * pixel, even = pixel & ~31;
  for (let from: usize = 0; from < pixel; from += BLOCK) {
    const to = min(even, from + BLOCK);
    for (let i = 0; i < pixels; i += TILE) {
      if (i + TILE > pixels) i = max(0, pixels - TILE); // some results once more, to the same bits
      const count = min(TILE, pixels - i), x = column + <usize>i * step, y = out + <usize>i * outGap;
      if (taps == 3 && stride == 1) tileOfThree(table, end, x, tap, tapGap, 1, y, outGap, count, pixel, from, to);
      else if (taps == 3 && stride == 2) tileOfThree(table, end, x, tap, tapGap, 2, y, outGap, count, pixel, from, to);
      else if (stride == 1) tile(table, end, x, tap, taps, tapGap, 1, y, outGap, count, pixel, from, to);
      else tile(table, end, x, tap, taps, tapGap, stride, y, outGap, count, pixel, from, to);
      const odd = even < pixel && from + BLOCK >= pixel; // once, with the last block
      if (odd) narrowTile(table, end, x, tap, taps, tapGap, stride, y, outGap, count, pixel, even);
    }
  }
}

/** Three taps, written out. */
@inline
function tileOfThree(
  table: usize, end: usize, column: usize, tap: usize, tapGap: usize, stride: i32, out: usize, outGap: usize,
  count: i32, pixel: usize, from: usize, to: usize,
): void {
  const step = <usize>stride * pixel;
  for (let c = from; c < to; c += 32) {
    let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero(), b0 = zero(), b1 = zero(), b2 = zero(), b3 = zero();
    for (let t = table; t < end; t += 8) {
      let p = <usize>load<u32>(t) + column + c, f = <usize>load<u32>(t, 4) + tap + c;
      let f0 = v128.load(f), f1 = v128.load(f, 16);
      f += tapGap;
      const u0 = v128.load(p), v0 = v128.load(p, 16);
      a0 = fma(u0, f0, a0), b0 = fma(v0, f1, b0);
      let q = p + step;
      const u1 = v128.load(q), v1 = v128.load(q, 16);
      a1 = fma(u1, f0, a1), b1 = fma(v1, f1, b1);
      q += step;
      const u2 = v128.load(q), v2 = v128.load(q, 16);
      a2 = fma(u2, f0, a2), b2 = fma(v2, f1, b2);
      q += step;
      const u3 = v128.load(q), v3 = v128.load(q, 16);
      a3 = fma(u3, f0, a3), b3 = fma(v3, f1, b3);
      q += step;
      f0 = v128.load(f), f1 = v128.load(f, 16);
      f += tapGap;
      const u4 = v128.load(q), v4 = v128.load(q, 16);
      if (stride == 1) {
        a0 = fma(u1, f0, a0), b0 = fma(v1, f1, b0);
        a1 = fma(u2, f0, a1), b1 = fma(v2, f1, b1);
        a2 = fma(u3, f0, a2), b2 = fma(v3, f1, b2);
        a3 = fma(u4, f0, a3), b3 = fma(v4, f1, b3);
        f0 = v128.load(f), f1 = v128.load(f, 16);
        q += step;
        a0 = fma(u2, f0, a0), b0 = fma(v2, f1, b0);
        a1 = fma(u3, f0, a1), b1 = fma(v3, f1, b1);
        a2 = fma(u4, f0, a2), b2 = fma(v4, f1, b2);
        a3 = fma(v128.load(q), f0, a3), b3 = fma(v128.load(q, 16), f1, b3);
      } else {
        p += pixel;
        a0 = fma(v128.load(p), f0, a0), b0 = fma(v128.load(p, 16), f1, b0);
        p += step;
        a1 = fma(v128.load(p), f0, a1), b1 = fma(v128.load(p, 16), f1, b1);
        p += step;
        a2 = fma(v128.load(p), f0, a2), b2 = fma(v128.load(p, 16), f1, b2);
        p += step;
        a3 = fma(v128.load(p), f0, a3), b3 = fma(v128.load(p, 16), f1, b3);
        f0 = v128.load(f), f1 = v128.load(f, 16);
        a0 = fma(u1, f0, a0), b0 = fma(v1, f1, b0);
        a1 = fma(u2, f0, a1), b1 = fma(v2, f1, b1);
        a2 = fma(u3, f0, a2), b2 = fma(v3, f1, b2);
        a3 = fma(u4, f0, a3), b3 = fma(v4, f1, b3);
      }
    }
    let q = out + c;
    v128.store(q, a0), v128.store(q, b0, 16);
    if (count > 1) q += outGap, v128.store(q, a1), v128.store(q, b1, 16);
    if (count > 2) q += outGap, v128.store(q, a2), v128.store(q, b2, 16);
    if (count > 3) q += outGap, v128.store(q, a3), v128.store(q, b3, 16);
  }
}

/** Any number of taps. Columns whose distance is a multiple of the stride move on from result to result. */
@inline
function tile(
  table: usize, end: usize, column: usize, tap: usize, taps: i32, tapGap: usize, stride: i32, out: usize, outGap: usize,
  count: i32, pixel: usize, from: usize, to: usize,
): void {
  const step = <usize>stride * pixel, far = <usize>stride * tapGap;
  for (let c = from; c < to; c += 32) {
    let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero(), b0 = zero(), b1 = zero(), b2 = zero(), b3 = zero();
    for (let t = table; t < end; t += 8) {
      let x = <usize>load<u32>(t) + column + c, first = <usize>load<u32>(t, 4) + tap + c;
      for (let j = 0; j < stride; j++, x += pixel, first += tapGap) {
        let p = x, f = first;
        let u0 = v128.load(p), v0 = v128.load(p, 16);
        p += step;
        let u1 = v128.load(p), v1 = v128.load(p, 16);
        p += step;
        let u2 = v128.load(p), v2 = v128.load(p, 16);
        for (let k = j; k < taps; k += stride) {
          p += step;
          const u3 = v128.load(p), v3 = v128.load(p, 16), f0 = v128.load(f), f1 = v128.load(f, 16);
          a0 = fma(u0, f0, a0), b0 = fma(v0, f1, b0);
          a1 = fma(u1, f0, a1), b1 = fma(v1, f1, b1);
          a2 = fma(u2, f0, a2), b2 = fma(v2, f1, b2);
          a3 = fma(u3, f0, a3), b3 = fma(v3, f1, b3);
          u0 = u1, u1 = u2, u2 = u3, v0 = v1, v1 = v2, v2 = v3;
          f += far;
        }
      }
    }
    let q = out + c;
    v128.store(q, a0), v128.store(q, b0, 16);
    if (count > 1) q += outGap, v128.store(q, a1), v128.store(q, b1, 16);
    if (count > 2) q += outGap, v128.store(q, a2), v128.store(q, b2, 16);
    if (count > 3) q += outGap, v128.store(q, a3), v128.store(q, b3, 16);
  }
}

/** The last vector where their number is odd. */
function narrowTile(
  table: usize, end: usize, column: usize, tap: usize, taps: i32, tapGap: usize, stride: i32, out: usize, outGap: usize,
  count: i32, pixel: usize, c: usize,
): void {
  const step = <usize>stride * pixel;
  let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero();
  for (let t = table; t < end; t += 8) {
    let x = <usize>load<u32>(t) + column + c, f = <usize>load<u32>(t, 4) + tap + c;
    for (let k = 0; k < taps; k++) {
      const f0 = v128.load(f);
      a0 = fma(v128.load(x), f0, a0);
      a1 = fma(v128.load(x + step), f0, a1);
      a2 = fma(v128.load(x + 2 * step), f0, a2);
      a3 = fma(v128.load(x + 3 * step), f0, a3);
      x += pixel, f += tapGap;
    }
  }
  let q = out + c;
  v128.store(q, a0);
  if (count > 1) q += outGap, v128.store(q, a1);
  if (count > 2) q += outGap, v128.store(q, a2);
  if (count > 3) q += outGap, v128.store(q, a3);
}
