import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { decodeLabel, encodeLabel, FACE_SCHEMA, makeSchema } from "../../src/core/schema.ts";
import { attributeMarginals, combineAttributes } from "../../src/predict/mod.ts";
import { between, printedRng } from "../random.ts";
import { largestDifference, randomLabels, randomMember, reordered } from "./members.ts";

const rng = printedRng();
const faces = () => ({
  ...randomMember(rng, randomLabels(rng, between(rng, 20, 60), 18), 18),
  classes: FACE_SCHEMA.classes,
});

Deno.test("attributeMarginals() sums over the classes of a level, and translates labels", () => {
  const one = faces(), { classes, probabilities, labels } = attributeMarginals(one, FACE_SCHEMA, "gender");
  assertEquals(classes, ["male", "female"]);
  one.ids.forEach((_, row) => {
    let male = 0;
    for (const mask of [0, 1, 2]) for (const age of [0, 1, 2]) male += one.probabilities[row * 18 + mask * 6 + age]!;
    assertAlmostEquals(probabilities[row * 2]!, male, 1e-6);
    assertAlmostEquals(probabilities[row * 2]! + probabilities[row * 2 + 1]!, 1, 1e-6);
    assertEquals(labels[row], decodeLabel(FACE_SCHEMA, one.labels[row]!)[1]);
  });
});

Deno.test("combineAttributes() keeps each member's marginals of its attribute", () => {
  const labels = randomLabels(rng, 40, 18);
  const [mask, gender, age] = [1, 2, 3].map(() => ({ ...randomMember(rng, labels, 18), classes: FACE_SCHEMA.classes }));
  const found = combineAttributes(FACE_SCHEMA, { mask: mask!, gender: gender!, age: age! });
  assertEquals(found.classes, FACE_SCHEMA.classes);
  assertEquals(found.labels, labels);
  for (const [name, member] of Object.entries({ mask: mask!, gender: gender!, age: age! })) {
    const [own, again] = [member, found].map((p) => attributeMarginals(p, FACE_SCHEMA, name).probabilities);
    assert(largestDifference(own!, again!) < 1e-6, name);
  }
  const ages = attributeMarginals(age!, FACE_SCHEMA, "age");
  assertEquals(combineAttributes(FACE_SCHEMA, { mask: mask!, gender: gender!, age: ages }), found);
});

Deno.test("combineAttributes() of one member whose attributes are independent is that member", () => {
  const one = faces(), once = combineAttributes(FACE_SCHEMA, { mask: one, gender: one, age: one });
  const twice = combineAttributes(FACE_SCHEMA, { mask: once, gender: once, age: once });
  assert(largestDifference(twice.probabilities, once.probabilities) < 1e-6);
});

Deno.test("combineAttributes() does not depend on the order of rows", () => {
  const labels = randomLabels(rng, 30, 18);
  const [mask, gender, age] = [1, 2, 3].map(() => ({ ...randomMember(rng, labels, 18), classes: FACE_SCHEMA.classes }));
  const found = combineAttributes(FACE_SCHEMA, { mask: mask!, gender: gender!, age: age! });
  const other = { mask: mask!, gender: reordered(gender!, rng), age: reordered(age!, rng) };
  assertEquals(combineAttributes(FACE_SCHEMA, other), found);
});

Deno.test("combineAttributes() numbers classes as the schema does", () => {
  const schema = makeSchema([{ name: "a", levels: ["x", "y", "z"] }, { name: "b", levels: ["p", "q"] }]);
  for (const a of ["x", "y", "z"]) {
    for (const b of ["p", "q"]) {
      const certain = (levels: readonly string[], level: string) => ({
        ids: ["one"],
        classes: levels,
        probabilities: Float32Array.from(levels, (name) => name === level ? 1 : 0),
        labels: Int32Array.of(levels.indexOf(level)),
      });
      const { probabilities, labels } = combineAttributes(schema, {
        a: certain(["x", "y", "z"], a),
        b: certain(["p", "q"], b),
      });
      const label = encodeLabel(schema, { a, b });
      assertEquals([probabilities.indexOf(1), labels[0]], [label, label]);
    }
  }
});

Deno.test("combineAttributes() takes labels from whoever knows them, and refuses those that contradict each other", () => {
  const one = faces(), nobody = { ...one, labels: one.labels.map(() => -1) };
  assertEquals(combineAttributes(FACE_SCHEMA, { mask: nobody, gender: one, age: nobody }).labels, one.labels);
  assertEquals(combineAttributes(FACE_SCHEMA, { mask: nobody, gender: nobody, age: nobody }).labels, nobody.labels);
  const other = { ...one, labels: one.labels.map((label) => (label + 1) % 18) };
  assertThrows(
    () => combineAttributes(FACE_SCHEMA, { mask: one, gender: one, age: other }),
    TypeError,
    "agree on labels",
  );
});

Deno.test("combineAttributes() refuses a probability that is none", () => {
  const one = faces(), probabilities = one.probabilities.with(18 * 3 + 2, NaN);
  const broken = { ...one, probabilities };
  assertThrows(() => combineAttributes(FACE_SCHEMA, { mask: one, gender: broken, age: one }), RangeError, `"image 3"`);
});

Deno.test("combineAttributes() refuses attributes, classes and ids that do not fit", () => {
  const one = faces();
  assertThrows(
    () => combineAttributes(FACE_SCHEMA, { mask: one, sex: one }),
    TypeError,
    `missing are ["gender", "age"], unknown ["sex"]`,
  );
  const wrong = { ...one, classes: one.classes.toReversed() };
  assertThrows(
    () => combineAttributes(FACE_SCHEMA, { mask: one, gender: wrong, age: one }),
    TypeError,
    `levels of "gender"`,
  );
  const fewer = { ...one, ids: one.ids.map((id) => `${id}?`) };
  assertThrows(() => combineAttributes(FACE_SCHEMA, { mask: one, gender: fewer, age: one }), TypeError, "same ids");
  assertThrows(() => attributeMarginals(wrong, FACE_SCHEMA, "age"), TypeError, "Cannot take marginals");
  assertThrows(() => attributeMarginals(one, FACE_SCHEMA, "sex"), RangeError, `"mask", "gender", "age"`);
});
