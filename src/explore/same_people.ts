/**
 * Persons who may be one person under two ids: those who share images, and those whose images lie nearest to each other in
 * the space of a network's features.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { Dataset } from "../core/records.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";

/** What speaks for two ids being one person; at least one of `duplicates` and `features`. */
export interface SamePeopleOptions {
  /** Copies among the images, as from `findDuplicates`: columns `a` and `b`. */
  readonly duplicates?: DataFrame;
  /** Features of the images `[N, D]`, row by row in the samples' order, as from a network's last layer but one. */
  readonly features?: Float32Array;
  /** Nearest persons that each person is listed with; 1 unless given. */
  readonly neighbours?: number;
}

/** Two persons, by their place. */
interface Candidate {
  readonly a: number;
  readonly b: number;
  copies: number;
  similarity: number | null;
}

/**
 * Ranks pairs of persons by how likely they are one: first those with copied images in common, then by the likeness of
 * their features.
 *
 * An image's features are taken as a direction from the mean of all images, and a person's as the mean of the images'
 * directions; the likeness of two persons is the cosine of the angle between them.
 *
 * @param dataset N samples.
 * @param options Copies, features or both.
 * @returns A row a pair: the persons `a` and `b`; `copies`, the number of copied images in common; and, with features,
 * their `similarity`, -1..1.
 * @throws {TypeError} If there is nothing to go by, or features are not as many a sample.
 * @throws {RangeError} If a copy is not in the data set.
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
    if (!pairs.has(key)) pairs.set(key, { a, b, copies: 0, similarity: null });
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
  if (features) {
    const directions = directionsOf(features, width, groups.map(([, images]) => images));
    for (let a = 0; a < groups.length; a++) {
      for (const b of nearest(directions, width, a, neighbours)) pairOf(a, b);
    }
    for (const pair of pairs.values()) pair.similarity = dot(directions, width, pair.a, pair.b);
  }
  const ranked = [...pairs.values()]
    .toSorted((p, q) => q.copies - p.copies || (q.similarity ?? 0) - (p.similarity ?? 0));
  return await makeFrame({
    a: ranked.map(({ a }) => groups[a]![0]),
    b: ranked.map(({ b }) => groups[b]![0]),
    copies: Int32Array.from(ranked, ({ copies }) => copies),
    ...features ? { similarity: Float32Array.from(ranked, ({ similarity }) => similarity!) } : {},
  });
}

/** Unit vectors `[P, D]`: each person's mean of the images' unit vectors from the mean of all. */
function directionsOf(features: Float32Array, width: number, persons: readonly (readonly number[])[]): Float32Array {
  const mean = new Float64Array(width), n = features.length / width;
  for (let k = 0; k < features.length; k++) mean[k % width]! += features[k]! / n;
  const out = new Float32Array(persons.length * width);
  persons.forEach((images, p) => {
    const own = out.subarray(p * width, (p + 1) * width);
    for (const i of images) {
      const from = features.subarray(i * width, (i + 1) * width).map((value, d) => value - mean[d]!);
      const length = lengthOf(from);
      for (let d = 0; d < width; d++) own[d]! += from[d]! / length;
    }
    const length = lengthOf(own);
    for (let d = 0; d < width; d++) own[d]! /= length;
  });
  return out;
}

/** A vector's length, or 1 for one that has none. */
function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
}

function dot(directions: Float32Array, width: number, a: number, b: number): number {
  let sum = 0;
  for (let d = 0, p = a * width, q = b * width; d < width; d++) sum += directions[p + d]! * directions[q + d]!;
  return sum;
}

/** The persons whose directions are nearest to one's. */
function nearest(directions: Float32Array, width: number, a: number, count: number): number[] {
  const found: { b: number; likeness: number }[] = [];
  for (let b = 0; b < directions.length / width; b++) {
    if (b === a) continue;
    const likeness = dot(directions, width, a, b);
    if (found.length === count && likeness <= found[count - 1]!.likeness) continue;
    found.push({ b, likeness });
    found.sort((p, q) => q.likeness - p.likeness);
    found.length = Math.min(found.length, count);
  }
  return found.map(({ b }) => b);
}
