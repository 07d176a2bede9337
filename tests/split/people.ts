/**
 * Made-up people for the tests of the splits.
 *
 * @module
 */
import { randomInt, seededRng } from "../../src/core/rng.ts";

/** The columns of a data set. */
export interface People {
  /** Class numbers of FACE_SCHEMA. */
  readonly labels: number[];
  /** The person on each photograph. */
  readonly groups: string[];
  /** The person's gender and age group. */
  readonly strata: string[];
  /** The person's age in years. */
  readonly ages: number[];
}

/** People with seven photographs each, as unequal in gender and age as the contest's. */
export function makePeople(count: number, seed: number | string): People {
  const rng = seededRng(seed);
  const people: People = { labels: [], groups: [], strata: [], ages: [] };
  for (let person = 0; person < count; person++) {
    const gender = rng() < 1 / 2.6 ? 0 : 1;
    const part = rng();
    const age = part < 0.47 ? 18 + randomInt(rng, 12) : part < 0.93 ? 30 + randomInt(rng, 30) : 60;
    const level = age < 30 ? 0 : age < 60 ? 1 : 2;
    for (const mask of [0, 0, 0, 0, 0, 1, 2]) {
      people.labels.push(mask * 6 + gender * 3 + level);
      people.groups.push(`person ${person}`);
      people.strata.push(`${gender} ${level}`);
      people.ages.push(age);
    }
  }
  return people;
}

/** How many of the items fall to each key. */
export function tally<T>(items: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** Greatest difference between any two of the numbers. */
export function spread(numbers: readonly number[]): number {
  return Math.max(...numbers) - Math.min(...numbers);
}
