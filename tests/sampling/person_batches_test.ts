import { assert, assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { SAMPLERS } from "../../src/sampling/mod.ts";
import { cut, exampleSets, tally } from "./examples.ts";
import { printedRng } from "../random.ts";

const sampler = build("sampler", SAMPLERS, { name: "personBatches" });

/** Examples that stand in a batch which shows their person already. */
function repetitions(epoch: Int32Array, groups: readonly string[], batchSize: number): number {
  return cut(epoch, batchSize).reduce(
    (sum, batch) => sum + batch.length - new Set([...batch].map((i) => groups[i])).size,
    0,
  );
}

/**
 * The fewest repetitions that any deal has, by the theorem of the greatest flow and the least cut: examples flow from
 * persons to batches, one at most from each to each. A cut goes through t batches, the smallest, and for each of the
 * persons through all of the examples or all ways into the other batches.
 */
function fewestRepetitions(groups: readonly string[], batchSize: number): number {
  const persons = [...tally(groups).values()], count = groups.length, batches = Math.ceil(count / batchSize);
  const cuts = Array.from({ length: batches + 1 }, (_, t) => {
    const inBatches = t === 0 ? 0 : (count - (batches - 1) * batchSize) + (t - 1) * batchSize;
    return inBatches + persons.reduce((sum, photos) => sum + Math.min(photos, batches - t), 0);
  });
  return count - Math.min(...cuts);
}

Deno.test("personBatches has as few examples as can be beside another of their person", () => {
  const rng = printedRng();
  for (const { labels, groups, batchSize } of exampleSets(rng, 300)) {
    const epoch = sampler(labels, rng.fork("epoch"), { groups, batchSize });
    assertEquals(
      repetitions(epoch, groups, batchSize),
      fewestRepetitions(groups, batchSize),
      `${JSON.stringify({ groups, batchSize })}`,
    );
  }
});

Deno.test("personBatches of the contest's photographs never shows a person twice", () => {
  const groups = Array.from({ length: 7 * 432 }, (_, i) => `${Math.floor(i / 7)}`); // seven photographs each
  const epoch = sampler(groups.map(() => 0), seededRng(61), { groups, batchSize: 64 });
  assertEquals(repetitions(epoch, groups, 64), 0);
  assertEquals(epoch.toSorted(), Int32Array.from(groups.keys()));
});

Deno.test("personBatches spreads the photographs that must meet over the batches", () => {
  const groups = [..."aaaaaaaaaaaabcd"]; // twelve of a person, in five batches of three
  const epoch = sampler(groups.map(() => 0), seededRng(61), { groups, batchSize: 3 });
  const most = cut(epoch, 3).map((batch) => [...batch].filter((i) => groups[i] === "a").length);
  assert(most.every((count) => count === 2 || count === 3), `${most}`);
});

Deno.test("personBatches lets everyone meet everyone, in all batches equally often", () => {
  const groups = [..."aabbccddee"], epochs = 3000, rng = seededRng(61); // two batches of five: one photograph each
  const together = new Array<number>(100).fill(0), first = new Array<number>(10).fill(0);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const [batch] = cut(sampler(groups.map(() => 0), rng.fork(epoch), { groups, batchSize: 5 }), 5);
    for (const i of batch!) {
      first[i]!++;
      for (const j of batch!) together[i * 10 + j]!++;
    }
  }
  // Half of the epochs for each example, and a quarter for two of different persons: five deviations either way.
  for (const count of first) assert(Math.abs(count - epochs / 2) < 5 * Math.sqrt(epochs) / 2, `${first}`);
  together.forEach((count, k) => {
    const [i, j] = [Math.floor(k / 10), k % 10], same = groups[i] === groups[j];
    const expected = i === j ? epochs / 2 : same ? 0 : epochs / 4;
    const limit = same ? 5 * Math.sqrt(epochs) / 2 : 5 * Math.sqrt(epochs * 3 / 16);
    assert(Math.abs(count - expected) < limit, `${groups[i]} ${i} and ${groups[j]} ${j} meet ${count} times`);
  });
});
