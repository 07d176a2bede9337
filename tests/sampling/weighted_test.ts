import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { randomInt, seededRng } from "../../src/core/rng.ts";
import { SAMPLERS } from "../../src/sampling/mod.ts";
import { logWeights } from "../../src/sampling/weighted.ts";
import { chiSquare, exampleSets, tally } from "./examples.ts";
import { printedRng } from "../random.ts";

const SEED = 61;

/** Labels whose classes are 6, 3 and 1 of ten, in random places. */
const LABELS =
  ((rng = seededRng(SEED)) =>
    Array.from({ length: 30_000 }, () => [0, 0, 0, 0, 0, 0, 2, 2, 2, 5][randomInt(rng, 10)]!))();

const REFERENCE = JSON.parse(
  await Deno.readTextFile(new URL("../reference/sampling.json", import.meta.url)),
) as { name: string; labels: number[]; draws: number; weights: number[]; probabilities: number[] }[];

Deno.test("weighted draws classes by their number of examples to the power of 1 - power", () => {
  const numbers = [0, 2, 5].map((label) => LABELS.filter((other) => other === label).length);
  for (const power of [0, 0.5, 1, 2]) {
    const sums = numbers.map((number) => number ** (1 - power)), total = sums.reduce((a, b) => a + b);
    const drawn = build("sampler", SAMPLERS, { name: "weighted", power })(LABELS, seededRng(SEED));
    assertEquals(drawn.length, LABELS.length);
    sums.forEach((sum, k) => {
      const share = drawn.filter((i) => LABELS[i] === [0, 2, 5][k]).length / drawn.length, p = sum / total;
      const deviation = Math.sqrt(p * (1 - p) / drawn.length); // five of them are exceeded once in two million times
      assert(Math.abs(share - p) < 5 * deviation, `seed ${SEED}, power ${power}: class ${k}: ${share}, not ${p}`);
    });
  }
});

for (const { name, labels, draws, weights, probabilities } of REFERENCE) {
  Deno.test(`imbalanced has the published weights: ${name}`, () => {
    const ours = logWeights(labels, 1), top = Math.max(...weights);
    weights.forEach((weight, i) => assertAlmostEquals(Math.exp(ours[i]!), weight / top, 1e-14));
  });

  Deno.test(`imbalanced draws as many as there are, with the published probabilities: ${name}`, () => {
    const sampler = build("sampler", SAMPLERS, { name: "imbalanced" }), epochs = 600;
    const times = new Array<number>(labels.length).fill(0);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const drawn = sampler(labels, seededRng(SEED).fork(epoch));
      assertEquals(drawn.length, draws);
      for (const i of drawn) times[i]!++;
    }
    const statistic = chiSquare(times, probabilities.map((p) => p * epochs * draws)), free = labels.length - 1;
    // Wilson and Hilferty's cube root makes it nearly normal; five deviations are exceeded once in some million times.
    const limit = free * (1 - 2 / (9 * free) + 5 * Math.sqrt(2 / (9 * free))) ** 3;
    assert(free === 0 || statistic < limit, `seed ${SEED}: ${statistic} of ${limit}`);
  });
}

Deno.test("weighted draws with replacement: it leaves out 1 / e of equally likely examples", () => {
  const drawn = build("sampler", SAMPLERS, { name: "weighted", power: 0 })(LABELS, seededRng(SEED));
  // Of N balls in N boxes N / e stay empty, with a deviation of sqrt(N (1 / e - 2 / e^2)).
  const N = LABELS.length, empty = N - new Set(drawn).size, deviation = Math.sqrt(N * (1 / Math.E - 2 / Math.E ** 2));
  assert(Math.abs(empty - N / Math.E) < 5 * deviation, `seed ${SEED}: ${empty} of ${N} were left out`);
});

Deno.test("weighted draws as many as length says", () => {
  const rng = printedRng();
  for (const { labels } of exampleSets(rng, 20)) {
    for (const length of [1, labels.length, 3 * labels.length + 1]) {
      const drawn = build("sampler", SAMPLERS, { name: "weighted", length })(labels, rng);
      assertEquals(drawn.length, length);
      assert(drawn.every((i) => i >= 0 && i < labels.length));
    }
  }
});

Deno.test("weighted without replacement draws no example twice", () => {
  const rng = printedRng();
  for (const { labels } of exampleSets(rng, 40)) {
    const length = 1 + randomInt(rng, labels.length);
    const drawn = build("sampler", SAMPLERS, { name: "weighted", length, replacement: false })(labels, rng);
    assertEquals([drawn.length, new Set(drawn).size], [length, length]);
    const all = build("sampler", SAMPLERS, { name: "weighted", replacement: false })(labels, rng);
    assertEquals(all.toSorted(), Int32Array.from(labels.keys()));
  }
});

Deno.test("weighted without replacement draws each among those left, by their weights", () => {
  const labels = [0, 0, 0, 1], epochs = 20_000; // weights 1, 1, 1 and 3
  const sampler = build("sampler", SAMPLERS, { name: "weighted", length: 2, replacement: false });
  const drawn = Array.from({ length: epochs }, (_, epoch) => sampler(labels, seededRng(SEED).fork(epoch)));
  const pairs = tally(drawn.map(([a, b]) => `${labels[a!]}${labels[b!]}`));
  const expected = { "10": 3 / 6, "01": 3 / 6 * 3 / 5, "00": 3 / 6 * 2 / 5 };
  for (const [pair, p] of Object.entries(expected)) {
    const share = (pairs.get(pair) ?? 0) / epochs, deviation = Math.sqrt(p * (1 - p) / epochs);
    assert(Math.abs(share - p) < 5 * deviation, `seed ${SEED}: classes ${pair} have ${share}, not ${p}`);
  }
});

Deno.test("weighted without replacement refuses to draw more than there are", () => {
  const sampler = build("sampler", SAMPLERS, { name: "weighted", length: 4, replacement: false });
  assertThrows(() => sampler([0, 0, 1], seededRng(1)), RangeError, "at most the number of examples, 3");
});

Deno.test("weighted bears powers that make all but the rarest class vanish", () => {
  const labels = [...new Array<number>(50).fill(0), 1, 1];
  for (const replacement of [true, false]) {
    const sampler = build("sampler", SAMPLERS, { name: "weighted", power: 1000, length: 2, replacement });
    for (const i of sampler(labels, seededRng(SEED))) assertEquals(labels[i], 1);
  }
});
