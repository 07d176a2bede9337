import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Predictions } from "../../src/core/records.ts";
import { type Rng, shuffled } from "../../src/core/rng.ts";
import { learningCurve, pairedBootstrap, predictedClasses, score } from "../../src/metrics/mod.ts";
import { between, printedRng } from "../random.ts";

const CLASSES = ["a", "b", "c"], LABELS = Array.from({ length: 60 }, (_, i) => i % 3);
const GROUPS = LABELS.map((_, i) => `person ${Math.floor(i / 4)}`);

/** Predictions of which about a share is right. */
function run(rng: Rng, right: number): Predictions {
  const probabilities = LABELS.flatMap((label) => {
    const best = rng() < right ? label : between(rng, 0, 2);
    return CLASSES.map((_, c) => c === best ? 0.5 : 0.25);
  });
  return {
    ids: LABELS.map((_, i) => `id${i}`),
    classes: CLASSES,
    probabilities: Float32Array.from(probabilities),
    labels: Int32Array.from(LABELS),
  };
}

function reversed({ ids, classes, probabilities, labels }: Predictions): Predictions {
  const rows = ids.map((_, i) => [...probabilities.subarray(i * 3, (i + 1) * 3)]).reverse();
  return {
    ids: ids.toReversed(),
    classes,
    probabilities: Float32Array.from(rows.flat()),
    labels: labels.slice().reverse(),
  };
}

const options = { groups: GROUPS, seed: 1, resamples: 100 };

Deno.test("learningCurve() scores each size as score() does, averaged over its runs, from few persons to many", () => {
  const rng = printedRng();
  const points = [[40, 0.9], [10, 0.2], [40, 0.8], [20, 0.5]].map(([persons, right]) => {
    return { persons: persons!, predictions: run(rng, right!) };
  });
  const rows = learningCurve(points, options);
  assertEquals(rows.map(({ persons, runs }) => [persons, runs]), [[10, 1], [20, 1], [40, 2]]);
  for (const { persons, macroF1, accuracy } of rows) {
    const scores = points.filter((point) => point.persons === persons).map(({ predictions }) => score(predictions));
    assertAlmostEquals(macroF1.score, scores.reduce((sum, x) => sum + x.macroF1, 0) / scores.length, 1e-12);
    assertAlmostEquals(accuracy.score, scores.reduce((sum, x) => sum + x.accuracy, 0) / scores.length, 1e-12);
    assert(macroF1.low <= macroF1.score && macroF1.score <= macroF1.high);
  }
});

Deno.test("learningCurve() gives the gain over the size before as pairedBootstrap() does, and none to the first", () => {
  const rng = printedRng(), few = run(rng, 0.3), many = run(rng, 0.8);
  const rows = learningCurve([{ persons: 5, predictions: few }, { persons: 9, predictions: many }], options);
  const draws = { ...options, labels: LABELS, classes: 3 };
  const { macroF1 } = pairedBootstrap([predictedClasses(few)], [predictedClasses(many)], draws);
  assertEquals(rows.map(({ gain }) => gain), [null, macroF1]);
});

Deno.test("learningCurve() does not depend on the order of points, or of the rows of one", () => {
  const rng = printedRng();
  const points = [5, 5, 9].map((persons) => ({ persons, predictions: run(rng, 0.6) }));
  const [first, ...others] = points;
  const expected = learningCurve(points, options);
  const turned = others.map((point) => ({ ...point, predictions: reversed(point.predictions) }));
  assertEquals(learningCurve([first!, ...shuffled(turned, rng)], options), expected);
});

Deno.test("learningCurve() refuses points of other ids, labels or classes, and none", () => {
  const one = { persons: 5, predictions: run(printedRng(), 0.5) }, { predictions } = one;
  const add = (change: Partial<Predictions>) => () =>
    learningCurve([one, { persons: 9, predictions: { ...predictions, ...change } }], options);
  assertThrows(add({ ids: predictions.ids.with(3, "x") }), TypeError, `"id3" is missing`);
  assertThrows(add({ labels: predictions.labels.with(3, 1) }), TypeError, `"id3" is 1 and 0`);
  assertThrows(add({ labels: predictions.labels.with(3, -1) }), RangeError, `that of "id3"`);
  assertThrows(add({ classes: ["a", "c", "b"] }), TypeError, "classes must be");
  assertThrows(() => learningCurve([], options), RangeError, "at least one point");
  assertThrows(() => learningCurve([{ ...one, persons: 0 }], options), RangeError, "persons of point 0");
});
