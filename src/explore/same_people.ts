/**
 * Persons who may be one person under two ids: those who share images, and those whose images' features are as near to each
 * other as those of one person are.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { Dataset } from "../core/records.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";
import { fitLikeness } from "./likeness.ts";

/** What speaks for two ids being one person; at least one of `duplicates` and `features`. */
export interface SamePeopleOptions {
  /** Copies among the images, as from `findDuplicates`: columns `a` and `b`. */
  readonly duplicates?: DataFrame;
  /**
   * Features of the images `[N, D]`, row by row in the samples' order: a network's last layer but one, or `coarseFeatures`. Rows
   * whose first number is not a number are left out.
   */
  readonly features?: Float32Array;
  /** Nearest persons that each person is listed with; 1 unless given. */
  readonly neighbours?: number;
}

/** Two persons, by their place. */
interface Candidate {
  readonly a: number;
  readonly b: number;
  copies: number;
}

/**
 * Ranks pairs of persons by how likely they are one: first those with copied images in common, then by the likeness of
 * their features. How far images of one person stray, and how far persons are apart, is learned from all images: what changes
 * from one image of a person to the next, such as a mask or the light, counts for little.
 *
 * @param dataset N samples.
 * @param options Copies, features or both.
 * @returns A row a pair: the persons `a` and `b`; `copies`, the number of copied images in common; and, with features,
 * their `similarity`, the logarithm of how much more likely the features are of one person than of two, in nats; missing
 * where one of them has no features. Beside the many pairs of a large data set 10 nats are little.
 * @throws {TypeError} If there is nothing to go by, or features are not as many a sample.
 * @throws {RangeError} If a copy is not in the data set, or features are given and no person has several images.
 */
export async function findSamePeople(
  { samples }: Dataset,
  { duplicates, features, neighbours = 1 }: SamePeopleOptions,
): Promise<DataFrame> {
  const attempt = "find persons under two ids";
  checkInteger(attempt, "neighbours", neighbours, { min: 1 });
  if (!duplicates && !features) throw new TypeError(`Cannot ${attempt} as duplicates or features must be given`);
  const width = features ? features.length / samples.length : 1;
  if (!(Number.isInteger(width) && width > 0)) {
    throw new TypeError(
      `Cannot ${attempt} as ${samples.length} samples must have as many features each: current number of all is ${
        features!.length
      }`,
    );
  }
  const groups = [...Map.groupBy(samples.keys(), (i) => samples[i]!.group)];
  const placeOf = new Map(groups.map(([group], place) => [group, place]));
  const pairs = new Map<string, Candidate>();
  const pairOf = (one: number, two: number): Candidate => {
    const [a, b] = one < two ? [one, two] : [two, one], key = `${a} ${b}`;
    if (!pairs.has(key)) pairs.set(key, { a, b, copies: 0 });
    return pairs.get(key)!;
  };
  const groupOf = new Map(samples.map(({ id, group }) => [id, group]));
  for (const row of duplicates?.toRecords() ?? []) {
    const [one, two] = ["a", "b"].map((column) => {
      const group = groupOf.get(`${row[column]}`);
      if (group !== undefined) return placeOf.get(group)!;
      throw new RangeError(`Cannot ${attempt} as each copy must be of the data set: "${row[column]}" is not`);
    }) as [number, number];
    if (one !== two) pairOf(one, two).copies++;
  }
  const likeness = features && fitLikeness(features, groups.map(([, images]) => images));
  if (likeness) {
    for (const [a, found] of nearestOf(groups.length, neighbours, likeness).entries()) {
      for (const b of found) pairOf(a, b);
    }
  }
  const ranked = [...pairs.values()].map((pair) => ({ ...pair, similarity: likeness?.(pair.a, pair.b) ?? 0 }))
    .toSorted((p, q) => q.copies - p.copies || order(q.similarity) - order(p.similarity));
  return await makeFrame({
    a: ranked.map(({ a }) => groups[a]![0]),
    b: ranked.map(({ b }) => groups[b]![0]),
    copies: Int32Array.from(ranked, ({ copies }) => copies),
    ...likeness ? { similarity: ranked.map(({ similarity }) => Number.isNaN(similarity) ? null : similarity) } : {},
  });
}

/** What is not known comes last. */
function order(similarity: number): number {
  return Number.isNaN(similarity) ? -Infinity : similarity;
}

/** For each person those who are likest. */
function nearestOf(count: number, neighbours: number, likeness: (a: number, b: number) => number): number[][] {
  const found: { b: number; score: number }[][] = Array.from({ length: count }, () => []);
  const enter = (a: number, b: number, score: number) => {
    const list = found[a]!;
    if (list.length === neighbours && score <= list[neighbours - 1]!.score) return;
    list.push({ b, score });
    list.sort((p, q) => q.score - p.score);
    list.length = Math.min(list.length, neighbours);
  };
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const score = likeness(a, b);
      if (Number.isNaN(score)) continue;
      enter(a, b, score);
      enter(b, a, score);
    }
  }
  return found.map((list) => list.map(({ b }) => b));
}
