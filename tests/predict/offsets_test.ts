import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Predictions } from "../../src/core/records.ts";
import { seededRng, shuffled } from "../../src/core/rng.ts";
import { macroF1, predictedClasses } from "../../src/metrics/mod.ts";
import { decide, fitOffsets } from "../../src/predict/mod.ts";
import reference from "../reference/calibration.json" with { type: "json" };
import { predictionsOf } from "../predictions.ts";
import { between, printedRng } from "../random.ts";
import { makePredictions, reordered } from "./fixture.ts";

const f1Of = (predicted: ArrayLike<number>, { labels, classes }: Predictions) =>
  macroF1(predicted, labels, { classes: classes.length });

Deno.test("decide() with offsets has the macro F1 that scikit-learn finds for the highest sums", () => {
  const { probabilities, labels, offsets: { offsets, macroF1: expected } } = reference;
  const predictions = predictionsOf(probabilities, labels);
  const predicted = decide(predictions, { offsets: { classes: predictions.classes, offsets } });
  assertAlmostEquals(f1Of(predicted, predictions), expected, 1e-12);
});

Deno.test("decide() with offsets of 0, or of one number for all, takes the most probable class", () => {
  const rng = printedRng();
  for (let round = 0; round < 20; round++) {
    const classes = between(rng, 2, 8);
    const { predictions } = makePredictions(rng, { rows: 50, classes });
    for (const offset of [0, 0.5]) {
      const offsets = { classes: predictions.classes, offsets: Array(classes).fill(offset) };
      assertEquals(decide(predictions, { offsets }), predictedClasses(predictions));
    }
  }
});

Deno.test("fitOffsets() never lowers macro F1 on what it is fitted to, with ties in plenty too", () => {
  const rng = printedRng();
  for (let round = 0; round < 40; round++) {
    const classes = between(rng, 2, 6), rows = between(rng, 1, 80);
    const { predictions: fine } = makePredictions(rng, { rows, classes });
    const coarse = { ...fine, probabilities: fine.probabilities.map((p) => Math.round(p * 4) / 4) };
    for (const predictions of [fine, coarse]) {
      for (const penalty of [0, 0.05]) {
        const after = f1Of(decide(predictions, { offsets: fitOffsets(predictions, { penalty }) }), predictions);
        assert(after >= f1Of(decide(predictions), predictions), `round ${round}, penalty ${penalty}: ${after}`);
      }
    }
  }
});

Deno.test("fitOffsets() finds the best offset of one class alone, as trying a fine grid does", () => {
  const rng = printedRng();
  for (let round = 0; round < 10; round++) {
    const { predictions } = makePredictions(rng, { rows: between(rng, 5, 60), classes: 2 });
    const { classes } = predictions;
    const fitted = f1Of(decide(predictions, { offsets: fitOffsets(predictions, { penalty: 0 }) }), predictions);
    let best = 0;
    for (let offset = -3; offset <= 3; offset += 0.001) { // of two classes only the difference counts
      best = Math.max(best, f1Of(decide(predictions, { offsets: { classes, offsets: [offset, 0] } }), predictions));
    }
    assert(fitted >= best, `${fitted} and ${best}`);
  }
});

Deno.test("fitOffsets() gives the same offsets whatever the order of rows", () => {
  const rng = printedRng();
  for (let round = 0; round < 10; round++) {
    const { predictions } = makePredictions(rng, { rows: between(rng, 10, 150), classes: between(rng, 2, 6) });
    const other = reordered(predictions, shuffled(predictions.ids.keys(), rng));
    assertEquals(fitOffsets(other), fitOffsets(predictions));
  }
});

Deno.test("fitOffsets() undoes what keeps a rare class from being decided for", () => {
  const { predictions } = makePredictions(seededRng(3), { rows: 1500, classes: 4 });
  const lowered = [0, 0, 0, -1.5].map(Math.exp);
  const skewed = { ...predictions, probabilities: predictions.probabilities.map((p, k) => p * lowered[k % 4]!) };
  const { offsets } = fitOffsets(skewed);
  const f1 = [decide(predictions), decide(skewed), decide(skewed, { offsets: { classes: skewed.classes, offsets } })]
    .map((predicted) => f1Of(predicted, predictions)) as [number, number, number];
  assert(f1[1] < f1[0] - 0.02, `${f1}`);
  assert(f1[2] > f1[0] - 0.005, `${f1}`);
  assert(offsets[3]! > 0.5, `${offsets}`);
});

Deno.test("fitOffsets() shrinks offsets as the penalty grows, to none, and keeps them within the limit", () => {
  const { predictions } = makePredictions(seededRng(8), { rows: 300, classes: 5 });
  const sizes = [0, 0.02, 0.2, 1e9].map((penalty) => Math.hypot(...fitOffsets(predictions, { penalty }).offsets));
  assert(sizes[0]! > sizes[1]! && sizes[1]! > sizes[2]!, `${sizes}`);
  assertEquals(sizes[3], 0);
  const { offsets } = fitOffsets(predictions, { penalty: 0, limit: 0.1 });
  assert(offsets.every((offset) => Math.abs(offset) <= 0.1), `${offsets}`);
});

Deno.test("fitOffsets() by halves never lowers macro F1 either, and does not depend on the order of rows", () => {
  const rng = printedRng();
  for (let round = 0; round < 12; round++) {
    const { predictions, groups } = makePredictions(rng, { rows: between(rng, 1, 90), classes: between(rng, 2, 5) });
    const fit = (rows: Predictions, groups: string[]) => fitOffsets(rows, { halves: { groups, count: 4, seed: 1 } });
    const offsets = fit(predictions, groups);
    assert(f1Of(decide(predictions, { offsets }), predictions) >= f1Of(decide(predictions), predictions));
    const order = shuffled(predictions.ids.keys(), rng);
    assertEquals(fit(reordered(predictions, order), order.map((i) => groups[i]!)), offsets);
  }
});

Deno.test("fitOffsets() by halves gains more on other persons than without", () => {
  const gains = [0, 0];
  for (let round = 0; round < 6; round++) {
    const { predictions, groups } = makePredictions(seededRng(`fit ${round}`), { rows: 300, classes: 5 });
    const { predictions: others } = makePredictions(seededRng(`judge ${round}`), { rows: 2000, classes: 5 });
    [undefined, { groups, seed: 1 }].forEach((halves, k) => {
      const offsets = fitOffsets(predictions, { penalty: 0, halves });
      gains[k]! += (f1Of(decide(others, { offsets }), others) - f1Of(decide(others), others)) / 6;
    });
  }
  assert(gains[1]! > gains[0]! + 0.002, `${gains}`);
});

Deno.test("fitOffsets() and decide() refuse what does not fit", () => {
  const { predictions } = makePredictions(seededRng(1), { rows: 9, classes: 3 }), { classes, labels } = predictions;
  assertThrows(() => fitOffsets({ ...predictions, labels: labels.with(4, -1) }), RangeError, `that of "id4"`);
  assertThrows(() => fitOffsets(predictions, { penalty: -1 }), RangeError, "current value is -1");
  assertThrows(() => fitOffsets(predictions, { limit: 0 }), RangeError, "current value is 0");
  const halves = { groups: ["ann"], seed: 1 };
  assertThrows(() => fitOffsets(predictions, { halves }), TypeError, "halves.groups 1, ids 9");
  assertThrows(() => fitOffsets(predictions, { halves: { ...halves, count: 0 } }), RangeError, "halves.count");
  const use = (classes: readonly string[], offsets: number[]) => () =>
    decide(predictions, { offsets: { classes, offsets } });
  assertThrows(use(["a", "b", "c"], [0, 0, 0]), TypeError, "same classes");
  assertThrows(use(classes, [0, 0]), TypeError, "each of 3 classes");
  assertThrows(use(classes, [0, NaN, 0]), TypeError, "NaN");
});
