/**
 * Wrong labels planted on purpose, of the kinds that the contest's data has: a wrong gender, a wrong age group, and the
 * pictures of the incorrect mask and of the bare face swapped.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import { chance, oneOf } from "./draw.ts";
import { type AgeGroup, ageGroup, drawAge } from "./population.ts";
import type { Gender, Kind } from "./traits.ts";

/** A person whose labels are wrong, by kind: what is recorded, and what is true. */
export type WrongLabel =
  | { readonly id: string; readonly kind: "gender"; readonly recorded: Gender; readonly actual: Gender }
  | { readonly id: string; readonly kind: "age"; readonly recorded: number; readonly actual: number }
  | { readonly id: string; readonly kind: "swap"; readonly files: readonly [string, string] };

/** The kinds of wrong labels. */
const KINDS = ["gender", "age", "swap"] as const;

/** The age in whole years as the contest records it: from 60 up it is 60. */
export function recordedAge(age: number): number {
  return Math.min(Math.floor(age), 60);
}

/**
 * Whether the person with a number, counted from 0, is among those with wrong labels. In each stretch of 1 / share people
 * there is one, at a random place, so that the share holds for any number of people.
 */
function isPlanted(rng: Rng, index: number, share: number): boolean {
  if (share === 0) return false;
  const places = [Math.floor(index * share), Math.floor((index + 1) * share)];
  return places.some((k) => Math.floor((k + rng.fork(k)()) / share) === index);
}

/**
 * Draws the wrong labels of a share of the people.
 *
 * @param rng The data set's generator for planting.
 * @param kinds Gender and age of each person.
 * @param share Share of people whose labels are wrong, 0..1.
 * @returns By the person's number, counted from 0.
 */
export function plantShare(rng: Rng, kinds: readonly Kind[], share: number): Map<number, WrongLabel> {
  const places = rng.fork("places");
  const chosen = [...kinds.keys()].filter((index) => isPlanted(places, index, share));
  return new Map(chosen.map((index) => {
    const own = rng.fork(`person ${index}`);
    return [index, wrongLabel(own, index, kinds[index]!, oneOf(own, KINDS))];
  }));
}

/**
 * Draws a person's wrong label.
 *
 * @param rng The person's generator for planting.
 * @param index The person's number, counted from 0.
 * @param person Gender and age.
 * @param kind Which label is wrong.
 */
export function wrongLabel(rng: Rng, index: number, person: Kind, kind: WrongLabel["kind"]): WrongLabel {
  const id = idOf(index);
  if (kind === "swap") return { id, kind, files: ["incorrect_mask", "normal"] };
  if (kind === "gender") {
    return { id, kind, recorded: person.gender === "male" ? "female" : "male", actual: person.gender };
  }
  const beside = { young: "middle", middle: chance(rng, 0.75) ? "young" : "old", old: "middle" } as const;
  const wrong: AgeGroup = beside[ageGroup(person.age)];
  return { id, kind, recorded: recordedAge(drawAge(rng, wrong)), actual: recordedAge(person.age) };
}

/** The id of the person with a number, counted from 0. */
export function idOf(index: number): string {
  return `${index + 1}`.padStart(6, "0");
}
