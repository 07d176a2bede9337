import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomInt } from "../../src/core/rng.ts";
import { confidentJoint } from "../../src/explore/confident_joint.ts";
import { between, printedRng } from "../random.ts";

interface Case {
  readonly classes: number;
  readonly labels: number[];
  readonly probabilities: number[];
  readonly thresholds: number[];
  readonly counts: number[];
  readonly joint: number[];
  readonly errors: number[];
}

const file = new URL("../reference/confident_joint.json", import.meta.url);
const CASES: Case[] = JSON.parse(await Deno.readTextFile(file));

Deno.test("confidentJoint() agrees with the paper's equation written in numpy", () => {
  for (const { classes, labels, probabilities, ...expected } of CASES) {
    const found = confidentJoint(probabilities, labels, { classes });
    assertEquals([...found.counts], expected.counts);
    // both add up the same double numbers, in another order
    expected.thresholds.forEach((t, c) => assertAlmostEquals(found.thresholds[c]!, t, 1e-12));
    expected.joint.forEach((q, k) => assertAlmostEquals(found.joint[k]!, q, 1e-12));
    const errors = labels.keys().filter((i) => found.confident[i]! >= 0 && found.confident[i] !== labels[i]);
    assertEquals([...errors], expected.errors);
  }
});

Deno.test("confidentJoint() estimates a distribution whose rows are the recorded classes' shares", () => {
  const rng = printedRng();
  const classes = between(rng, 2, 6), n = between(rng, 5, 60);
  const labels = Int32Array.from({ length: n }, () => randomInt(rng, classes));
  const { joint, counts } = confidentJoint(Float32Array.from({ length: n * classes }, rng), labels, { classes });
  for (let c = 0; c < classes; c++) {
    const share = labels.filter((label) => label === c).length / n;
    assertAlmostEquals(joint.slice(c * classes, (c + 1) * classes).reduce((a, b) => a + b, 0), share, 1e-12);
  }
  assert(counts.reduce((a, b) => a + b, 0) <= n);
});

Deno.test("confidentJoint() takes no example for a class that has none", () => {
  const { thresholds, confident } = confidentJoint([0.1, 0.9, 0.2, 0.8], [0, 0], { classes: 2 });
  assertEquals(thresholds[1], Infinity);
  assert(!confident.includes(1));
});

Deno.test("confidentJoint() refuses labels and probabilities that do not fit", () => {
  assertThrows(() => confidentJoint([0.5, 0.5], [2], { classes: 2 }), RangeError, "from 0 to 1");
  assertThrows(() => confidentJoint([0.5], [0], { classes: 2 }), TypeError, "must have 2 probabilities");
});
