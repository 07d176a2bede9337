import { assert, assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { SAMPLERS } from "../../src/sampling/mod.ts";
import { chiSquare, exampleSets, tally } from "./examples.ts";
import { printedRng } from "../random.ts";

const RATIOS = [1, 0.5, 0.37, 0.01];

Deno.test("oversample brings each class to the ratio and leaves larger ones as they are", () => {
  const rng = printedRng();
  for (const { labels } of exampleSets(rng, 30)) {
    const counts = tally(labels), most = Math.max(...counts.values());
    for (const ratio of RATIOS) {
      const drawn = tally(
        build("sampler", SAMPLERS, { name: "oversample", ratio })(labels, rng).map((i) => labels[i]!),
      );
      assertEquals(drawn.size, counts.size);
      for (const [label, count] of counts) {
        assertEquals(drawn.get(label), Math.max(count, Math.round(ratio * most)), `ratio ${ratio} of ${labels}`);
      }
    }
  }
});

Deno.test("oversample shows every example, and none of a class more than once more than another", () => {
  const rng = printedRng();
  for (const { labels } of exampleSets(rng, 30)) {
    for (const ratio of RATIOS) {
      const times = tally(build("sampler", SAMPLERS, { name: "oversample", ratio })(labels, rng));
      assertEquals(times.size, labels.length);
      for (const examples of Map.groupBy(labels.keys(), (i) => labels[i]!).values()) {
        const all = examples.map((i) => times.get(i)!);
        assert(Math.max(...all) - Math.min(...all) <= 1, `ratio ${ratio} of ${labels}`);
      }
    }
  }
});

Deno.test("undersample brings each class to the ratio, draws no example twice and leaves smaller classes whole", () => {
  const rng = printedRng();
  for (const { labels } of exampleSets(rng, 30)) {
    const counts = tally(labels), fewest = Math.min(...counts.values());
    for (const ratio of RATIOS) {
      const epoch = build("sampler", SAMPLERS, { name: "undersample", ratio })(labels, rng);
      assertEquals(new Set(epoch).size, epoch.length);
      const drawn = tally(epoch.map((i) => labels[i]!));
      for (const [label, count] of counts) {
        assertEquals(drawn.get(label), Math.min(count, Math.round(fewest / ratio)), `ratio ${ratio} of ${labels}`);
      }
    }
  }
});

Deno.test("oversample and undersample choose among a class's examples evenly, in every place of the epoch", () => {
  const labels = [0, 0, 0, 0, 0, 1, 1, 1], epochs = 4000;
  // Ratio 1: of class 1 two of three come twice; of class 0 three of five are left.
  const cases = [{ name: "oversample", label: 1, expected: 5 / 3 }, { name: "undersample", label: 0, expected: 3 / 5 }];
  for (const { name, label, expected } of cases) {
    const sampler = build("sampler", SAMPLERS, { name: name as "oversample" });
    const drawn = Array.from({ length: epochs }, (_, epoch) => sampler(labels, seededRng(61).fork(epoch)));
    const examples = [...labels.keys()].filter((i) => labels[i] === label);
    const times = tally(drawn.flatMap((epoch) => [...epoch]));
    // Which examples are drawn varies less than with independent draws, so that this limit is on the safe side: Pearson's
    // statistic of 2 or 4 degrees of freedom exceeds 35 less than once in two million times.
    const even = chiSquare(examples.map((i) => times.get(i)!), examples.map(() => expected * epochs));
    assert(even < 35, `${name}: ${[...times]}`);
    const length = drawn[0]!.length, places = new Array<number>(length).fill(0);
    for (const epoch of drawn) epoch.forEach((i, place) => places[place]! += labels[i] === label ? 1 : 0);
    const share = expected * examples.length / length;
    for (const count of places) {
      const deviation = Math.sqrt(epochs * share * (1 - share)); // five of them are exceeded once in two million times
      assert(Math.abs(count - epochs * share) < 5 * deviation, `${name}: ${places} of ${epochs}`);
    }
  }
});
