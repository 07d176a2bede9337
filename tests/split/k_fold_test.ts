import { assert, assertEquals, assertLessOrEqual, assertNotEquals, assertThrows } from "@std/assert";
import { randomInt, seededRng, shuffled } from "../../src/core/rng.ts";
import { stratifiedGroupKFold, stratifiedKFold } from "../../src/split/mod.ts";
import { makePeople, type People, spread, tally } from "./people.ts";

const SEED = 31;

/** Random people and numbers of folds. */
function* cases(rounds: number) {
  for (let round = 0; round < rounds; round++) {
    const rng = seededRng(SEED).fork(round);
    const folds = 2 + randomInt(rng, 7);
    const people = makePeople(folds + randomInt(rng, 150), `${SEED}/${round}`);
    yield { folds, people, rng, where: `seed ${SEED}, round ${round}, ${folds} folds` };
  }
}

/** The person of each group on the validation side, once each, with the number of the first photograph. */
function persons(valid: Int32Array, { groups }: People): number[] {
  return [...new Map(Array.from(valid, (i) => [groups[i], i] as const)).values()];
}

Deno.test("stratifiedGroupKFold() validates each sample in one fold, in ascending order, and trains on the others", () => {
  for (const { folds, people, where } of cases(20)) {
    const split = stratifiedGroupKFold(people.labels, people.groups, { folds, seed: 1 });
    assertEquals(split.length, folds);
    const everyone = [...people.labels.keys()];
    assertEquals(split.flatMap(({ valid }) => [...valid]).sort((a, b) => a - b), everyone, where);
    for (const { train, valid } of split) {
      assert(train instanceof Int32Array && valid instanceof Int32Array);
      assertEquals([...train, ...valid].sort((a, b) => a - b), everyone, where);
      assertEquals([...train], [...train].sort((a, b) => a - b), where);
      assertEquals([...valid], [...valid].sort((a, b) => a - b), where);
    }
  }
});

Deno.test("stratifiedGroupKFold() never puts a person on both sides", () => {
  for (const { folds, people: { labels, groups }, where } of cases(20)) {
    for (const { train, valid } of stratifiedGroupKFold(labels, groups, { folds, seed: 2 })) {
      const seen = new Set(Array.from(train, (i) => groups[i]));
      assert(valid.every((i) => !seen.has(groups[i]!)), where);
    }
  }
});

Deno.test("stratifiedGroupKFold() is at most one person apart in every stratum and in total", () => {
  for (const { folds, people, where } of cases(40)) {
    for (const strata of [people.strata, undefined]) { // each person's labels tell the stratum too
      const split = stratifiedGroupKFold(people.labels, people.groups, { folds, seed: 3, strata, order: people.ages });
      const perFold = split.map(({ valid }) => persons(valid, people));
      assertLessOrEqual(spread(perFold.map(({ length }) => length)), 1, where);
      for (const stratum of new Set(people.strata)) {
        const counts = perFold.map((members) => members.filter((i) => people.strata[i] === stratum).length);
        assertLessOrEqual(spread(counts), 1, `${where}, stratum ${stratum}: ${counts}`);
      }
    }
  }
});

Deno.test("stratifiedGroupKFold() with an order is at most one person apart up to any age of a stratum", () => {
  let unordered = 0;
  for (const { folds, people, where } of cases(20)) {
    for (const order of [people.ages, undefined]) {
      const split = stratifiedGroupKFold(people.labels, people.groups, {
        folds,
        seed: 4,
        strata: people.strata,
        order,
      });
      const perFold = split.map(({ valid }) => persons(valid, people));
      for (const stratum of new Set(people.strata)) {
        for (const age of new Set(people.ages)) {
          const counts = perFold.map((members) =>
            members.filter((i) => people.strata[i] === stratum && people.ages[i]! <= age).length
          );
          if (order) assertLessOrEqual(spread(counts), 1, `${where}, stratum ${stratum} to age ${age}: ${counts}`);
          else unordered = Math.max(unordered, spread(counts));
        }
      }
    }
  }
  assert(unordered > 1, "without an order the ages must be able to fall otherwise, else this shows nothing");
});

Deno.test("stratifiedGroupKFold() keeps classes in balance where every group has other labels", () => {
  for (let round = 0; round < 10; round++) {
    const rng = seededRng(SEED).fork(`irregular ${round}`);
    const labels: number[] = [], groups: string[] = [];
    for (let g = 0; g < 100; g++) {
      for (let n = 1 + randomInt(rng, 9); n > 0; n--) {
        labels.push(Math.floor(6 * rng() ** 2));
        groups.push(`${g}`);
      }
    }
    const worst = (seed: number, strata?: number[]) => {
      const split = stratifiedGroupKFold(labels, groups, { folds: 5, seed, strata });
      return Math.max(...[0, 1, 2, 3, 4, 5].map((label) => {
        const counts = split.map(({ valid }) => valid.filter((i) => labels[i] === label).length);
        return spread(counts) / counts.reduce((a, b) => a + b);
      }));
    };
    // dealt blindly, folds lie about 0.2 of a class apart; so the classes do steer the dealing
    assertLessOrEqual(worst(round), 0.1, `seed ${SEED}, round ${round}`);
  }
});

Deno.test("stratifiedGroupKFold() depends on the seed and not on the order of the samples", () => {
  for (const { folds, people: { labels, groups, ages }, rng, where } of cases(5)) {
    const order = shuffled(labels.keys(), rng);
    const pick = <T>(column: T[]) => order.map((i) => column[i]!);
    const options = { folds, seed: 5 };
    const split = stratifiedGroupKFold(labels, groups, { ...options, order: ages });
    const moved = stratifiedGroupKFold(pick(labels), pick(groups), { ...options, order: pick(ages) });
    assertEquals(
      moved.map(({ valid }) => Array.from(valid, (i) => order[i]!).sort((a, b) => a - b)),
      split.map(({ valid }) => [...valid]),
      where,
    );
    assertEquals(stratifiedGroupKFold(labels, groups, { ...options, order: ages }), split, where);
  }
  const { labels, groups } = makePeople(40, SEED);
  const first = (seed: number) => stratifiedGroupKFold(labels, groups, { folds: 4, seed })[0];
  assertNotEquals(first(1), first(2));
});

Deno.test("stratifiedGroupKFold() refuses what it cannot split", () => {
  const labels = [0, 1, 0, 1], groups = ["a", "a", "b", "b"];
  const split = (options: object, l = labels, g = groups) => () =>
    stratifiedGroupKFold(l, g, { folds: 2, seed: 1, ...options });
  assertThrows(split({ folds: 1 }), RangeError, "folds must be a whole number of at least 2: current value is 1");
  assertThrows(split({ folds: 2.5 }), RangeError, "2.5");
  assertThrows(split({ folds: 3 }), RangeError, "2 groups, 3 folds");
  assertThrows(split({}, [0, 1]), TypeError, "labels 2, groups 4");
  assertThrows(split({ strata: ["x"] }), TypeError, "strata 1");
  assertThrows(split({ order: [1, 2] }), TypeError, "order 2");
  assertThrows(
    split({}, [0, 1, -1, -1]),
    RangeError,
    "2 of 4 are not, the first at index 2; current value is -1 (unknown)",
  );
  assertThrows(split({}, [], []), RangeError, "must not be empty");
  assertThrows(split({ strata: ["x", "x", "x", "y"] }), RangeError, `agree in strata: those of "b" have x and y`);
  assertThrows(split({ order: [1, 1, 2, 3] }), RangeError, `agree in order: those of "b" have 2 and 3`);
  assertThrows(split({ order: [1, 1, NaN, NaN] }), RangeError, `"b" is NaN`);
});

Deno.test("stratifiedKFold() is at most one sample apart in every class and in total", () => {
  for (let round = 0; round < 40; round++) {
    const rng = seededRng(SEED).fork(`samples ${round}`);
    const folds = 2 + randomInt(rng, 6);
    const labels = Array.from({ length: folds + randomInt(rng, 90) }, () => Math.floor(5 * rng() ** 2));
    const split = stratifiedKFold(labels, { folds, seed: round });
    const where = `seed ${SEED}, round ${round}, ${folds} folds`;
    assertEquals(split.flatMap(({ valid }) => [...valid]).sort((a, b) => a - b), [...labels.keys()], where);
    assertLessOrEqual(spread(split.map(({ valid }) => valid.length)), 1, where);
    for (const label of new Set(labels)) {
      const counts = split.map(({ valid }) => tally(Array.from(valid, (i) => labels[i])).get(label) ?? 0);
      assertLessOrEqual(spread(counts), 1, `${where}, class ${label}: ${counts}`);
    }
  }
});

Deno.test("stratifiedKFold() refuses more folds than samples, and unknown labels", () => {
  assertThrows(() => stratifiedKFold([0, 1], { folds: 3, seed: 1 }), RangeError, "2 samples, 3 folds");
  assertThrows(() => stratifiedKFold([0, -1], { folds: 2, seed: 1 }), RangeError, "unknown");
});
