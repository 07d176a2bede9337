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
export type PlantedFault =
  | { readonly id: string; readonly kind: "gender"; readonly recorded: Gender; readonly actual: Gender }
  | { readonly id: string; readonly kind: "age"; readonly recorded: number; readonly actual: number }
  | { readonly id: string; readonly kind: "swap"; readonly files: readonly [string, string] };

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
 * Draws the wrong label of a person, if the person has one.
 *
 * @param rng The data set's generator for planting.
 * @param index The person's number, counted from 0.
 * @param id The person's id.
 * @param kind Gender and age.
 * @param share Share of people whose labels are wrong, 0..1.
 */
export function plantFault(rng: Rng, index: number, id: string, kind: Kind, share: number): PlantedFault | undefined {
  if (!isPlanted(rng.fork("places"), index, share)) return undefined;
  const own = rng.fork(`person ${index}`);
  const fault = oneOf(own, ["gender", "age", "swap"] as const);
  if (fault === "swap") return { id, kind: fault, files: ["incorrect_mask", "normal"] };
  if (fault === "gender") {
    return { id, kind: fault, recorded: kind.gender === "male" ? "female" : "male", actual: kind.gender };
  }
  const beside = { young: "middle", middle: chance(own, 0.75) ? "young" : "old", old: "middle" } as const;
  const wrong: AgeGroup = beside[ageGroup(kind.age)];
  return { id, kind: fault, recorded: recordedAge(drawAge(own, wrong)), actual: recordedAge(kind.age) };
}
