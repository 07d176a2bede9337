/**
 * Images that look alike, by difference hashing: each image becomes 64 bits that say where it grows brighter from left to
 * right on a grid of 9 x 8 means. After Krawetz, 2013,
 * https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
 *
 * @module
 */
import type { ImageSet } from "../core/records.ts";
import { checkInteger } from "../core/check.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";

/** What counts as alike. */
export interface DuplicateOptions {
  /** Bits out of 64 that two hashes may differ in; a re-encoded copy differs in about 0 to 4. */
  readonly distance?: number;
  /** The samples' groups, in the images' order: tells copies within a person from those that would leak between folds. */
  readonly groups?: readonly string[];
}

/** Columns and rows of the grid. */
const COLUMNS = 9, ROWS = 8;

/** Grey levels that a cell must be brighter by; a departure from Krawetz, without which JPEG noise decides in flat areas. */
const MARGIN = 1;

/**
 * Finds pairs of images that look alike. Exact copies have distance 0; flat images (a clear sky) may too.
 *
 * @param images N decoded images; those that could not be decoded are left out.
 * @returns A row a pair, nearest first: ids `a` and `b`, `distance` in bits and, with groups, whether they are of one person
 * (`samePerson`, "yes" or "no").
 * @throws {RangeError} If the distance is not 0 to 64.
 */
export async function findDuplicates(
  images: ImageSet,
  { distance = 0, groups }: DuplicateOptions = {},
): Promise<DataFrame> {
  checkInteger("find duplicates", "distance", distance, { min: 0, max: 64 });
  const faulty = new Set(images.faults.map(({ id }) => id));
  const chosen = [...images.ids.keys()].filter((i) => !faulty.has(images.ids[i]));
  const hashes = Uint32Array.from(chosen.flatMap((i) => differenceHash(images, i)));
  const pairs: { a: number; b: number; bits: number }[] = [];
  for (const [x, a] of chosen.entries()) {
    for (let y = x + 1; y < chosen.length; y++) {
      const bits = ones(hashes[2 * x]! ^ hashes[2 * y]!) + ones(hashes[2 * x + 1]! ^ hashes[2 * y + 1]!);
      if (bits <= distance) pairs.push({ a, b: chosen[y]!, bits });
    }
  }
  pairs.sort((p, q) => p.bits - q.bits);
  return await makeFrame({
    a: pairs.map(({ a }) => images.ids[a]!),
    b: pairs.map(({ b }) => images.ids[b]!),
    distance: Int32Array.from(pairs, ({ bits }) => bits),
    ...groups ? { samePerson: pairs.map(({ a, b }) => groups[a] === groups[b] ? "yes" : "no") } : {},
  });
}

function differenceHash(images: ImageSet, index: number): [number, number] {
  const [height, width] = images.size;
  const pixels = new Uint8Array(height * width * 3);
  images.fillBatch([index], pixels);
  const sums = new Float64Array(COLUMNS * ROWS), sizes = new Float64Array(COLUMNS * ROWS);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor(y * ROWS / height) * COLUMNS + Math.floor(x * COLUMNS / width);
      const at = (y * width + x) * 3;
      sums[cell]! += 0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!; // luma, ITU-R BT.601
      sizes[cell]!++;
    }
  }
  const words: [number, number] = [0, 0];
  for (let bit = 0; bit < 64; bit++) {
    const cell = (bit >> 3) * COLUMNS + (bit & 7);
    if (sums[cell + 1]! / sizes[cell + 1]! > sums[cell]! / sizes[cell]! + MARGIN) {
      words[bit >> 5 as 0] |= 1 << (bit & 31);
    }
  }
  return words;
}

/** Bits set in a 32-bit word. */
function ones(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
