import { assertEquals, assertThrows } from "@std/assert";
import { checkInteger, checkLabels, checkSameLength, list, show } from "../../src/core/check.ts";

Deno.test("show() puts texts in quotes and cuts what is long", () => {
  assertEquals([show("a\n"), show(1), show(null), show([1, 2])], [`"a\\n"`, "1", "null", "[ 1, 2 ]"]);
  assertEquals(show("x".repeat(200)).length, 80);
});

Deno.test("list() quotes and separates", () => {
  assertEquals(list(new Set(["a", "b"])), `"a", "b"`);
});

Deno.test("checkInteger() accepts the bounds and refuses what is outside or broken", () => {
  for (const value of [2, 3, 5]) checkInteger("split", "folds", value, { min: 2, max: 5 });
  checkInteger("split", "folds", 1e9, { min: 2 });
  for (const value of [1, 6, 2.5, NaN, Infinity]) {
    const message = `Cannot split as folds must be a whole number from 2 to 5: current value is ${value}`;
    assertThrows(() => checkInteger("split", "folds", value, { min: 2, max: 5 }), RangeError, message);
  }
  assertThrows(() => checkInteger("split", "folds", 1, { min: 2 }), RangeError, "of at least 2: current value is 1");
});

Deno.test("checkSameLength() names all lengths if they differ, and passes over columns that are not given", () => {
  checkSameLength("score", { ids: ["a"], labels: Int32Array.of(1), weights: undefined });
  checkSameLength("score", {});
  assertThrows(
    () => checkSameLength("score", { ids: ["a"], labels: [1, 2], weights: undefined }),
    TypeError,
    "Cannot score as all must have the same length: current lengths are ids 1, labels 2",
  );
});

Deno.test("checkLabels() counts the labels at fault and names the first", () => {
  checkLabels("score", "labels", [0, 1, 2], { classes: 3 });
  checkLabels("score", "labels", [0, 100]);
  assertThrows(
    () => checkLabels("score", "labels", [0, 3, -1], { classes: 3 }),
    RangeError,
    "Cannot score as labels must be whole numbers from 0 to 2: 2 of 3 are not, the first at index 1; current value is 3",
  );
  for (const bad of [-1, 0.5, NaN]) assertThrows(() => checkLabels("score", "labels", [bad]), RangeError, `${bad}`);
  assertThrows(() => checkLabels("score", "labels", [-1]), RangeError, "-1 (unknown)");
  assertThrows(() => checkLabels("score", "labels", []), RangeError, "must not be empty");
});
