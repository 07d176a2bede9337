/**
 * Images that are copies of each other: of the same pixels, or encoded, scaled, brightened or cropped anew by a little.
 * Difference hashes find candidates among all pairs; pixels decide.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { Fold, ImageSet, Size } from "../core/records.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";
import { letIn } from "./let_in.ts";
import { digestOf, fillHash, gridMeans, HASH_WORDS, nearHashes } from "./perceptual_hash.ts";
import { contrastOf, registeredDifference, smoothed } from "./registration.ts";

/** What counts as a copy, and what is told of it. */
export interface DuplicateOptions {
  /**
   * How much two copies may differ, as a share of their contrast, 0..1, once the one is moved, scaled and brightened to fit
   * the other. The default of 0.05 takes in copies that were encoded anew, scaled, a little brightened, or cropped by 2 %; at
   * 0 every byte must agree.
   */
  readonly difference?: number;
  /** The samples' groups, in the images' order: tells copies within a person from those of two persons. */
  readonly groups?: readonly string[];
  /** A split of the images: tells the copies of which one is trained on where the other is validated. */
  readonly folds?: readonly Fold[];
  /** Ends the search. */
  readonly signal?: AbortSignal;
}

/** Rows and columns, at most, of the grid on which images are compared. */
const GRID = 32;

/** Bits that the hashes of two copies may differ in, of 128. */
const BITS = 16;

/** Difference up to which candidates are registered, as a multiple of what is accepted. */
const BEFORE = 8;

/** Images after which other work is let in. */
const PAUSE = 256;

/** Two images, by their place in the set. */
interface Pair {
  readonly a: number;
  readonly b: number;
  readonly kind: "exact" | "near";
  /** Share of the contrast. */
  readonly difference: number;
}

/** What is kept of each image while pairs are sought. */
export interface Descriptions {
  /** The images described, by their place in the set; those that could not be decoded are left out. */
  readonly chosen: readonly number[];
  /** Hashes, one after the other. */
  readonly hashes: Int32Array;
  /** Images by the digest of their pixels, by their place in `chosen`. */
  readonly digests: ReadonlyMap<string, readonly number[]>;
  /** Smoothed means over a grid `[R, C, 3]` an image. */
  readonly grids: Uint8Array;
  /** Rows and columns of the grids. */
  readonly grid: Size;
}

/**
 * Finds pairs of images that are copies of each other.
 *
 * @param images N decoded images, best of some 64 pixels a side; those that could not be decoded are left out.
 * @returns A row a pair, most alike first: ids `a` and `b`; `kind`, "exact" where all pixels are equal, else "near"; their
 * `difference` as a share of the contrast, 0..1; with groups, whether they are of one person (`samePerson`, "yes" or "no");
 * with folds, whether a fold trains on one and validates on the other (`crossesFolds`).
 * @throws {RangeError} If the difference is not 0 to 1, or the images have fewer than 3 pixels a side.
 */
export async function findDuplicates(
  images: ImageSet,
  { difference = 0.05, groups, folds, signal }: DuplicateOptions = {},
): Promise<DataFrame> {
  if (!(difference >= 0 && difference <= 1)) {
    throw new RangeError(
      `Cannot find duplicates as difference must be a share from 0 to 1: current value is ${show(difference)}`,
    );
  }
  if (Math.min(...images.size) < 3) { // slopes need neighbours
    throw new RangeError(
      `Cannot find duplicates as images must have at least 3 pixels a side: current size is ${images.size.join(" x ")}`,
    );
  }
  const descriptions = await describeImages(images, signal);
  const exact = exactPairs(images, descriptions);
  const near = difference > 0 ? await nearPairs(descriptions, difference, signal) : [];
  const known = new Set(exact.map(({ a, b }) => `${a} ${b}`));
  const pairs = [...exact, ...near.filter(({ a, b }) => !known.has(`${a} ${b}`))]
    .toSorted((p, q) => p.difference - q.difference);
  const sides = folds?.map(({ train, valid }) => [new Set(train), new Set(valid)] as const) ?? [];
  const crosses = ({ a, b }: Pair) =>
    sides.some(([train, valid]) => (train.has(a) && valid.has(b)) || (train.has(b) && valid.has(a)));
  const yes = (is: boolean) => is ? "yes" : "no";
  return await makeFrame({
    a: pairs.map(({ a }) => images.ids[a]!),
    b: pairs.map(({ b }) => images.ids[b]!),
    kind: pairs.map(({ kind }) => kind),
    difference: Float32Array.from(pairs, (pair) => pair.difference),
    ...groups ? { samePerson: pairs.map(({ a, b }) => yes(groups[a] === groups[b])) } : {},
    ...folds ? { crossesFolds: pairs.map((pair) => yes(crosses(pair))) } : {},
  });
}

/**
 * Describes every image, reading each once.
 *
 * @param images N decoded images.
 * @param signal Ends the reading.
 */
export async function describeImages(images: ImageSet, signal?: AbortSignal): Promise<Descriptions> {
  const faulty = new Set(images.faults.map(({ id }) => id));
  const chosen = [...images.ids.keys()].filter((i) => !faulty.has(images.ids[i]));
  const [height, width] = images.size;
  const grid: Size = [Math.min(GRID, height), Math.min(GRID, width)], length = grid[0] * grid[1] * 3;
  const pixels = new Uint8Array(height * width * 3);
  const hashes = new Int32Array(chosen.length * HASH_WORDS), grids = new Uint8Array(chosen.length * length);
  const digests = new Map<string, number[]>();
  for (const [k, index] of chosen.entries()) {
    if (k % PAUSE === 0) await letIn(signal);
    images.fillBatch([index], pixels);
    const digest = digestOf(pixels), same = digests.get(digest);
    if (same) same.push(k);
    else digests.set(digest, [k]);
    fillHash(pixels, images.size, hashes.subarray(k * HASH_WORDS, (k + 1) * HASH_WORDS));
    grids.set(smoothed(gridMeans(pixels, images.size, grid), grid), k * length);
  }
  return { chosen, hashes, digests, grids, grid };
}

/** Pairs of equal pixels: digests find them, and bytes decide. */
function exactPairs(images: ImageSet, { chosen, digests }: Descriptions): Pair[] {
  const bytes = () => new Uint8Array(images.size[0] * images.size[1] * 3);
  const p = bytes(), q = bytes();
  return [...digests.values()].flatMap((members) =>
    members.flatMap((k, m) => {
      if (members.length > 1) images.fillBatch([chosen[k]!], p);
      return members.slice(m + 1).flatMap((other): Pair[] => {
        images.fillBatch([chosen[other]!], q);
        return p.every((byte, at) => byte === q[at])
          ? [{ a: chosen[k]!, b: chosen[other]!, kind: "exact", difference: 0 }]
          : [];
      });
    })
  );
}

/**
 * Finds pairs that differ by little, equal ones included.
 *
 * @param descriptions Of N images.
 * @param most Difference accepted, as a share of the contrast.
 * @param signal Ends the search.
 */
export async function nearPairs(
  { chosen, hashes, grids, grid }: Descriptions,
  most: number,
  signal?: AbortSignal,
): Promise<Pair[]> {
  const length = grid[0] * grid[1] * 3;
  const gridOf = (k: number) => grids.subarray(k * length, (k + 1) * length);
  const contrasts = Float64Array.from(chosen, (_, k) => contrastOf(gridOf(k)));
  const pairs: Pair[] = [];
  for (let k = 0; k < chosen.length; k++) {
    if (k % PAUSE === 0) await letIn(signal);
    nearHashes(hashes, k, BITS, (other) => {
      const contrast = Math.min(contrasts[k]!, contrasts[other]!);
      const p = gridOf(k), q = gridOf(other);
      if (!areClose(p, q, BEFORE * most * contrast)) return;
      const difference = registeredDifference(p, q, grid) / contrast;
      if (difference <= most) pairs.push({ a: chosen[k]!, b: chosen[other]!, kind: "near", difference });
    });
  }
  return pairs;
}

/** Whether the mean difference of two grids, apart from brightness, is small; ends early where it is not. */
function areClose(p: Uint8Array, q: Uint8Array, most: number): boolean {
  let sumP = 0, sumQ = 0;
  for (let i = 0; i < p.length; i++) {
    sumP += p[i]!;
    sumQ += q[i]!;
  }
  const gain = sumP / Math.max(sumQ, 1), limit = most * p.length;
  let sum = 0;
  for (let i = 0; i < p.length && sum <= limit; i++) sum += Math.abs(p[i]! - gain * q[i]!);
  return sum <= limit;
}
