/**
 * Images that are copies of each other. Difference hashing finds candidates: each image becomes 64 bits that say where it
 * grows brighter from left to right on a grid of 9 x 8 means, after Krawetz, 2013,
 * https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html. Their pixels decide.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { ImageSet } from "../core/records.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";

/** What counts as a copy. */
export interface DuplicateOptions {
  /**
   * Mean difference of two images' bytes, 0..255, up to which they are copies. The default of 2 takes in copies that were
   * encoded or scaled anew; at 0 every byte must agree.
   */
  readonly difference?: number;
  /** The samples' groups, in the images' order: tells copies within a person from those that would leak between folds. */
  readonly groups?: readonly string[];
}

/** Columns and rows of the grid. */
const COLUMNS = 9, ROWS = 8;

/** Grey levels that a cell must be brighter by; a departure from Krawetz, without which JPEG noise decides in flat areas. */
const MARGIN = 1;

/** Bits that the hashes of a copy and its original may differ in. */
const BITS = 8;

/** Two images, by their place in the set. */
interface Pair {
  readonly a: number;
  readonly b: number;
  readonly difference: number;
}

/**
 * Finds pairs of images that are copies of each other, exact or encoded anew.
 *
 * @param images N decoded images; those that could not be decoded are left out.
 * @returns A row a pair, most alike first: ids `a` and `b`, their mean `difference`, 0..255, and, with groups, whether they
 * are of one person (`samePerson`, "yes" or "no").
 * @throws {RangeError} If the difference is not 0 to 255.
 */
export async function findDuplicates(
  images: ImageSet,
  { difference = 2, groups }: DuplicateOptions = {},
): Promise<DataFrame> {
  checkInteger("find duplicates", "difference", Math.ceil(difference), { min: 0, max: 255 });
  const pairs = candidates(images)
    .map(([a, b]): Pair => ({ a, b, difference: meanDifference(images, a, b) }))
    .filter((pair) => pair.difference <= difference)
    .toSorted((p, q) => p.difference - q.difference);
  return await makeFrame({
    a: pairs.map(({ a }) => images.ids[a]!),
    b: pairs.map(({ b }) => images.ids[b]!),
    difference: Float32Array.from(pairs, (pair) => pair.difference),
    ...groups ? { samePerson: pairs.map(({ a, b }) => groups[a] === groups[b] ? "yes" : "no") } : {},
  });
}

/** Pairs whose hashes are near. */
function candidates(images: ImageSet): (readonly [a: number, b: number])[] {
  const faulty = new Set(images.faults.map(({ id }) => id));
  const chosen = [...images.ids.keys()].filter((i) => !faulty.has(images.ids[i]));
  const hashes = Uint32Array.from(chosen.flatMap((i) => differenceHash(images, i)));
  return chosen.flatMap((a, x) => {
    const near: (readonly [number, number])[] = [];
    for (let y = x + 1; y < chosen.length; y++) {
      const bits = ones(hashes[2 * x]! ^ hashes[2 * y]!) + ones(hashes[2 * x + 1]! ^ hashes[2 * y + 1]!);
      if (bits <= BITS) near.push([a, chosen[y]!]);
    }
    return near;
  });
}

function pixelsOf(images: ImageSet, index: number): Uint8Array {
  const pixels = new Uint8Array(images.size[0] * images.size[1] * 3);
  images.fillBatch([index], pixels);
  return pixels;
}

function meanDifference(images: ImageSet, a: number, b: number): number {
  const p = pixelsOf(images, a), q = pixelsOf(images, b);
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.abs(p[i]! - q[i]!);
  return sum / p.length;
}

function differenceHash(images: ImageSet, index: number): [number, number] {
  const [height, width] = images.size;
  const pixels = pixelsOf(images, index);
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
    const [here, right] = [sums[cell]! / sizes[cell]!, sums[cell + 1]! / sizes[cell + 1]!];
    if (right > here + MARGIN) words[bit >> 5 as 0] |= 1 << (bit & 31);
  }
  return words;
}

/** Bits set in a 32-bit word. */
function ones(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
