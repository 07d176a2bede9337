import { assertEquals, assertThrows } from "@std/assert";
import { encodeLabel, FACE_SCHEMA, makeSchema, type Sample, type Schema } from "../../src/core/mod.ts";
import { build } from "../../src/core/parts.ts";
import { randomInt, seededRng } from "../../src/core/rng.ts";
import { NEAR_CUTS, type NearCutsSpec } from "../../src/sampling/mod.ts";
import { face, faces, randomData } from "./people.ts";
import { printedRng } from "../random.ts";

const AGES = Array.from({ length: 43 }, (_, i) => 18 + i);

/** The ages that are left of men with their masks on, one of each age from 18 to 60. */
function agesLeft(spec: NearCutsSpec): number[] {
  const data = { schema: FACE_SCHEMA, samples: AGES.map((age) => face(age)) };
  return Array.from(build("nearCuts", NEAR_CUTS, spec)(data).keep, (i) => data.samples[i]!.attributes["age"] as number);
}

Deno.test("keep trains on every sample with its label", () => {
  const rng = printedRng();
  for (let round = 0; round < 20; round++) {
    const data = randomData(rng);
    assertEquals(build("nearCuts", NEAR_CUTS, { name: "keep" })(data), {
      keep: Int32Array.from(data.samples.keys()),
      labels: Int32Array.from(data.samples, ({ label }) => label),
    });
  }
});

Deno.test("drop leaves out exactly the ages near a cut, on both sides of it, but not the top-coded 60", () => {
  const without = (...ages: number[]) => AGES.filter((age) => !ages.includes(age));
  assertEquals(agesLeft({ name: "drop" }), without(29, 30, 59));
  assertEquals(agesLeft({ name: "drop", within: 0.4 }), AGES);
  assertEquals(agesLeft({ name: "drop", within: 0.5 }), without(29, 30, 59));
  assertEquals(agesLeft({ name: "drop", within: 2 }), without(28, 29, 30, 31, 58, 59));
  assertEquals(agesLeft({ name: "drop", within: 2, topCoded: false }), without(28, 29, 30, 31, 58, 59, 60));
  assertEquals(agesLeft({ name: "drop", within: 1, step: 0 }), without(29, 30, 31, 59));
});

Deno.test("drop measures from the nearest cut of any schema", () => {
  const rng = printedRng();
  for (let round = 0; round < 50; round++) {
    const data = randomData(rng), { cuts } = data.attribute, within = 0.5 + rng() * 3;
    const { keep, labels, targets } = build("nearCuts", NEAR_CUTS, {
      name: "drop",
      attribute: data.attribute.name,
      within,
      step: 0,
      topCoded: false,
    })(data);
    const far = data.samples.flatMap(({ attributes }, i) => {
      const value = attributes[data.attribute.name] as number;
      return Math.min(...cuts.map((cut) => Math.abs(cut - value))) > within ? [i] : [];
    });
    assertEquals([...keep], far);
    assertEquals([...labels], data.samples.map(({ label }) => label));
    assertEquals(targets, undefined);
  }
});

Deno.test("relabel counts values from `from` up to the cut as the level above, and changes nothing else", () => {
  const data = faces(AGES);
  const { keep, labels } = build("nearCuts", NEAR_CUTS, { name: "relabel", from: 58, to: 60 })(data);
  assertEquals(keep.length, data.samples.length);
  data.samples.forEach(({ label, attributes }, i) => {
    assertEquals(labels[i], attributes["age"] === 58 || attributes["age"] === 59 ? label + 1 : label);
  });
});

Deno.test("relabel keeps the other attributes, wherever the attribute stands in the schema", () => {
  const rng = printedRng();
  for (let round = 0; round < 50; round++) {
    const { schema, samples, attribute: { name, cuts } } = randomData(rng);
    const k = randomInt(rng, cuts.length), to = cuts[k]!, from = to - rng() * (to - (cuts[k - 1] ?? to - 3));
    const { labels } = build("nearCuts", NEAR_CUTS, { name: "relabel", attribute: name, from, to })({
      schema,
      samples,
    });
    samples.forEach(({ attributes }, i) => {
      const value = attributes[name] as number, counted = value >= from && value < to ? to : value;
      assertEquals(labels[i], encodeLabel(schema, { ...attributes, [name]: counted }));
    });
  }
});

Deno.test("relabel refuses what is no cut, and values that another cut lies between", () => {
  const relabel = (from: number, to: number) =>
    build("nearCuts", NEAR_CUTS, { name: "relabel", from, to })(faces([20, 59]));
  assertThrows(() => relabel(58, 61), RangeError, `one of the cuts of "age", 30, 60: current value is 61`);
  assertThrows(() => relabel(60, 60), RangeError, "from must be at least 30 and below 60: current value is 60");
  assertThrows(() => relabel(29, 60), RangeError, "from must be at least 30 and below 60: current value is 29");
  assertThrows(() => relabel(31, 30), RangeError, "from must be below 30: current value is 31");
});

const SPECS: readonly NearCutsSpec[] = [{ name: "drop" }, { name: "relabel", from: 58, to: 60 }, { name: "soft" }];

Deno.test("NEAR_CUTS are all tried here", () => {
  assertEquals([...SPECS.map(({ name }) => name), "keep"].sort(), Object.keys(NEAR_CUTS).sort());
});

for (const spec of SPECS) {
  Deno.test(`${spec.name} names the attribute and the sample that are at fault`, () => {
    const act = (samples: readonly Sample[], schema: Schema = FACE_SCHEMA) =>
      build("nearCuts", NEAR_CUTS, spec)({ schema, samples });
    const sound = face(45);
    const withAge = (age: number | string) => ({ ...sound, id: "bad", attributes: { ...sound.attributes, age } });
    const { age: _, ...ageless } = sound.attributes;
    assertThrows(
      () => act([sound, withAge("middle")]),
      TypeError,
      `"age" must be a number: that of sample "bad" is "middle"`,
    );
    assertThrows(() => act([sound, withAge(NaN)]), TypeError, `that of sample "bad" is NaN`);
    assertThrows(() => act([{ ...sound, attributes: ageless }]), TypeError, `"${sound.id}" is undefined`);
    assertThrows(
      () => act([sound, withAge(29)]),
      RangeError,
      `that of sample "bad" is 29, the class is "wear male middle"`,
    );
    assertThrows(() => act([{ ...sound, label: -1 }]), RangeError, `the label of sample "${sound.id}" is -1`);
    assertThrows(() => act([{ ...sound, label: 18 }]), RangeError, `the label of sample "${sound.id}" is 18`);
    const schema = makeSchema([{ name: "mask", levels: ["on", "off"] }]);
    assertThrows(() => act([], schema), RangeError, `the schema has none: current value is "age"`);
    const other = makeSchema([{ name: "height", levels: ["small", "tall"], cuts: [170] }]);
    assertThrows(() => act([], other), RangeError, `one of "height": current value is "age"`);
  });
}

Deno.test("keep refuses a sample of unknown class", () => {
  const data = { schema: FACE_SCHEMA, samples: [{ ...face(20), label: -1 }] };
  assertThrows(() => build("nearCuts", NEAR_CUTS, { name: "keep" })(data), RangeError, `sample "${face(20).id}" is -1`);
});

Deno.test("NEAR_CUTS refuse options that are unknown, missing or out of bounds", () => {
  const make = (spec: string) => build("nearCuts", NEAR_CUTS, JSON.parse(spec));
  assertThrows(() => make(`{ "name": "relabel", "from": 58 }`), TypeError, "to:");
  assertThrows(() => make(`{ "name": "drop", "within": 0 }`), TypeError, "within");
  assertThrows(() => make(`{ "name": "soft", "width": -1 }`), TypeError, "width");
  assertThrows(() => make(`{ "name": "keep", "within": 1 }`), TypeError, "within");
  // @ts-expect-error: relabel needs to know what is to be what
  assertThrows(() => build("nearCuts", NEAR_CUTS, { name: "relabel" }), TypeError, "from:");
});

Deno.test("NEAR_CUTS change neither schema nor samples", () => {
  for (const spec of SPECS) {
    const data = randomData(seededRng(3), { name: "age", cuts: [30, 60] }), before = structuredClone(data);
    build("nearCuts", NEAR_CUTS, spec)(data);
    assertEquals(data, before);
  }
});
