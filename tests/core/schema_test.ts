import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomInt, seededRng } from "../../src/core/rng.ts";
import {
  type Attribute,
  decodeLabel,
  encodeLabel,
  FACE_SCHEMA,
  levelOf,
  makeSchema,
  type Schema,
} from "../../src/core/schema.ts";

const SEED = 71;

/** A schema of one to four attributes of one to four levels, about half of them cut from numbers. */
function randomSchema(round: number): Schema {
  const rng = seededRng(SEED).fork(round);
  return makeSchema(Array.from({ length: 1 + randomInt(rng, 4) }, (_, a): Attribute => {
    const levels = Array.from({ length: 1 + randomInt(rng, 4) }, (_, k) => `${a}-${k}`);
    return { name: `a${a}`, levels, ...(rng() < 0.5 ? { cuts: levels.slice(1).map((_, k) => 10 * (k + 1)) } : {}) };
  }));
}

Deno.test("encodeLabel() and decodeLabel() are each other's inverse for every class", () => {
  for (let round = 0; round < 30; round++) {
    const schema = randomSchema(round), where = `seed ${SEED}, round ${round}`;
    assertEquals(schema.classes.length, schema.attributes.reduce((n, { levels }) => n * levels.length, 1), where);
    schema.classes.forEach((name, label) => {
      const levels = decodeLabel(schema, label);
      const values = schema.attributes.map(({ name, levels: names, cuts }, a) => {
        return [name, cuts ? 10 * levels[a]! + 5 : names[levels[a]!]!] as const; // 5 lies below 10, the first cut
      });
      assertEquals(encodeLabel(schema, Object.fromEntries(values)), label, where);
      assertEquals(schema.attributes.map(({ levels: names }, a) => names[levels[a]!]).join(" "), name, where);
    });
  }
});

Deno.test("FACE_SCHEMA numbers its 18 classes as the contest does", () => {
  // the contest's table: mask x 6 + gender x 3 + age group
  const cases: [mask: string, gender: string, age: number, label: number][] = [
    ["wear", "male", 29, 0],
    ["wear", "male", 30, 1],
    ["wear", "male", 59, 1],
    ["wear", "male", 60, 2],
    ["wear", "female", 18, 3],
    ["incorrect", "male", 18, 6],
    ["incorrect", "female", 60, 11],
    ["not wear", "male", 45, 13],
    ["not wear", "female", 99, 17],
  ];
  for (const [mask, gender, age, label] of cases) {
    assertEquals(encodeLabel(FACE_SCHEMA, { mask, gender, age, race: "any" }), label, `${mask} ${gender} ${age}`);
  }
  assertEquals(FACE_SCHEMA.classes.length, 18);
});

Deno.test("levelOf() puts a number that equals a cut into the upper level", () => {
  const age = { name: "age", levels: ["young", "middle", "old"], cuts: [30, 60] };
  assertEquals([-1, 29.999, 30, 59, 60, 1e9].map((value) => levelOf(age, value)), [0, 0, 1, 1, 2, 2]);
  assertEquals(age.levels.map((name) => levelOf(age, name)), [0, 1, 2]); // a level's name is one too
});

Deno.test("levelOf() refuses what belongs to no level, and lists the levels", () => {
  const mask = { name: "mask", levels: ["on", "off"] }, age = { name: "age", levels: ["young", "old"], cuts: [40] };
  assertThrows(
    () => levelOf(mask, "half"),
    RangeError,
    `"mask" as it must be one of "on", "off": current value is "half"`,
  );
  assertThrows(() => levelOf(mask, 1), RangeError, "current value is 1");
  for (const value of [NaN, Infinity]) {
    assertThrows(() => levelOf(age, value), RangeError, `a finite number: current value is ${value}`);
  }
  assertThrows(() => levelOf(age, "40"), RangeError, `current value is "40"`);
});

Deno.test("encodeLabel() names the attribute that is missing", () => {
  assertThrows(() => encodeLabel(FACE_SCHEMA, { mask: "wear", age: 3 }), RangeError, `attribute "gender" is missing`);
});

Deno.test("decodeLabel() refuses what is no class", () => {
  for (const label of [-1, 18, 1.5, NaN]) {
    assertThrows(() => decodeLabel(FACE_SCHEMA, label), RangeError, `0 to 17: current value is ${label}`);
  }
});

Deno.test("makeSchema() reports every fault at once", () => {
  const error = assertThrows(() =>
    makeSchema([
      { name: "a", levels: [] },
      { name: "a", levels: ["x", "x"] },
      { name: "b", levels: ["x", "y"], cuts: [1, 2] },
      { name: "c", levels: ["x", "y", "z"], cuts: [2, 2] },
      { name: "d", levels: ["x", "y"], cuts: [NaN] },
    ]), RangeError);
  for (
    const part of [
      `attribute names must differ: current names are "a", "a"`,
      `"a" needs at least one level`,
      `levels of "a" must differ`,
      `"b" needs 1 cuts for 2 levels: current cuts are [1,2]`,
      `cuts of "c" must be ascending`,
      `cuts of "d" must be ascending`,
    ]
  ) assert(error.message.includes(part), `${part}: ${error.message}`);
  assertThrows(() => makeSchema([]), RangeError, "at least one attribute");
  const alike = [{ name: "a", levels: ["not", "not very"] }, { name: "b", levels: ["very old", "old"] }];
  assertThrows(() => makeSchema(alike), RangeError, `two classes would be called "not very old"`);
});

Deno.test("makeSchema() leaves its input alone and does not share its lists", () => {
  const attributes = [{ name: "mask", levels: ["on", "off"] }];
  const schema = makeSchema(attributes);
  attributes.push({ name: "late", levels: ["x"] });
  attributes[0]!.levels.push("half");
  assertEquals(schema.attributes.map(({ levels }) => levels.length), [2]);
  assertEquals(schema.classes, ["on", "off"]);
});
