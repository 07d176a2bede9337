/**
 * Counting and mixing of levels tile by tile, for `clahe.ts`. Addresses and strides are in bytes.
 */

/**
 * Counts the levels of a rectangle.
 *
 * @param place Its first byte; rows are `stride` apart.
 * @param counts Four tables of 256 numbers each: neighbours count in different ones, so that none waits for another. The
 * first is left with the sums.
 */
export function countLevels(place: usize, stride: i32, rows: i32, columns: i32, counts: usize): void {
  memory.fill(counts, 0, 4096);
  for (let y = 0; y < rows; y++, place += stride) {
    let x = 0;
    for (; x + 4 <= columns; x += 4) {
      const a = counts + (<u32>load<u8>(place + x) << 2), b = counts + (<u32>load<u8>(place + x, 1) << 2);
      const c = counts + (<u32>load<u8>(place + x, 2) << 2), d = counts + (<u32>load<u8>(place + x, 3) << 2);
      store<i32>(a, load<i32>(a) + 1);
      store<i32>(b, load<i32>(b, 1024) + 1, 1024);
      store<i32>(c, load<i32>(c, 2048) + 1, 2048);
      store<i32>(d, load<i32>(d, 3072) + 1, 3072);
    }
    for (; x < columns; x++) {
      const a = counts + (<u32>load<u8>(place + x) << 2);
      store<i32>(a, load<i32>(a) + 1);
    }
  }
  for (let at = counts, end = counts + 1024; at < end; at += 16) {
    const even = i32x4.add(v128.load(at), v128.load(at, 1024)), odd = i32x4.add(v128.load(at, 2048), v128.load(at, 3072));
    v128.store(at, i32x4.add(even, odd));
  }
}

/** Levels of two neighbours by the curves of the four nearest tiles, mixed across: above, below, above, below. */
@inline
function across(curves: usize, first: u32, second: u32, weights: usize): v128 {
  const both = v128.load32_lane(curves + (second << 2), v128.load32_zero(curves + (first << 2)), 1);
  return i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(both), v128.load(weights));
}

/**
 * Fills `out` with each byte's level by the curves of the four nearest tiles, weighted.
 *
 * @param curves A table for each cell between tiles' centres, row by row: by level four bytes, of the tiles above and below on
 * the left and right.
 * @param stops Where each of the `cells` of a row begins, and where the last ends, as numbers of columns.
 * @param rows Two numbers for each row: where its cells begin in `curves`, and the weight of what is below.
 * @param weights For each column the weights of left, right, left and right, two bytes each; all that belong to a place sum to 2048.
 */
export function blendTiles(
  plane: usize, out: usize, width: i32, height: i32, curves: usize, stops: usize, cells: i32, rows: usize, weights: usize,
): void {
  const half = i32x4.splat(1 << 21);
  for (let y = 0; y < height; y++, plane += width, out += width, rows += 8) {
    let cell = curves + load<i32>(rows);
    const lower = load<i32>(rows, 4), below = i32x4.splat(lower), above = i32x4.splat(2048 - lower);
    for (let c = 0; c < cells; c++, cell += 1024) {
      // The last four may reach into the next cell or row, whose own come after.
      for (let x = load<i32>(stops + (c << 2)), end = load<i32>(stops + (c << 2), 4); x < end; x += 4) {
        const at = weights + (x << 3);
        const left = across(cell, load<u8>(plane + x), load<u8>(plane + x, 1), at);
        const right = across(cell, load<u8>(plane + x, 2), load<u8>(plane + x, 3), at + 16);
        const upper = v128.shuffle<i32>(left, right, 0, 2, 4, 6), under = v128.shuffle<i32>(left, right, 1, 3, 5, 7);
        const sum = i32x4.add(i32x4.add(i32x4.mul(upper, above), i32x4.mul(under, below)), half);
        const words = i32x4.shr_u(sum, 22);
        const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(words, words), words);
        v128.store32_lane(out + x, bytes, 0);
      }
    }
  }
}
