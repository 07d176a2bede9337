/** Made-up labels and persons of random numbers, and counts of what was drawn. @module */
import type { Rng } from "../../src/core/rng.ts";
import { between } from "../random.ts";

/** Training examples as samplers see them. */
export interface Examples {
  readonly labels: number[];
  readonly groups: string[];
  readonly batchSize: number;
}

/** Sets of examples: tiny ones first, then some of random size, number of classes, of persons, and batch size. */
export function exampleSets(rng: Rng, times: number): Examples[] {
  const tiny = [
    { labels: [3], groups: ["a"], batchSize: 1 }, // one example
    { labels: [0], groups: ["a"], batchSize: 7 }, // a batch larger than the data
    { labels: [2, 2, 2], groups: ["a", "a", "a"], batchSize: 2 }, // one class, one person
    { labels: [0, 1, 5], groups: ["a", "b", "c"], batchSize: 3 }, // one batch
    { labels: [0, 0, 1, 1], groups: ["a", "b", "a", "b"], batchSize: 100 },
  ];
  const random = Array.from({ length: times }, () => {
    const count = between(rng, 1, 120), classes = between(rng, 1, 9), persons = between(rng, 1, count);
    const skewed = (n: number) => Math.floor(n * rng() ** between(rng, 1, 3));
    return {
      labels: Array.from({ length: count }, () => skewed(classes)),
      groups: Array.from({ length: count }, () => `person ${skewed(persons)}`),
      batchSize: between(rng, 1, 40),
    };
  });
  return [...tiny, ...random];
}

/** How often each item stands. */
export function tally<T>(items: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** An epoch cut into batches. */
export function cut(epoch: Int32Array, batchSize: number): Int32Array[] {
  return Array.from(
    { length: Math.ceil(epoch.length / batchSize) },
    (_, b) => epoch.subarray(b * batchSize, (b + 1) * batchSize),
  );
}

/**
 * Pearson's statistic of counts against their expectation: about its degrees of freedom d, with a deviation of sqrt(2 d).
 *
 * @param counts How often each of several things was drawn.
 * @param expected How often it is drawn on average.
 */
export function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, k) => sum + (count - expected[k]!) ** 2 / expected[k]!, 0);
}
