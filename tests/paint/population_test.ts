import { assert, assertEquals } from "@std/assert";
import { randomInt, seededRng } from "../../src/core/rng.ts";
import { ageGroup, CONTEST_SHARES, dealPeople, type Shares } from "../../src/paint/population.ts";

const SEED = 20_261;

/** How many of the first people are of a gender and an age group. */
function count(people: ReturnType<typeof dealPeople>, gender: string, group: string): number {
  return people.filter((person) => person.gender === gender && ageGroup(person.age) === group).length;
}

Deno.test("dealPeople() keeps every gender and age group within five quarters of a person of its share, for any number of people", () => {
  const rng = seededRng(SEED);
  for (let round = 0; round < 12; round++) {
    const weights = rng.fork(round);
    const weight = () => 1 + randomInt(weights, 60);
    const shares: Shares = {
      gender: { male: weight(), female: weight() },
      age: { young: weight(), middle: weight(), old: weight() },
    };
    const genders = shares.gender.male + shares.gender.female;
    const ages = shares.age.young + shares.age.middle + shares.age.old;
    const people = dealPeople(rng.fork("people"), 150, shares);
    for (const n of [1, 2, 7, 40, 99, 150]) {
      for (const gender of ["male", "female"] as const) {
        for (const group of ["young", "middle", "old"] as const) {
          const ideal = n * shares.gender[gender] / genders * shares.age[group] / ages;
          const found = count(people.slice(0, n), gender, group);
          // 1/2 for the gender times the group's share, and 3/4 for the group within the gender: Tijdeman's bounds
          assert(
            Math.abs(found - ideal) <= 1.25,
            `${gender} ${group} of ${n}: ${found}, ideally ${ideal}, round ${round}`,
          );
        }
      }
    }
  }
});

Deno.test("dealPeople() gives over-sixties of both genders among forty people of the contest's shares", () => {
  const people = dealPeople(seededRng(SEED), 40, CONTEST_SHARES);
  assert(count(people, "male", "old") >= 1);
  assert(count(people, "female", "old") >= 1);
});

Deno.test("dealPeople() deals the first people alike however many follow", () => {
  const few = dealPeople(seededRng(SEED), 30, CONTEST_SHARES);
  assertEquals(dealPeople(seededRng(SEED), 300, CONTEST_SHARES).slice(0, 30), few);
});

Deno.test("dealPeople() leaves out what has no weight", () => {
  const shares: Shares = { gender: { male: 0, female: 2 }, age: { young: 0, middle: 0, old: 1 } };
  for (const { gender, age } of dealPeople(seededRng(SEED), 20, shares)) assert(gender === "female" && age >= 60);
});

Deno.test("dealPeople() puts few people within two years of a cut", () => {
  const people = dealPeople(seededRng(SEED), 4000, CONTEST_SHARES);
  const near = people.filter(({ age }) => Math.min(Math.abs(age - 30), Math.abs(age - 60)) < 2).length;
  assert(near > 40 && near < 280, `${near} of 4000`); // uniform ages would put 12 % there
  const [youngest, oldest] = [Math.min(...people.map(({ age }) => age)), Math.max(...people.map(({ age }) => age))];
  assert(youngest >= 18 && youngest < 18.5 && oldest > 75 && oldest < 76, `${youngest} to ${oldest}`);
});
