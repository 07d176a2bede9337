import { assertEquals, assertThrows } from "@std/assert";
import type { Predictions } from "../../src/core/records.ts";
import { seededRng, shuffled } from "../../src/core/rng.ts";
import { alignPredictions, decide, ensemble, joinFolds } from "../../src/predict/mod.ts";

const CLASSES = ["a", "b", "c"];

function member(ids: readonly string[], seed: number): Predictions {
  const probabilities = new Float32Array(ids.length * 3);
  ids.forEach((id, row) => {
    const rng = seededRng(seed).fork(id);
    const raw = [rng(), rng(), rng()];
    const sum = raw.reduce((a, b) => a + b);
    raw.forEach((value, c) => probabilities[row * 3 + c] = value / sum);
  });
  return { ids, classes: CLASSES, probabilities, labels: new Int32Array(ids.length).fill(-1) };
}

const ids = Array.from({ length: 20 }, (_, i) => `image ${i}`);

Deno.test("ensemble() of equal members is that member", () => {
  const one = member(ids, 1);
  const mean = ensemble([one, one, one], { weights: [1, 5, 2] });
  one.probabilities.forEach((value, i) => assertEquals(Math.abs(value - mean.probabilities[i]!) < 1e-7, true));
});

Deno.test("ensemble() does not depend on the order of rows", () => {
  const other = shuffled(ids, seededRng(3));
  const mean = ensemble([member(ids, 1), member(ids, 2)]);
  assertEquals(ensemble([member(ids, 1), member(other, 2)]), mean);
  assertEquals(alignPredictions(ensemble([member(other, 1), member(ids, 2)]), ids), mean);
});

Deno.test("ensemble() with all weight on one member is that member", () => {
  assertEquals(
    ensemble([member(ids, 1), member(ids, 2)], { weights: [0, 3] }).probabilities,
    member(ids, 2).probabilities,
  );
});

Deno.test("ensemble() refuses other ids, classes and weights", () => {
  const one = member(ids, 1);
  assertThrows(() => ensemble([one, member(ids.slice(1), 2)]), TypeError, `1 missing ([ "image 0" ])`);
  assertThrows(() => ensemble([one, { ...one, classes: ["a", "c", "b"] }]), TypeError, "classes must be the same");
  assertThrows(() => ensemble([one, one], { weights: [1] }), RangeError, "must be 2 numbers");
  assertThrows(() => ensemble([one, one], { weights: [-1, 2] }), RangeError, "[-1,2]");
  assertThrows(() => ensemble([]), RangeError, "at least one");
});

Deno.test("joinFolds() keeps every row and refuses an id twice", () => {
  const [left, right] = [member(ids.slice(0, 7), 1), member(ids.slice(7), 1)];
  assertEquals(joinFolds([left, right]), member(ids, 1));
  assertThrows(() => joinFolds([left, left]), TypeError, `"image 0" occurs again`);
});

Deno.test("decide() takes the most probable class, the first of equal ones", () => {
  const probabilities = Float32Array.of(0.2, 0.5, 0.3, 0.4, 0.2, 0.4);
  assertEquals(
    decide({ ids: ["x", "y"], classes: CLASSES, probabilities, labels: new Int32Array(2) }),
    Int32Array.of(1, 0),
  );
});
