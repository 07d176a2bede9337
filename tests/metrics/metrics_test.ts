import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { randomInt, seededRng, shuffled } from "../../src/core/rng.ts";
import {
  accuracy,
  classificationReport,
  confusionMatrix,
  formatReport,
  logLoss,
  macroF1,
  predictedClasses,
  score,
} from "../../src/metrics/mod.ts";
import type { Predictions } from "../../src/core/records.ts";

const SEED = 20;

function randomLabels(round: number) {
  const rng = seededRng(SEED).fork(round);
  const classes = 2 + randomInt(rng, 6), count = 1 + randomInt(rng, 60);
  const draw = () => Array.from({ length: count }, () => randomInt(rng, classes));
  return { rng, classes, count, labels: draw(), predicted: draw(), where: `seed ${SEED}, round ${round}` };
}

Deno.test("confusionMatrix() sums to the number of examples, with the true counts as row sums", () => {
  for (let round = 0; round < 50; round++) {
    const { classes, count, labels, predicted, where } = randomLabels(round);
    const confusion = confusionMatrix(predicted, labels, { classes });
    assertEquals(confusion.reduce((a, b) => a + b), count, where);
    for (let c = 0; c < classes; c++) {
      const row = confusion.subarray(c * classes, (c + 1) * classes);
      assertEquals(row.reduce((a, b) => a + b), labels.filter((label) => label === c).length, where);
    }
  }
});

Deno.test("macroF1() does not depend on the order of examples or on the numbering of classes", () => {
  for (let round = 0; round < 50; round++) {
    const { rng, classes, labels, predicted, where } = randomLabels(round);
    const expected = macroF1(predicted, labels, { classes });
    const order = shuffled(labels.keys(), rng), renamed = shuffled(Array(classes).keys(), rng);
    const pick = (column: number[]) => order.map((i) => renamed[column[i]!]!);
    assertAlmostEquals(macroF1(pick(predicted), pick(labels), { classes }), expected, 1e-12, where);
    assertEquals(macroF1(labels, labels, { classes }), 1, where);
  }
});

Deno.test("confusionMatrix() refuses unknown labels, classes out of range and lengths that differ", () => {
  assertThrows(
    () => confusionMatrix([0, 1], [0, -1], { classes: 2 }),
    RangeError,
    "1 of 2 are not, the first at index 1",
  );
  assertThrows(
    () => confusionMatrix([0, 2], [0, 1], { classes: 2 }),
    RangeError,
    "predicted must be whole numbers from 0 to 1",
  );
  assertThrows(() => confusionMatrix([0, NaN], [0, 1], { classes: 2 }), RangeError, "NaN");
  assertThrows(() => confusionMatrix([0], [0, 1], { classes: 2 }), TypeError, "predicted 1, labels 2");
  assertThrows(() => confusionMatrix([], [], { classes: 2 }), RangeError, "must not be empty");
  assertThrows(() => confusionMatrix([0], [0], { classes: 0 }), RangeError, "classes must be");
  assertThrows(() => accuracy([], []), RangeError);
});

Deno.test("logLoss() of equal probabilities is the logarithm of the number of classes", () => {
  for (const classes of [2, 3, 18]) {
    const probabilities = new Float64Array(5 * classes).fill(1 / classes);
    assertAlmostEquals(logLoss(probabilities, [0, 1, 0, 1, 0], { classes }), Math.log(classes), 1e-12);
  }
});

Deno.test("logLoss() refuses what is no probability, and rows that do not fit the labels", () => {
  assertThrows(() => logLoss([0.5, NaN], [0], { classes: 2 }), RangeError, "row 0, class 1 is NaN");
  assertThrows(() => logLoss([1.5, -0.5], [0], { classes: 2 }), RangeError, "1.5");
  assertThrows(() => logLoss([0.5, 0.5], [0, 1], { classes: 2 }), TypeError, "probabilities 2, labels x 2 4");
});

Deno.test("formatReport() aligns its columns and shows accuracy and both means", () => {
  const text = formatReport(classificationReport([0, 1, 1, 0], [0, 0, 1, 1], { classes: ["a", "much longer name"] }));
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  assertEquals(new Set(lines.map((line) => line.length)).size, 1);
  assertEquals(lines.map((line) => line.split("  ")[0]!.trim()), [
    "",
    "a",
    "much longer name",
    "accuracy",
    "macro mean",
    "weighted mean",
  ]);
});

function predictionsOf(rows: number[][], labels: number[]): Predictions {
  return {
    ids: rows.map((_, i) => `id${i}`),
    classes: rows[0]!.map((_, c) => `class ${c}`),
    probabilities: Float32Array.from(rows.flat()),
    labels: Int32Array.from(labels),
  };
}

Deno.test("score() leaves out examples whose label is unknown", () => {
  const rows = [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]];
  const { confusion, ...scores } = score(predictionsOf(rows, [0, -1, 0]));
  assertEquals(scores.count, 2);
  assertEquals([...confusion], [1, 1, 0, 0]);
  assertEquals(scores.accuracy, 0.5);
  assertEquals(scores.macroF1, 1 / 3); // 2/3 for class 0, 0 for class 1, which is predicted though it does not occur
  assertAlmostEquals(scores.logLoss, -(Math.log(0.9) + Math.log(0.3)) / 2, 1e-6);
  assertEquals(scores.perClass.map(({ name, support }) => [name, support]), [["class 0", 2], ["class 1", 0]]);
});

Deno.test("score() takes decided classes in place of the most probable ones", () => {
  const predictions = predictionsOf([[0.9, 0.1], [0.6, 0.4]], [0, 1]);
  assertEquals(score(predictions).accuracy, 0.5);
  assertEquals(score(predictions, { predicted: [0, 1] }).accuracy, 1);
  assertThrows(() => score(predictions, { predicted: [0] }), TypeError, "predicted 1");
});

Deno.test("score() refuses predictions without a label or with broken columns", () => {
  assertThrows(() => score(predictionsOf([[1, 0]], [-1])), RangeError, "at least one must be labelled");
  assertThrows(() => score(predictionsOf([[1, 0]], [2])), RangeError, "from 0 to 1");
  assertThrows(() => score({ ...predictionsOf([[1, 0]], [0]), ids: ["a", "b"] }), TypeError, "ids x 2 classes 4");
});

Deno.test("predictedClasses() names the example whose probability is not a number", () => {
  assertThrows(() => predictedClasses(predictionsOf([[1, 0], [NaN, 0]], [0, 0])), RangeError, `"id1"`);
});

Deno.test("macroF1() takes a million rows in well under a second", () => {
  const labels = new Int32Array(1e6).map((_, i) => i % 18);
  const predicted = labels.map((label, i) => i % 5 === 0 ? (label + 1) % 18 : label);
  const start = performance.now();
  const f1 = macroF1(predicted, labels, { classes: 18 });
  assertLess(performance.now() - start, 1000); // 20 ms when measured; the margin is for a busy machine
  assertAlmostEquals(f1, 0.8, 1e-4); // each class loses and gains a fifth
});
