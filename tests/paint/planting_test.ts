import { assert, assertEquals } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { plantShare, recordedAge } from "../../src/paint/planting.ts";
import { ageGroup, CONTEST_SHARES, dealPeople } from "../../src/paint/population.ts";

const SEED = 7;
const people = dealPeople(seededRng(SEED), 600, CONTEST_SHARES);
const plant = (share: number) => {
  const faults = plantShare(seededRng(SEED), people, share);
  return people.map((_, i) => faults.get(i));
};

Deno.test("plantShare() plants the stated share among any first people", () => {
  for (const share of [0, 0.013, 0.05, 0.1, 1 / 3, 0.8, 1]) {
    const faults = plant(share);
    for (const n of [50, 200, 600]) {
      const found = faults.slice(0, n).filter(Boolean).length;
      const slack = share > 0.2 && share < 1 ? 0.25 * share * n : 1; // above it two places may fall on one person
      assert(Math.abs(found - share * n) <= slack, `${found} of ${n} at ${share}`);
    }
  }
});

Deno.test("plantShare() plants each kind, and each is wrong", () => {
  const faults = plant(0.5).flatMap((fault, i) => fault ? [{ fault, kind: people[i]! }] : []);
  const kinds = new Map<string, number>();
  for (const { fault, kind } of faults) {
    kinds.set(fault.kind, (kinds.get(fault.kind) ?? 0) + 1);
    if (fault.kind === "gender") {
      assertEquals(fault.actual, kind.gender);
      assert(fault.recorded !== fault.actual);
    } else if (fault.kind === "age") {
      assertEquals(fault.actual, recordedAge(kind.age));
      assert(ageGroup(fault.recorded) !== ageGroup(kind.age), `${fault.recorded} for ${kind.age}`);
    }
  }
  for (const kind of ["gender", "age", "swap"]) assert((kinds.get(kind) ?? 0) > faults.length / 5, kind);
});

Deno.test("recordedAge() records every age from 60 up as 60", () => {
  assertEquals([18, 29.99, 59.99, 60, 61.5, 75.9].map(recordedAge), [18, 29, 59, 60, 60, 60]);
});
