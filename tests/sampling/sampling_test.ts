import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { type SamplerContext, SAMPLERS, type SamplerSpec } from "../../src/sampling/mod.ts";
import { exampleSets } from "./examples.ts";
import { printedRng } from "../random.ts";

const SPECS: readonly SamplerSpec[] = [
  { name: "shuffle" },
  { name: "weighted" },
  { name: "weighted", power: 0.5, replacement: false },
  { name: "imbalanced" },
  { name: "oversample" },
  { name: "undersample", ratio: 0.4 },
  { name: "stratifiedBatches" },
  { name: "personBatches" },
];

/** Thirty examples of three classes and ten persons. */
const LABELS = Array.from({ length: 30 }, (_, i) => [0, 0, 0, 1, 1, 2][i % 6]!);
const CONTEXT: SamplerContext = { groups: LABELS.map((_, i) => `${Math.floor(i / 3)}`), batchSize: 7 };

Deno.test("SAMPLERS are all tried here", () => {
  assertEquals([...new Set(SPECS.map(({ name }) => name))].sort(), Object.keys(SAMPLERS).sort());
});

for (const spec of SPECS) {
  Deno.test(`${Object.values(spec).join(" ")} depends on the generator it is given and on nothing else`, () => {
    const sampler = build("sampler", SAMPLERS, spec), labels = [...LABELS], context = structuredClone(CONTEXT);
    const draw = (epoch: number) => sampler(labels, seededRng(61).fork(epoch), context);
    assertEquals(draw(1), draw(1));
    assertEquals(build("sampler", SAMPLERS, spec)(LABELS, seededRng(61).fork(2), CONTEXT), draw(2));
    assertNotEquals(draw(1), draw(2));
    assertEquals([labels, context], [LABELS, CONTEXT]);
  });
}

for (const name of ["shuffle", "stratifiedBatches", "personBatches"] as const) {
  Deno.test(`${name} shows each example once`, () => {
    const rng = printedRng(), sampler = build("sampler", SAMPLERS, { name });
    for (const { labels, ...context } of exampleSets(rng, 40)) {
      assertEquals(sampler(labels, rng.fork("epoch"), context).toSorted(), Int32Array.from(labels.keys()));
    }
  });
}

Deno.test("SAMPLERS name what the context lacks", () => {
  const draw = (name: "stratifiedBatches" | "personBatches", context?: SamplerContext) =>
    build("sampler", SAMPLERS, { name })(LABELS, seededRng(1), context);
  const { groups, batchSize } = CONTEXT;
  assertThrows(() => draw("stratifiedBatches"), TypeError, "batchSize");
  assertThrows(() => draw("stratifiedBatches", { groups }), TypeError, "batchSize");
  assertThrows(() => draw("personBatches", { groups }), TypeError, "batchSize");
  assertThrows(() => draw("personBatches", { batchSize }), TypeError, "groups");
  assertThrows(() => draw("personBatches", { batchSize, groups: ["a"] }), TypeError, "labels 30, groups 1");
  for (const batchSize of [0, 1.5]) {
    assertThrows(() => draw("stratifiedBatches", { batchSize }), RangeError, "batchSize");
  }
});

Deno.test("SAMPLERS refuse options that are unknown or out of bounds", () => {
  assertThrows(() => build("sampler", SAMPLERS, { name: "weighted", power: -1 }), TypeError, "power");
  assertThrows(() => build("sampler", SAMPLERS, { name: "weighted", length: 0 }), TypeError, "length");
  assertThrows(() => build("sampler", SAMPLERS, { name: "oversample", ratio: 1.1 }), TypeError, "ratio");
  assertThrows(() => build("sampler", SAMPLERS, { name: "undersample", ratio: 0 }), TypeError, "ratio");
  assertThrows(() => build("sampler", SAMPLERS, JSON.parse(`{ "name": "shuffle", "power": 1 }`)), TypeError, "power");
});

for (const name of ["weighted", "imbalanced", "oversample", "undersample", "stratifiedBatches"] as const) {
  Deno.test(`${name} refuses labels that are unknown`, () => {
    assertThrows(() => build("sampler", SAMPLERS, { name })([0, -1], seededRng(1), CONTEXT), RangeError, "unknown");
  });
}

Deno.test("SAMPLERS are typed by name: options of another sampler do not compile", () => {
  // @ts-expect-error: shuffle has no options
  assertThrows(() => build("sampler", SAMPLERS, { name: "shuffle", power: 1 }), TypeError);
  // @ts-expect-error: power is a number
  assertThrows(() => build("sampler", SAMPLERS, { name: "weighted", power: "1" }), TypeError);
  // @ts-expect-error: oversample has a ratio, no power
  assertThrows(() => build("sampler", SAMPLERS, { name: "oversample", power: 1 }), TypeError);
});
