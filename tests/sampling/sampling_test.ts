import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { randomInt, seededRng } from "../../src/core/rng.ts";
import { SAMPLERS } from "../../src/sampling/mod.ts";

const SEED = 61;

/** Labels whose classes are 600, 300 and 100 of a thousand, in random places. */
const LABELS =
  ((rng = seededRng(SEED)) =>
    Array.from({ length: 30_000 }, () => [0, 0, 0, 0, 0, 0, 2, 2, 2, 5][randomInt(rng, 10)]!))();

/** Share of each class among the positions drawn. */
function shares(positions: Int32Array): number[] {
  return [0, 2, 5].map((label) => positions.filter((i) => LABELS[i] === label).length / positions.length);
}

Deno.test("shuffle shows each example once", () => {
  const sampler = build("sampler", SAMPLERS, { name: "shuffle" });
  for (const count of [1, 2, 17, 100]) {
    const positions = sampler(LABELS.slice(0, count), seededRng(SEED).fork(count));
    assertEquals([...positions].sort((a, b) => a - b), [...Array(count).keys()]);
  }
});

for (const name of ["shuffle", "weighted"] as const) {
  Deno.test(`${name} depends on the generator it is given and on nothing else`, () => {
    const sampler = build("sampler", SAMPLERS, { name });
    const draw = (epoch: number) => sampler(LABELS, seededRng(SEED).fork(epoch));
    assertEquals(draw(1), draw(1));
    assertNotEquals(draw(1), draw(2));
    assertEquals(draw(1).length, LABELS.length);
  });
}

Deno.test("weighted draws classes by their frequency to the power of 1 - power", () => {
  for (const power of [0, 0.5, 1, 2]) {
    const sums = [0.6, 0.3, 0.1].map((share) => share ** (1 - power));
    const total = sums.reduce((a, b) => a + b);
    const drawn = shares(build("sampler", SAMPLERS, { name: "weighted", power })(LABELS, seededRng(SEED)));
    sums.forEach((sum, k) => {
      const error = Math.abs(drawn[k]! - sum / total); // four standard errors of 30,000 draws are at most 0.0116
      assert(error < 0.016, `seed ${SEED}, power ${power}: class ${k} has a share of ${drawn[k]}, not ${sum / total}`);
    });
  }
});

Deno.test("weighted draws the examples of a class equally often", () => {
  const labels = [0, 0, 0, 0, 1], times = new Array<number>(5).fill(0);
  const sampler = build("sampler", SAMPLERS, { name: "weighted" });
  for (let epoch = 0; epoch < 4000; epoch++) for (const i of sampler(labels, seededRng(SEED).fork(epoch))) times[i]!++;
  const expected = [2500, 2500, 2500, 2500, 10_000]; // of 20,000 draws
  times.forEach((count, i) => assert(Math.abs(count - expected[i]!) < 0.08 * expected[i]!, `${times}`)); // four deviations
});

Deno.test("SAMPLERS refuse unknown options and labels that are unknown", () => {
  assertThrows(() => build("sampler", SAMPLERS, { name: "weighted", power: -1 }), TypeError, "power");
  assertThrows(() => build("sampler", SAMPLERS, JSON.parse(`{ "name": "shuffle", "power": 1 }`)), TypeError, "power");
  assertThrows(() => build("sampler", SAMPLERS, { name: "weighted" })([0, -1], seededRng(1)), RangeError, "unknown");
});

Deno.test("SAMPLERS are typed by name: options of another sampler do not compile", () => {
  // @ts-expect-error: shuffle has no options
  assertThrows(() => build("sampler", SAMPLERS, { name: "shuffle", power: 1 }), TypeError);
  // @ts-expect-error: power is a number
  assertThrows(() => build("sampler", SAMPLERS, { name: "weighted", power: "1" }), TypeError);
});
