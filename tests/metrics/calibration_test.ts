import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Predictions } from "../../src/core/records.ts";
import { type Rng, shuffled } from "../../src/core/rng.ts";
import {
  bootstrapCalibration,
  brierScore,
  calibrationError,
  logLoss,
  pairedCalibration,
  predictedClasses,
  reliability,
  type ReliabilityOptions,
} from "../../src/metrics/mod.ts";
import reference from "../reference/calibration.json" with { type: "json" };
import { predictionsOf } from "../predictions.ts";
import { between, printedRng } from "../random.ts";

/** Probabilities in eighths, so that many are equal and sums are exact in any order; and labels. */
function randomPredictions(rng: Rng): Predictions {
  const rows = between(rng, 1, 90), classes = between(rng, 2, 6);
  const probabilities = Array.from({ length: rows }, () => {
    const row = Array<number>(classes).fill(0);
    for (let k = 0; k < 8; k++) row[between(rng, 0, classes - 1)]! += 1 / 8;
    return row;
  });
  return predictionsOf(probabilities.flat(), probabilities.map(() => between(rng, 0, classes - 1)));
}

function reordered({ ids, classes, probabilities, labels }: Predictions, order: readonly number[]): Predictions {
  const C = classes.length;
  return {
    ids: order.map((i) => ids[i]!),
    classes,
    probabilities: Float32Array.from(order.flatMap((i) => [...probabilities.subarray(i * C, (i + 1) * C)])),
    labels: Int32Array.from(order, (i) => labels[i]!),
  };
}

const KINDS: readonly ReliabilityOptions[] = (["topLabel", "classWise"] as const).flatMap((kind) =>
  (["equalWidth", "equalMass"] as const).map((binning) => ({ kind, binning, bins: 5 }))
);

const example = predictionsOf(reference.probabilities, reference.labels);

Deno.test("reliability() agrees with scikit-learn's calibration_curve", () => {
  const { equalWidth, equalMass, classWise } = reference.reliability;
  const check = (options: ReliabilityOptions, expected: { frequency: number[]; confidence: number[] }[]) => {
    const rows = reliability(example, options);
    const near = (actual: number[], wanted: number[]) => {
      assertEquals(actual.length, wanted.length);
      actual.forEach((value, k) => assertAlmostEquals(value, wanted[k]!, 1e-12));
    };
    near(rows.map((row) => row.frequency), expected.flatMap(({ frequency }) => frequency));
    near(rows.map((row) => row.confidence), expected.flatMap(({ confidence }) => confidence));
  };
  check({ bins: 10 }, [equalWidth]);
  check({ bins: 7, binning: "equalMass" }, [equalMass]);
  check({ bins: 10, kind: "classWise" }, classWise);
});

Deno.test("calibrationError() agrees with its definition in NumPy, over the top label and class by class", () => {
  const { topLabelError, classWiseError } = reference.reliability;
  for (const [kind, expected] of [["topLabel", topLabelError], ["classWise", classWiseError]] as const) {
    const error = calibrationError(example, { kind, bins: 10 });
    assertAlmostEquals(error.expected, expected.expected, 1e-12);
    assertAlmostEquals(error.maximum, expected.maximum, 1e-12);
  }
});

Deno.test("brierScore() agrees with NumPy, and is twice scikit-learn's for two classes", () => {
  assertAlmostEquals(brierScore(example), reference.brier, 1e-12);
  const { probabilities, labels, brier } = reference.binary;
  // both columns are rounded by themselves, the second one only is in scikit-learn's
  assertAlmostEquals(brierScore(predictionsOf(probabilities, labels)), 2 * brier, 1e-7);
});

Deno.test("reliability(), calibrationError() and brierScore() do not depend on the order of rows", () => {
  const rng = printedRng();
  for (let round = 0; round < 40; round++) {
    const predictions = randomPredictions(rng);
    const other = reordered(predictions, shuffled(predictions.ids.keys(), rng));
    for (const options of KINDS) {
      assertEquals(reliability(other, options), reliability(predictions, options));
      assertEquals(calibrationError(other, options), calibrationError(predictions, options));
    }
    assertEquals(brierScore(other), brierScore(predictions));
  }
});

Deno.test("reliability() counts every example once for each kind of event, in bins that hold what they say", () => {
  const rng = printedRng();
  for (let round = 0; round < 40; round++) {
    const predictions = randomPredictions(rng), { classes, ids } = predictions;
    for (const options of KINDS) {
      const rows = reliability(predictions, options), names = options.kind === "topLabel" ? [null] : classes;
      for (const name of names) {
        const own = rows.filter((row) => row.name === name);
        assertEquals(own.reduce((sum, { count }) => sum + count, 0), ids.length);
        own.forEach(({ low, high, count, confidence }) => assert(count > 0 && low <= confidence && confidence <= high));
      }
    }
  }
});

Deno.test("reliability() puts as many examples into each bin of equal mass", () => {
  const rng = printedRng();
  const rows = Array.from({ length: 203 }, () => 0.5 + rng() / 2).flatMap((p) => [p, 1 - p]);
  const counts = reliability(predictionsOf(rows, Array(203).fill(0)), { binning: "equalMass", bins: 9 })
    .map(({ count }) => count);
  assertEquals(counts.length, 9);
  assert(Math.max(...counts) - Math.min(...counts) <= 1, `${counts}`);
});

Deno.test("reliability() refuses unknown labels, what is no probability, and options out of range", () => {
  const broken = (change: Partial<Predictions>) => () =>
    reliability({ ...predictionsOf([1, 0, 0, 1], [0, 1]), ...change });
  assertThrows(broken({ labels: Int32Array.of(0, -1) }), RangeError, `1 of 2 are not, the first is that of "id1"`);
  assertThrows(broken({ labels: Int32Array.of(0, 2) }), RangeError, `0 to 1: that of "id1" is 2`);
  assertThrows(
    broken({ probabilities: Float32Array.of(1, 0, NaN, 1) }),
    RangeError,
    `"id1" for class "class 0" is NaN`,
  );
  assertThrows(broken({ probabilities: Float32Array.of(1, 0, 1) }), TypeError, "ids x 2 classes 4");
  assertThrows(
    broken({ ids: [], labels: new Int32Array(), probabilities: new Float32Array() }),
    RangeError,
    "at least one",
  );
  const whole = predictionsOf([1, 0], [0]);
  assertThrows(() => reliability(whole, { bins: 0 }), RangeError, "bins must be");
  assertThrows(() => reliability(whole, { kind: "top" as "topLabel" }), RangeError, `"topLabel", "classWise"`);
  assertThrows(() => reliability(whole, { binning: "even" as "equalMass" }), RangeError, `"equalWidth", "equalMass"`);
});

Deno.test("bootstrapCalibration() has the values of logLoss(), brierScore() and calibrationError(), between its ends", () => {
  const groups = example.ids.map((_, i) => `p${i % 40}`);
  const found = bootstrapCalibration(example, { groups, seed: 1, resamples: 200, bins: 10 });
  assertAlmostEquals(found.logLoss.score, logLoss(example.probabilities, example.labels, { classes: 4 }), 1e-12);
  assertAlmostEquals(found.brier.score, brierScore(example), 1e-12);
  assertAlmostEquals(found.calibrationError.score, calibrationError(example, { bins: 10 }).expected, 1e-12);
  for (const { score, low, high } of [found.logLoss, found.brier]) assert(low < score && score < high);
});

Deno.test("bootstrapCalibration() finds the interval of a mean over persons that theory gives", () => {
  const rng = printedRng();
  const persons = Array.from({ length: 150 }, (_, p) => ({ p, sure: rng() < 0.5 ? 0.5 : 1 }));
  const rows = persons.flatMap((person) => [person, person, person]);
  const predictions = predictionsOf(rows.flatMap(({ sure }) => [sure, 1 - sure]), rows.map(() => 0));
  const { brier } = bootstrapCalibration(predictions, {
    groups: rows.map(({ p }) => `${p}`),
    seed: 1,
    resamples: 4000,
  });
  const scores = persons.map(({ sure }) => 2 * (1 - sure) ** 2), mean = scores.reduce((a, b) => a + b) / 150;
  const error = Math.sqrt(scores.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / 150;
  assertAlmostEquals(brier.low, mean - 1.96 * error, 0.3 * error); // quantiles of 4,000 draws, and of a lattice
  assertAlmostEquals(brier.high, mean + 1.96 * error, 0.3 * error);
});

Deno.test("pairedCalibration() of equal sides is 0, and of the sides exchanged the opposite", () => {
  const rng = printedRng();
  for (let round = 0; round < 10; round++) {
    const first = randomPredictions(rng), { probabilities, classes, ids } = first, C = classes.length;
    const second = { ...first, probabilities: probabilities.map((p) => (p + 1 / C) / 2) };
    const options = { groups: ids.map((_, i) => `p${i % 7}`), seed: round, resamples: 30 };
    const none = { difference: 0, low: 0, high: 0, above: 0 };
    assertEquals(pairedCalibration(first, first, options), { logLoss: none, brier: none, calibrationError: none });
    const there = pairedCalibration(first, second, options), back = pairedCalibration(second, first, options);
    for (const key of ["logLoss", "brier", "calibrationError"] as const) {
      assertEquals(there[key].difference + back[key].difference, 0);
      assertAlmostEquals(there[key].low, -back[key].high, 1e-12);
    }
  }
});

Deno.test("pairedCalibration() refuses other ids and labels", () => {
  const groups = ["a", "b"], first = predictionsOf([1, 0, 0, 1], [0, 1]), options = { groups, seed: 1 };
  assertThrows(() => pairedCalibration(first, { ...first, ids: ["id0", "x"] }, options), TypeError, `row 1 is "id1"`);
  assertThrows(() => pairedCalibration(first, { ...first, labels: Int32Array.of(0, 0) }, options), TypeError, "row 1");
});

Deno.test("reliability() of predictions whose labels are drawn by their probabilities keeps what it promises", () => {
  const rng = printedRng();
  const rows = Array.from({ length: 20000 }, () => 0.5 + rng() / 2);
  const predictions = predictionsOf(rows.flatMap((p) => [p, 1 - p]), rows.map((p) => rng() < p ? 0 : 1));
  assertEquals(predictedClasses(predictions).every((c) => c === 0), true);
  // a bin of 2,000 has a standard error of at most 0.011; four of them
  assert(calibrationError(predictions, { bins: 10, binning: "equalMass" }).maximum < 0.045);
});
