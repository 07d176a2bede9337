import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { decodeLabel, FACE_SCHEMA } from "../../src/core/mod.ts";
import { build } from "../../src/core/parts.ts";
import { NEAR_CUTS } from "../../src/sampling/mod.ts";
import { normalMass } from "../../src/sampling/normal.ts";
import { levelMasses } from "../../src/sampling/soft_cuts.ts";
import { printedRng } from "../random.ts";
import { face, faces, randomData } from "./people.ts";

const REFERENCE = JSON.parse(
  await Deno.readTextFile(new URL("../reference/near_cuts.json", import.meta.url)),
) as { mean: number; cuts: number[]; width: number; masses: number[] }[];

/** The probabilities of the age groups of a man with his mask on. */
function ageGroups(age: number, width: number, topCoded = true): number[] {
  const nearCuts = build("nearCuts", NEAR_CUTS, { name: "soft", width, topCoded });
  return [...nearCuts({ schema: FACE_SCHEMA, samples: [face(age)] }).targets!.subarray(0, 3)];
}

Deno.test("levelMasses() agrees with SciPy", () => {
  for (const { mean, cuts, width, masses } of REFERENCE) {
    const ours = levelMasses(mean, { cuts, width });
    assertEquals(ours.length, masses.length);
    // Both subtract tails, which costs digits only against the tails themselves.
    masses.forEach((mass, k) =>
      assertAlmostEquals(ours[k]!, mass, 1e-15 + 1e-12 * mass, `${mean} of ${cuts}, ${width}`)
    );
  }
});

Deno.test("normalMass() keeps the digits of far tails, on both sides, and is whole over the whole line", () => {
  // SciPy's norm.sf(z)
  const tails = {
    1: 0.15865525393145707,
    2.5: 0.006209665325776132,
    5: 2.866515718791933e-7,
    10: 7.61985302416047e-24,
  };
  for (const [z, tail] of Object.entries(tails)) {
    assertAlmostEquals(normalMass(Number(z), Infinity) / tail, 1, 1e-13);
    assertAlmostEquals(normalMass(-Infinity, -Number(z)) / tail, 1, 1e-13);
  }
  assertEquals(normalMass(-Infinity, Infinity), 1);
  assertEquals([normalMass(40, Infinity), normalMass(-Infinity, 0), normalMass(3, 3)], [0, 0.5, 0]);
});

Deno.test("normalMass() goes on smoothly where its two methods meet", () => {
  const step = 1e-6, density = Math.exp(-3.125) / Math.sqrt(2 * Math.PI);
  // The tails are known to 1e-16, their difference of 2e-8 to 1e-8 of it; the density changes by 1.25e-6 of it on average.
  for (const low of [2.5 - step, 2.5]) {
    assertAlmostEquals(normalMass(low, low + step) / (step * density), 1, 2e-6);
  }
});

Deno.test("soft gives every sample probabilities that sum to 1 and spares the other attributes", () => {
  const rng = printedRng();
  for (let round = 0; round < 50; round++) {
    const { schema, samples, attribute: { name } } = randomData(rng), C = schema.classes.length;
    const place = schema.attributes.findIndex((attribute) => attribute.name === name);
    const width = 0.1 + 5 * rng(), topCoded = rng() < 0.5;
    const nearCuts = build("nearCuts", NEAR_CUTS, { name: "soft", attribute: name, width, topCoded });
    const { keep, labels, targets } = nearCuts({ schema, samples });
    assertEquals([...keep], [...samples.keys()]);
    assertEquals(targets!.length, samples.length * C);
    samples.forEach(({ label }, i) => {
      const row = targets!.subarray(i * C, (i + 1) * C), own = decodeLabel(schema, label);
      assertEquals(labels[i], label);
      assertAlmostEquals(row.reduce((a, b) => a + b), 1, 1e-6); // a few float32 roundings
      row.forEach((probability, k) => {
        const same = decodeLabel(schema, k).every((level, a) => a === place || level === own[a]);
        assert(same ? probability >= 0 : probability === 0, `class ${k} of sample ${i} has ${probability}`);
      });
    });
  }
});

Deno.test("soft is a product: whatever the other attributes are, the age groups' probabilities are the same", () => {
  const data = faces([18, 29, 30, 41, 58, 60]), C = 18;
  const { targets } = build("nearCuts", NEAR_CUTS, { name: "soft" })(data);
  data.samples.forEach(({ label, attributes }, i) => {
    const first = i * C + label - label % 3; // young of this mask and gender
    assertEquals([...targets!.subarray(first, first + 3)], ageGroups(attributes["age"] as number, 2));
  });
});

Deno.test("soft is one-hot far from the cuts", () => {
  for (const [age, level] of [[18, 0], [45, 1]] as const) {
    ageGroups(age, 1).forEach((mass, k) => assertAlmostEquals(mass, k === level ? 1 : 0, 1e-7));
  }
});

Deno.test("soft is symmetric about a cut: 29 is middle as much as 30 is young", () => {
  for (let years = 0; years < 12; years++) {
    const [young, middle] = ageGroups(29 - years, 2.5), [otherYoung, otherMiddle] = ageGroups(30 + years, 2.5);
    assertAlmostEquals(young!, otherMiddle!, 1e-6);
    assertAlmostEquals(middle!, otherYoung!, 1e-6);
  }
});

Deno.test("soft moves to the next group year by year, half of it at the cut, the more abruptly the narrower", () => {
  const middle = Array.from({ length: 20 }, (_, i) => ageGroups(20 + i, 3)[1]!);
  middle.slice(1).forEach((mass, i) => assert(mass > middle[i]!, `${middle}`));
  const exact = build("nearCuts", NEAR_CUTS, { name: "soft", step: 0 });
  assertAlmostEquals(exact({ schema: FACE_SCHEMA, samples: [face(30)] }).targets![0]!, 0.5, 1e-7);
  assert(ageGroups(29, 0.5)[0]! > ageGroups(29, 1)[0]! && ageGroups(29, 1)[0]! > ageGroups(29, 4)[0]!);
});

Deno.test("soft leaves the top-coded group alone, while 59 counts in part as old", () => {
  for (const age of [60, 75]) assertEquals(ageGroups(age, 5), [0, 0, 1]);
  assert(ageGroups(59, 2)[2]! > 0.3);
  const [, middle, old] = ageGroups(60, 2, false);
  assertAlmostEquals(middle!, ageGroups(59, 2)[2]!, 1e-6);
  assertAlmostEquals(middle! + old!, 1, 1e-6);
});
