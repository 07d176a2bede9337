import { assert, assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { SAMPLERS } from "../../src/sampling/mod.ts";
import { chiSquare, cut, exampleSets, tally } from "./examples.ts";
import { printedRng } from "../random.ts";

Deno.test("stratifiedBatches gives every batch, the last too, each class's share rounded up or down", () => {
  const rng = printedRng(), sampler = build("sampler", SAMPLERS, { name: "stratifiedBatches" });
  for (const { labels, batchSize } of exampleSets(rng, 300)) {
    const counts = tally(labels);
    for (const batch of cut(sampler(labels, rng, { batchSize }), batchSize)) {
      const drawn = tally(batch.map((i) => labels[i]!));
      for (const [label, count] of counts) {
        const share = count * batch.length / labels.length;
        const found = drawn.get(label) ?? 0;
        assert(
          Math.abs(found - share) < 1,
          `batch of ${batch.length} of ${labels.length}: class ${label} has ${found}, not ${share}`,
        );
      }
    }
  }
});

Deno.test("stratifiedBatches puts examples of a class into each batch, and each place of it, equally often", () => {
  const labels = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2], sampler = build("sampler", SAMPLERS, { name: "stratifiedBatches" });
  const epochs = 3000, times = new Array<number>(100).fill(0); // example, place
  for (let epoch = 0; epoch < epochs; epoch++) {
    sampler(labels, seededRng(61).fork(epoch), { batchSize: 5 }).forEach((i, place) => times[i * 10 + place]!++);
  }
  // At most 81 degrees of freedom: five deviations above that are 81 (1 - 2 / 729 + 5 sqrt(2 / 729))^3 = 161.
  const statistic = chiSquare(times, times.map(() => epochs / 10));
  assert(statistic < 161, `Pearson's statistic is ${statistic}`);
});

Deno.test("stratifiedBatches with a batch of the whole data is one shuffled batch", () => {
  const labels = [0, 1, 1, 2], sampler = build("sampler", SAMPLERS, { name: "stratifiedBatches" });
  const orders = Array.from({ length: 500 }, (_, epoch) => `${sampler(labels, seededRng(epoch), { batchSize: 4 })}`);
  assertEquals(new Set(orders).size, 24); // one order is missing with a probability of 24 (23 / 24)^500 = 1e-8
});
