/**
 * Short descriptions of images that hardly change when an image is encoded, scaled or brightened anew. Difference hashing
 * says where an image grows brighter on a coarse grid, after Krawetz, 2013,
 * https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html, here from left to right and from top to
 * bottom.
 *
 * @module
 */
import type { Size } from "../core/records.ts";

/** Words of 32 bits in a hash. */
export const HASH_WORDS = 4;

/** Comparisons along each side of the grid, in either direction. */
const STEPS = 8;

/** Grey levels that a cell must be brighter by; a departure from Krawetz, without which JPEG noise decides in flat areas. */
const MARGIN = 1;

/**
 * Means of an image's bytes over the cells of a grid.
 *
 * @param pixels RGB 0..255, `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param grid Rows R and columns C; a cell has one pixel at least.
 * @returns Means `[R, C, 3]`.
 */
export function gridMeans(pixels: Uint8Array, [height, width]: Size, [rows, columns]: Size): Float32Array {
  const means = new Float32Array(rows * columns * 3);
  const sides = Array.from({ length: columns }, (_, c) => bounds(c, columns, width));
  for (let r = 0, at = 0; r < rows; r++) {
    const [top, bottom] = bounds(r, rows, height);
    for (let c = 0; c < columns; c++, at += 3) {
      const left = sides[c]![0], right = sides[c]![1];
      let red = 0, green = 0, blue = 0;
      for (let y = top; y < bottom; y++) {
        for (let k = (y * width + left) * 3, end = (y * width + right) * 3; k < end; k += 3) {
          red += pixels[k]!;
          green += pixels[k + 1]!;
          blue += pixels[k + 2]!;
        }
      }
      const count = (bottom - top) * (right - left);
      means[at] = red / count;
      means[at + 1] = green / count;
      means[at + 2] = blue / count;
    }
  }
  return means;
}

function bounds(cell: number, cells: number, length: number): [number, number] {
  const first = Math.floor(cell * length / cells);
  return [first, Math.max(first + 1, Math.floor((cell + 1) * length / cells))];
}

/**
 * The difference hash of an image.
 *
 * @param pixels RGB 0..255, `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @param out Filled with {@linkcode HASH_WORDS} words: two for growing brighter to the right, two for downwards.
 */
export function fillHash(pixels: Uint8Array, size: Size, out: Uint32Array | Int32Array): void {
  out.fill(0);
  for (const [direction, grid] of ([[STEPS, STEPS + 1], [STEPS + 1, STEPS]] as const).entries()) {
    const means = gridMeans(pixels, size, grid), step = direction === 0 ? 1 : STEPS;
    const luma = (cell: number) =>
      0.299 * means[cell * 3]! + 0.587 * means[cell * 3 + 1]! + 0.114 * means[cell * 3 + 2]!;
    for (let bit = 0; bit < STEPS * STEPS; bit++) { // weights of red, green and blue: ITU-R BT.601
      const cell = Math.floor(bit / STEPS) * grid[1] + bit % STEPS;
      if (luma(cell + step) > luma(cell) + MARGIN) out[direction * 2 + (bit >> 5)]! |= 1 << (bit & 31);
    }
  }
}

/**
 * Finds pairs of hashes that differ in few bits, by comparing each with each.
 *
 * @param hashes N hashes, {@linkcode HASH_WORDS} words each.
 * @param row The first of each pair.
 * @param bits Bits that may differ, at most.
 * @param found Called with the second of each pair, which comes after the first.
 */
export function nearHashes(hashes: Int32Array, row: number, bits: number, found: (other: number) => void): void {
  const n = hashes.length / HASH_WORDS, k = row * HASH_WORDS;
  const a = hashes[k]!, b = hashes[k + 1]!, c = hashes[k + 2]!, d = hashes[k + 3]!;
  for (let other = row + 1, at = k + HASH_WORDS; other < n; other++, at += HASH_WORDS) {
    const first = ones(a ^ hashes[at]!) + ones(b ^ hashes[at + 1]!);
    if (first <= bits && first + ones(c ^ hashes[at + 2]!) + ones(d ^ hashes[at + 3]!) <= bits) found(other);
  }
}

/** Bits set in a 32-bit word. */
function ones(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * A digest of bytes, for finding equal ones: two 32-bit words by FNV-1a from two bases, over four bytes at a time. Equal
 * digests are no proof.
 *
 * @returns A text that is equal for equal bytes.
 */
export function digestOf(bytes: Uint8Array): string {
  let first = 0x811c9dc5, second = 0x9e3779b9;
  for (let i = 0; i < bytes.length; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    first = Math.imul(first ^ word, 0x01000193);
    first ^= first >>> 15;
    second = Math.imul(second ^ word, 0x85ebca6b);
    second ^= second >>> 13;
  }
  return `${first >>> 0}-${second >>> 0}`;
}
