/**
 * Who is painted: genders and ages dealt so that every first part of the people has the stated shares. Adding people so
 * changes none of the earlier ones. The dealing is Tijdeman's, "The chairman assignment problem", 1980,
 * https://doi.org/10.1016/0012-365X(80)90269-1: with m kinds, after any number n of people each kind's count is within
 * 1 - 1 / (2m - 2) of n times its share.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import { uniform } from "./draw.ts";
import type { Gender, Kind } from "./traits.ts";

/** Relative weights of genders and age groups; only their proportions matter. */
export interface Shares {
  /** Weights of the genders. */
  readonly gender: Readonly<Record<Gender, number>>;
  /** Weights of the age groups: below 30, 30 to 59, 60 and over. */
  readonly age: Readonly<Record<AgeGroup, number>>;
}

/** Age group as in the data set's schema. */
export type AgeGroup = "young" | "middle" | "old";

/** The contest's imbalance: 1 man to 1.6 women, 47 % below 30 and 7 % of 60 and over. */
export const CONTEST_SHARES: Shares = { gender: { male: 1, female: 1.6 }, age: { young: 47, middle: 46, old: 7 } };

/** Ages painted, in years: from the first to just below the second. */
const AGES: Readonly<Record<AgeGroup, readonly [from: number, to: number]>> = {
  young: [18, 30],
  middle: [30, 60],
  old: [60, 76],
};

/** Deals kinds one by one, in proportion to their weights at every moment. */
function dealer<K extends string>(weights: Readonly<Record<K, number>>): () => K {
  const total = Object.values<number>(weights).reduce((sum, weight) => sum + weight, 0);
  const kinds = (Object.keys(weights) as K[]).filter((kind) => weights[kind] > 0);
  const shares = kinds.map((kind) => weights[kind] / total);
  const counts = kinds.map(() => 0);
  const slack = kinds.length > 1 ? 1 / (2 * kinds.length - 2) : 0;
  let n = 0;
  return () => {
    n++;
    let best = -1;
    let earliest = Infinity;
    for (let i = 0; i < kinds.length; i++) {
      const owed = shares[i]! * n - counts[i]!;
      const deadline = (1 - slack - owed) / shares[i]!;
      if (owed >= slack - 1e-9 && deadline < earliest - 1e-9) [best, earliest] = [i, deadline];
    }
    counts[best]!++;
    return kinds[best]!;
  };
}

/** The group of an age. */
export function ageGroup(age: number): AgeGroup {
  return age < 30 ? "young" : age < 60 ? "middle" : "old";
}

/** An age within a group, rarely near a cut: there the picture could not tell. */
export function drawAge(rng: Rng, group: AgeGroup): number {
  const [from, to] = AGES[group];
  for (;;) {
    const age = uniform(rng, from, to);
    const gap = Math.min(Math.abs(age - 30), Math.abs(age - 60));
    if (rng() < gap / 5) return age;
  }
}

/**
 * Deals people.
 *
 * @param rng Forked by each person's number for the age.
 * @param people How many.
 * @param shares Weights of genders and age groups.
 * @returns Gender and age of each; the first k are the same however many follow.
 */
export function dealPeople(rng: Rng, people: number, shares: Shares): Kind[] {
  const nextGender = dealer(shares.gender);
  const nextGroup = { male: dealer(shares.age), female: dealer(shares.age) };
  return Array.from({ length: people }, (_, i) => {
    const gender = nextGender();
    return { gender, age: drawAge(rng.fork(i), nextGroup[gender]()) };
  });
}
