import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Predictions } from "../../src/core/records.ts";
import { seededRng, shuffled } from "../../src/core/rng.ts";
import { calibrationError, logLoss, predictedClasses } from "../../src/metrics/mod.ts";
import {
  alignPredictions,
  applyCalibration,
  calibrate,
  type Calibration,
  type CalibrationSpec,
  type IsotonicCalibration,
  type TemperatureCalibration,
  type VectorCalibration,
} from "../../src/predict/mod.ts";
import reference from "../reference/calibration.json" with { type: "json" };
import { predictionsOf } from "../predictions.ts";
import { between, printedRng } from "../random.ts";
import { makePredictions, reordered } from "./fixture.ts";

const SPECS: readonly CalibrationSpec[] = [{ name: "temperature" }, { name: "vectorScaling" }, { name: "isotonic" }];

const example = predictionsOf(reference.probabilities, reference.labels);
const fresh = predictionsOf(reference.fresh, Array(reference.fresh.length / 4).fill(-1));

function assertAllNear(actual: ArrayLike<number>, expected: readonly number[], tolerance: number) {
  assertEquals(actual.length, expected.length);
  expected.forEach((value, k) => assertAlmostEquals(actual[k]!, value, tolerance, `value ${k}`));
}

const lossOf = ({ probabilities, labels, classes }: Predictions) =>
  logLoss(probabilities, labels, { classes: classes.length });

Deno.test("calibrate() finds the temperature that SciPy finds, and applyCalibration() its probabilities", () => {
  const expected = reference.temperature;
  const calibration = calibrate(example, { name: "temperature" }) as TemperatureCalibration;
  assertAlmostEquals(calibration.temperature, expected.temperature, 1e-6); // SciPy stops at a step of 1e-8
  assertAllNear(applyCalibration(fresh, calibration).probabilities, expected.fresh, 1e-6);
  assertAlmostEquals(lossOf(example), expected.before, 1e-5); // log loss in single precision
  assertAlmostEquals(lossOf(applyCalibration(example, calibration)), expected.logLoss, 1e-6);
});

Deno.test("calibrate() finds the scales and biases that SciPy finds", () => {
  const { penalty, scales, biases, fresh: probabilities } = reference.vectorScaling;
  const calibration = calibrate(example, { name: "vectorScaling", penalty }) as VectorCalibration;
  assertAllNear(calibration.scales, scales, 1e-7); // SciPy's gradient is below 1e-10, where curvature is at least 1e-3
  assertAllNear(calibration.biases, biases, 1e-7);
  assertAllNear(applyCalibration(fresh, calibration).probabilities, probabilities, 1e-6);
});

Deno.test("calibrate() finds the isotonic curves of scikit-learn, which it scales to sum to 1", () => {
  const calibration = calibrate(example, { name: "isotonic" }) as IsotonicCalibration;
  assertAllNear(applyCalibration(fresh, calibration).probabilities, reference.isotonic.fresh, 1e-6);
  calibration.curves.forEach(({ at, to }, c) => {
    const expected = reference.isotonic.curves[c]!;
    fresh.ids.forEach((_, i) => {
      const k = at.indexOf(fresh.probabilities[i * 4 + c]!);
      if (k >= 0) assertAlmostEquals(to[k]!, expected[i]!, 1e-7);
    });
  });
});

Deno.test("calibrate() finds the sharpness that predictions were given, and takes the error away", () => {
  const { predictions } = makePredictions(seededRng(5), { rows: 6000, classes: 5, sharpness: 2.5, each: 1 });
  const calibration = calibrate(predictions, { name: "temperature" }) as TemperatureCalibration;
  assertAlmostEquals(calibration.temperature, 2.5, 0.12); // a standard error of about 0.03
  const before = calibrationError(predictions).expected;
  for (const spec of SPECS) {
    const after = calibrationError(applyCalibration(predictions, calibrate(predictions, spec))).expected;
    assert(after < before / 5, `${spec.name}: ${after} of ${before}`);
  }
});

Deno.test("calibrate() finds a temperature in a handful of passes over the rows", () => {
  const { predictions } = makePredictions(seededRng(9), { rows: 500, classes: 4, sharpness: 1.7 });
  const exp = Math.exp;
  let calls = 0;
  try {
    Math.exp = (x) => (calls++, exp(x));
    calibrate(predictions, { name: "temperature" });
  } finally {
    Math.exp = exp;
  }
  assert(calls / predictions.probabilities.length < 9, `${calls}`); // a step too small to move once sent it back to halving
});

Deno.test("calibrate() gives the same whatever the order of rows", () => {
  const rng = printedRng();
  for (let round = 0; round < 6; round++) {
    const { predictions } = makePredictions(rng, { rows: between(rng, 20, 200), classes: between(rng, 2, 6) });
    const other = reordered(predictions, shuffled(predictions.ids.keys(), rng));
    for (const spec of SPECS) {
      const expected = applyCalibration(predictions, calibrate(predictions, spec));
      const found = alignPredictions(applyCalibration(other, calibrate(other, spec)), predictions.ids);
      assertAllNear(found.probabilities, [...expected.probabilities], 1e-6); // sums in another order
    }
  }
});

Deno.test("applyCalibration() gives rows that sum to 1, of zeros and ones too, and keeps all else", () => {
  const rng = printedRng();
  for (let round = 0; round < 10; round++) {
    const classes = between(rng, 2, 7), rows = between(rng, 10, 80);
    const { predictions } = makePredictions(rng, { rows, classes, spread: 30 });
    for (const spec of SPECS) {
      const found = applyCalibration(predictions, calibrate(predictions, spec));
      assertEquals({ ...found, probabilities: predictions.probabilities }, predictions);
      for (let i = 0; i < rows; i++) {
        const row = found.probabilities.subarray(i * classes, (i + 1) * classes);
        assertAlmostEquals(row.reduce((a, b) => a + b), 1, 1e-5, `${spec.name}: ${row}`);
        assert(row.every((p) => p >= 0 && p <= 1.000001), `${spec.name}: ${row}`);
      }
    }
  }
});

Deno.test("applyCalibration() with any temperature keeps the most probable class, where two are nearly equal too", () => {
  const rng = printedRng();
  for (let round = 0; round < 20; round++) {
    const classes = between(rng, 2, 9), rows = 40;
    const probabilities = Array.from({ length: rows }, () => {
      const value = rng() / classes, up = between(rng, 0, classes - 1);
      return Array.from({ length: classes }, (_, c) => Math.fround(value) * (1 + (c === up ? 2 ** -22 : 0)));
    });
    const predictions = predictionsOf(probabilities.flat(), Array(rows).fill(-1));
    for (const temperature of [0.03, 0.7, 1, 3, 90]) {
      const calibration: Calibration = { method: "temperature", classes: predictions.classes, temperature };
      assertEquals(predictedClasses(applyCalibration(predictions, calibration)), predictedClasses(predictions));
    }
  }
});

Deno.test("calibrate() never raises the loss that it is fitted to", () => {
  const rng = printedRng();
  for (let round = 0; round < 12; round++) {
    const sharpness = 0.2 + 4 * rng();
    const { predictions } = makePredictions(rng, {
      rows: between(rng, 5, 120),
      classes: between(rng, 2, 6),
      sharpness,
    });
    for (const name of ["temperature", "vectorScaling"] as const) {
      const after = lossOf(applyCalibration(predictions, calibrate(predictions, { name })));
      assert(after <= lossOf(predictions) + 1e-6, `${name}: ${after} after ${lossOf(predictions)}`);
    }
  }
});

Deno.test("calibrate() stays within its bounds where labels are all right, or all wrong", () => {
  const sure = [0.8, 0.2, 0.3, 0.7];
  const temperatureOf = (labels: number[]) =>
    (calibrate(predictionsOf(sure, labels), { name: "temperature" }) as TemperatureCalibration).temperature;
  assertAlmostEquals(temperatureOf([0, 1]), 0.01, 1e-12);
  assertAlmostEquals(temperatureOf([1, 0]), 100, 1e-9);
  const even = predictionsOf([0.5, 0.5, 0.5, 0.5], [0, 1]);
  assertEquals((calibrate(even, { name: "temperature" }) as TemperatureCalibration).temperature, 1);
  const scaled = calibrate(predictionsOf(sure, [0, 1]), { name: "vectorScaling" }) as VectorCalibration;
  assert([...scaled.scales, ...scaled.biases].every(Number.isFinite));
});

Deno.test("calibrate() by isotonic gives curves that rise, and lowest squares: no constant between two corners is better", () => {
  const rng = printedRng();
  for (let round = 0; round < 10; round++) {
    const { predictions } = makePredictions(rng, { rows: between(rng, 5, 150), classes: 3, sharpness: 2 });
    const { curves } = calibrate(predictions, { name: "isotonic" }) as IsotonicCalibration;
    curves.forEach(({ at, to }, c) => {
      const pairs = [...predictions.labels].map((label, i) =>
        [predictions.probabilities[i * 3 + c]!, label === c ? 1 : 0] as const
      );
      for (let k = 0; k < at.length; k++) {
        if (k > 0) assert(at[k]! > at[k - 1]! && to[k]! >= to[k - 1]!);
        const same = pairs.filter(([x]) =>
          at.some((corner, j) => to[j] === to[k] && corner >= x) &&
          at.some((corner, j) => to[j] === to[k] && corner <= x)
        );
        assertAlmostEquals(same.reduce((sum, [, y]) => sum + y, 0) / same.length, to[k]!, 1e-12); // a block's mean
      }
    });
  }
});

Deno.test("applyCalibration() by isotonic keeps a row in which every curve is 0", () => {
  const curve = { at: [0.5, 0.6], to: [0, 1] };
  const calibration: Calibration = { method: "isotonic", classes: ["a", "b", "c"], curves: [curve, curve, curve] };
  const rows = { ...predictionsOf([0.4, 0.35, 0.25, 0.55, 0.45, 0], [-1, -1]), classes: ["a", "b", "c"] };
  assertAllNear(applyCalibration(rows, calibration).probabilities, [0.4, 0.35, 0.25, 1, 0, 0], 1e-7);
});

Deno.test("applyCalibration() takes what was kept as JSON, and does not look at labels", () => {
  const hidden = { ids: example.ids, classes: example.classes, probabilities: example.probabilities };
  for (const spec of SPECS) {
    const calibration = calibrate(example, spec);
    const kept: Calibration = JSON.parse(JSON.stringify(calibration));
    assertEquals(kept, calibration);
    assertEquals(applyCalibration(hidden, kept).probabilities, applyCalibration(example, calibration).probabilities);
  }
});

Deno.test("calibrate() refuses unknown labels, methods and options", () => {
  assertThrows(() => calibrate(fresh, { name: "temperature" }), RangeError, "40 of 40 are not, the first is that of");
  assertThrows(() => calibrate(example, { name: "platt" as "isotonic" }), RangeError, `"temperature", "vectorScaling"`);
  assertThrows(() => calibrate(example, { name: "vectorScaling", penalty: 0 }), TypeError, "penalty");
});

Deno.test("applyCalibration() refuses other classes and broken records", () => {
  const apply = (change: object, spec: CalibrationSpec = { name: "temperature" }) => () =>
    applyCalibration(example, { ...calibrate(example, spec), ...change });
  assertThrows(apply({ classes: ["a", "b", "c", "d"] }), TypeError, "same classes");
  assertThrows(apply({ temperature: 0 }), TypeError, "temperature");
  assertThrows(apply({ method: "platt" }), RangeError, `current value is "platt"`);
  assertThrows(apply({ biases: [0] }, { name: "vectorScaling" }), TypeError, "as many as the classes");
  const falling = Array(4).fill({ at: [0, 1], to: [1, 0] });
  assertThrows(apply({ curves: falling }, { name: "isotonic" }), TypeError, "must rise");
});
