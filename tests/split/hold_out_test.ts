import { assert, assertEquals, assertLess, assertNotEquals, assertThrows } from "@std/assert";
import { randomInt, seededRng, shuffled } from "../../src/core/rng.ts";
import { holdOut } from "../../src/split/mod.ts";
import { makePeople, tally } from "./people.ts";

const SEED = 41;

Deno.test("holdOut() holds out the share of all persons, and of every stratum and age range within one person", () => {
  for (let round = 0; round < 40; round++) {
    const rng = seededRng(SEED).fork(round);
    const { labels, groups, strata, ages } = makePeople(20 + randomInt(rng, 200), `${SEED}/${round}`);
    const share = 0.1 + 0.8 * rng();
    const where = `seed ${SEED}, round ${round}, share ${share}`;
    const { train, valid } = holdOut(labels, groups, { share, seed: round, strata, order: ages });
    assertEquals([...train, ...valid].sort((a, b) => a - b), [...labels.keys()], where);
    const held = new Set(Array.from(valid, (i) => groups[i]!)), kept = new Set(Array.from(train, (i) => groups[i]!));
    assertEquals(held.intersection(kept).size, 0, where);
    const persons = [...new Map(groups.map((group, i) => [group, i]))];
    assertEquals(held.size, Math.round(share * persons.length), where);
    const met = held.size / persons.length;
    for (const stratum of new Set(strata)) {
      for (const oldest of [25, 45, 60]) {
        const members = persons.filter(([, i]) => strata[i] === stratum && ages[i]! <= oldest);
        const count = members.filter(([group]) => held.has(group)).length;
        assertLess(
          Math.abs(count - met * members.length),
          1 + 1e-9,
          `${where}, stratum ${stratum} to ${oldest}: ${count}`,
        );
      }
    }
  }
});

Deno.test("holdOut() gives every person the same chance", () => {
  const { labels, groups } = makePeople(30, SEED);
  const times = tally(
    Array.from({ length: 400 }, (_, seed) => {
      const { valid } = holdOut(labels, groups, { share: 0.2, seed });
      return [...new Set(Array.from(valid, (i) => groups[i]!))];
    }).flat(),
  );
  for (const group of new Set(groups)) {
    const count = times.get(group) ?? 0; // 80 expected, deviation 8
    assert(count > 45 && count < 115, `${group} was held out ${count} times of 400, not about 80`);
  }
});

Deno.test("holdOut() depends on the seed and not on the order of the samples", () => {
  const { labels, groups, ages } = makePeople(50, SEED);
  const order = shuffled(labels.keys(), seededRng(SEED));
  const pick = <T>(column: T[]) => order.map((i) => column[i]!);
  const hold = (seed: number) => holdOut(labels, groups, { share: 0.3, seed, order: ages });
  const moved = holdOut(pick(labels), pick(groups), { share: 0.3, seed: 1, order: pick(ages) });
  assertEquals(Array.from(moved.valid, (i) => order[i]!).sort((a, b) => a - b), [...hold(1).valid]);
  assertNotEquals(hold(1), hold(2));
});

Deno.test("holdOut() refuses a share that leaves a part empty, and groups that disagree", () => {
  const labels = [0, 0, 1, 1], groups = ["a", "a", "b", "b"];
  const hold = (options: object) => () => holdOut(labels, groups, { share: 0.5, seed: 1, ...options });
  for (const share of [0, 1, -1, NaN]) assertThrows(hold({ share }), RangeError, "share must be between 0 and 1");
  assertThrows(hold({ share: 0.1 }), RangeError, "a share of 0.1 of 2 groups is 0");
  assertThrows(hold({ share: 0.9 }), RangeError, "a share of 0.9 of 2 groups is 2");
  assertThrows(hold({ strata: [1, 2, 1, 1] }), RangeError, `those of "a" have 1 and 2`);
});
