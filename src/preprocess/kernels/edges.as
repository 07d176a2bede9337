/**
 * Unsharp masking of luma, for `sharpen_edges.ts`, which says what the numbers mean. Addresses are in bytes. All work on
 * eight or sixteen pixels at a time and write as many beyond the end of what they fill; what is not theirs is filled later.
 */

/** Luma of four pixels. */
@inline
function luma4(data: usize): v128 {
  const bytes = v128.load(data), none = i8x16.splat(0);
  const redGreen = v128.shuffle<i8>(bytes, none, 0, 16, 1, 16, 3, 16, 4, 16, 6, 16, 7, 16, 9, 16, 10, 16);
  const greenBlue = v128.shuffle<i8>(bytes, none, 1, 16, 2, 16, 4, 16, 5, 16, 7, 16, 8, 16, 10, 16, 11, 16);
  // Green's weight, 38470, is no signed number of two bytes: half of it is in either sum.
  const sum = i32x4.add(
    i32x4.dot_i16x8_s(redGreen, i32x4.splat(19595 | 19235 << 16)),
    i32x4.dot_i16x8_s(greenBlue, i32x4.splat(19235 | 7471 << 16)),
  );
  return i32x4.shr_u(i32x4.add(sum, i32x4.splat(32768)), 16);
}

/** Fills `out` with the luma of `count` pixels. */
export function luma(data: usize, out: usize, count: i32): void {
  for (let p = 0; p < count; p += 16, data += 48) {
    const low = i16x8.narrow_i32x4_u(luma4(data), luma4(data + 12));
    const high = i16x8.narrow_i32x4_u(luma4(data + 24), luma4(data + 36));
    v128.store(out + p, i8x16.narrow_i16x8_u(low, high));
  }
}

/** The place within a side that a place beyond it mirrors. */
@inline
function mirror(at: i32, length: i32): i32 {
  if (length == 1) return 0;
  const period = 2 * (length - 1), place = (at < 0 ? -at : at) % period;
  return place < length ? place : period - place;
}

/** Adds to four sums, `low`, the products of a pair of numbers each. */
@inline
function pairs(a: v128, b: v128, weight: v128, high: bool): v128 {
  return i32x4.dot_i16x8_s(
    high ? v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15) : v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11),
    weight,
  );
}

/**
 * Blurs luma along the rows.
 *
 * @param weights Of the place itself and of those 1 to `reach` away on either side: each as two numbers of two bytes, the
 * first of them with a zero.
 * @param row Room for a row of bytes and `reach` on either side.
 * @param out Rows of two bytes each, `stride` bytes apart: 1/256 of a level, less 32768.
 */
export function blurRows(
  plane: usize, width: i32, height: i32, weights: usize, reach: i32, row: usize, out: usize, stride: i32,
): void {
  const round = i32x4.splat(8), top = i16x8.splat(-32768);
  for (let y = 0; y < height; y++, plane += width, out += stride) {
    memory.copy(row + reach, plane, width);
    for (let k = 1; k <= reach; k++) {
      store<u8>(row + reach - k, load<u8>(plane + mirror(-k, width)));
      store<u8>(row + reach + width - 1 + k, load<u8>(plane + mirror(width - 1 + k, width)));
    }
    for (let x = 0; x < width; x += 8) {
      const at = row + reach + x, own = v128.load8x8_u(at), first = v128.load32_splat(weights);
      let low = i32x4.add(pairs(own, own, first, false), round), high = i32x4.add(pairs(own, own, first, true), round);
      for (let k = 1; k <= reach; k++) {
        const a = v128.load8x8_u(at - k), b = v128.load8x8_u(at + k), weight = v128.load32_splat(weights + (k << 2));
        low = i32x4.add(low, pairs(a, b, weight, false));
        high = i32x4.add(high, pairs(a, b, weight, true));
      }
      const words = i16x8.narrow_i32x4_u(i32x4.shr_u(low, 4), i32x4.shr_u(high, 4));
      v128.store(out + (x << 1), v128.xor(words, top));
    }
  }
}

/**
 * Adds to each pixel what the table of changes says for its luma's difference to the blurred luma.
 *
 * @param rows What `blurRows` filled.
 * @param places Room for 2 `reach` + 1 numbers.
 * @param changes Where a difference of 0 lies in the table, two bytes each, by 1/256 of a level.
 */
export function addEdges(
  data: usize, plane: usize, width: i32, height: i32, weights: usize, reach: i32,
  rows: usize, stride: i32, places: usize, changes: usize, out: usize,
): void {
  const far = i32x4.splat(2048 - (1 << 27)); // half, and what the rows have less: 32768 times all weights
  for (let y = 0; y < height; y++, data += 3 * width, out += 3 * width, plane += width) {
    for (let k = 1; k <= reach; k++) {
      store<usize>(places + (k << 3), rows + mirror(y - k, height) * stride);
      store<usize>(places + (k << 3), rows + mirror(y + k, height) * stride, 4);
    }
    const middle = rows + y * stride;
    for (let x = 0; x < width; x += 8) {
      const bytes = v128.load8x8_u(plane + x), own = v128.load(middle + (x << 1)), first = v128.load32_splat(weights);
      let low = i32x4.sub(i32x4.add(i32x4.shl(i32x4.extend_low_i16x8_u(bytes), 20), far), pairs(own, own, first, false));
      let high = i32x4.sub(i32x4.add(i32x4.shl(i32x4.extend_high_i16x8_u(bytes), 20), far), pairs(own, own, first, true));
      for (let k = 1; k <= reach; k++) {
        const a = v128.load(load<usize>(places + (k << 3)) + (x << 1));
        const b = v128.load(load<usize>(places + (k << 3), 4) + (x << 1));
        const weight = v128.load32_splat(weights + (k << 2));
        low = i32x4.sub(low, pairs(a, b, weight, false));
        high = i32x4.sub(high, pairs(a, b, weight, true));
      }
      low = i32x4.shl(i32x4.shr_s(low, 12), 1), high = i32x4.shl(i32x4.shr_s(high, 12), 1);
      let change = v128.load16_lane(changes + i32x4.extract_lane(low, 0), low, 0);
      change = v128.load16_lane(changes + i32x4.extract_lane(low, 1), change, 1);
      change = v128.load16_lane(changes + i32x4.extract_lane(low, 2), change, 2);
      change = v128.load16_lane(changes + i32x4.extract_lane(low, 3), change, 3);
      change = v128.load16_lane(changes + i32x4.extract_lane(high, 0), change, 4);
      change = v128.load16_lane(changes + i32x4.extract_lane(high, 1), change, 5);
      change = v128.load16_lane(changes + i32x4.extract_lane(high, 2), change, 6);
      change = v128.load16_lane(changes + i32x4.extract_lane(high, 3), change, 7);
      const place = data + 3 * x, to = out + 3 * x;
      const a = i16x8.add(v128.load8x8_u(place), v128.shuffle<i16>(change, change, 0, 0, 0, 1, 1, 1, 2, 2));
      const b = i16x8.add(v128.load8x8_u(place, 8), v128.shuffle<i16>(change, change, 2, 3, 3, 3, 4, 4, 4, 5));
      const c = i16x8.add(v128.load8x8_u(place, 16), v128.shuffle<i16>(change, change, 5, 5, 6, 6, 6, 7, 7, 7));
      v128.store(to, i8x16.narrow_i16x8_u(a, b));
      v128.store64_lane(to, i8x16.narrow_i16x8_u(c, c), 0, 16);
    }
  }
}
