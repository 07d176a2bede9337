import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type Predictions, UNKNOWN_LABEL } from "../../src/core/records.ts";
import { seededRng, shuffled } from "../../src/core/rng.ts";
import { calibrationError, score } from "../../src/metrics/mod.ts";
import {
  applyCalibration,
  applyEnsemble,
  calibrate,
  decide,
  ensemble,
  type Fit,
  fitEnsemble,
  fitOffsets,
  nestedGain,
  withoutLabels,
} from "../../src/predict/mod.ts";
import { printedRng } from "../random.ts";
import { makePredictions, reordered } from "./fixture.ts";

const options = { seed: 1, resamples: 200 };

/** A fit that cheats: it keeps the labels it is shown, and answers with them wherever it meets an id again. */
const memorise: Fit = ([{ ids, labels }]) => {
  const seen = new Map(ids.map((id, i) => [id, labels[i]!]));
  return ([rows]) => ({ ...rows, predicted: decide(rows).map((probable, i) => seen.get(rows.ids[i]!) ?? probable) });
};

Deno.test("nestedGain() gives a fit that memorises labels by id nothing, where judging it on what it saw gives it all", () => {
  const { predictions, groups } = makePredictions(seededRng(2), { rows: 300, classes: 4 });
  const { ids, classes, probabilities } = predictions;
  const naive = memorise([predictions], groups)([{ ids, classes, probabilities }]);
  assertEquals(score(predictions, { predicted: naive.predicted }).macroF1, 1);
  assert(score(predictions).macroF1 < 0.7);
  const { difference, before, after } = nestedGain([predictions], groups, { ...options, fit: memorise });
  assertEquals(difference.macroF1, { difference: 0, low: 0, high: 0, above: 0 });
  assertEquals(after, before);
});

Deno.test("nestedGain() shows a rule no label, and no person that its fit saw", () => {
  const { predictions, groups } = makePredictions(printedRng(), { rows: 120, classes: 3 });
  const personOf = new Map(predictions.ids.map((id, i) => [id, groups[i]!]));
  const judged: string[] = [];
  nestedGain([predictions, predictions], groups, {
    ...options,
    fit: (labelled, persons) => {
      assertEquals(persons, labelled[0].ids.map((id) => personOf.get(id)!));
      const learnt = new Set(labelled[0].ids.map((id) => personOf.get(id)!));
      labelled.forEach(({ labels }) => assert(labels.every((label) => label >= 0)));
      return (members) => {
        for (const member of members) {
          assert(!("labels" in member));
          assert(member.ids.every((id) => !learnt.has(personOf.get(id)!)));
        }
        judged.push(...members[0].ids);
        return members[0];
      };
    },
  });
  assertEquals(judged.sort(), predictions.ids.toSorted()); // each row is judged once
});

Deno.test("nestedGain() gives rules predictions that have no labels, by type and in fact", () => {
  const { predictions, groups } = makePredictions(seededRng(3), { rows: 40, classes: 3 });
  const seen: unknown[] = [];
  const peek: Fit = () => ([rows]) => {
    // @ts-expect-error: a rule is given no labels
    seen.push(rows.labels);
    return rows;
  };
  nestedGain([predictions], groups, { ...options, fit: peek, folds: 4 });
  assertEquals(seen, Array(4).fill(undefined));
});

Deno.test("nestedGain() of a calibration finds the gain of predictions that are too sure, and its interval", () => {
  const { predictions, groups } = makePredictions(seededRng(4), { rows: 1200, classes: 4, sharpness: 2.5 });
  const { difference, before, after, predictions: joined } = nestedGain([predictions], groups, {
    ...options,
    fit: ([labelled]) => {
      const calibration = calibrate(labelled, { name: "temperature" });
      return ([rows]) => applyCalibration(rows, calibration);
    },
  });
  assert(difference.logLoss.high < 0 && difference.calibrationError.high < 0);
  assertEquals(difference.macroF1.difference, 0);
  assertAlmostEquals(difference.logLoss.difference, after.logLoss - before.logLoss, 1e-12);
  const errors = [predictions, joined].map((side) => calibrationError(side).expected) as [number, number];
  assertAlmostEquals(difference.calibrationError.difference, errors[1] - errors[0], 1e-12);
});

Deno.test("nestedGain() of offsets fitted to pure noise is no gain, though on what they are fitted to it is one", () => {
  let naive = 0, nested = 0;
  for (let round = 0; round < 6; round++) {
    const { predictions, groups } = makePredictions(seededRng(round), { rows: 240, classes: 4 });
    const labels = Int32Array.from(shuffled(predictions.labels, seededRng(round)));
    const noise = { ...predictions, labels };
    const fit: Fit = ([labelled]) => {
      const offsets = fitOffsets(labelled, { penalty: 0 });
      return ([rows]) => ({ ...rows, predicted: decide(rows, { offsets }) });
    };
    const plain = score(noise).macroF1;
    naive += score(noise, { predicted: fit([noise], groups)([noise]).predicted }).macroF1 - plain;
    nested += nestedGain([noise], groups, { ...options, fit }).difference.macroF1.difference;
  }
  assert(naive / 6 > 0.02, `${naive / 6}`);
  assert(nested / 6 < 0.5 * naive / 6, `${nested / 6} of ${naive / 6}`);
});

Deno.test("nestedGain() judges weights of an ensemble against equal ones", () => {
  const { predictions: good, groups } = makePredictions(seededRng(6), { rows: 600, classes: 3, each: 2 });
  const { predictions: other } = makePredictions(seededRng(7), { rows: 600, classes: 3, each: 2, sharpness: 3 });
  const useless = { ...other, labels: good.labels }; // sure of something else
  const { difference } = nestedGain([good, useless], groups, {
    ...options,
    baseline: (members) => ensemble(members.map(withoutLabels)),
    fit: (members) => {
      const fitted = fitEnsemble(members, { objective: "logLoss", method: { name: "simplex" } });
      return (rows) => applyEnsemble(fitted, rows.map(withoutLabels));
    },
  });
  assert(difference.logLoss.high < 0 && difference.macroF1.low > 0);
});

Deno.test("nestedGain() does not depend on the order of rows, nor on that of another member's", () => {
  const rng = printedRng();
  const { predictions, groups } = makePredictions(rng, { rows: 90, classes: 3 });
  const fit: Fit = ([, second]) => {
    const offsets = fitOffsets(second!);
    return ([, rows]) => ({ ...rows!, predicted: decide(rows!, { offsets }) });
  };
  const judge = (members: Predictions[], groups: string[]) => nestedGain(members, groups, { ...options, fit });
  const order = shuffled(predictions.ids.keys(), rng), other = reordered(predictions, order);
  const expected = judge([predictions, predictions], groups);
  assertEquals(judge([predictions, other], groups), expected);
  const turned = judge([other, other], order.map((i) => groups[i]!));
  assertEquals(turned.predictions.predicted, Int32Array.from(order, (i) => expected.predictions.predicted[i]!));
  assertAlmostEquals(turned.difference.logLoss.difference, expected.difference.logLoss.difference, 1e-12);
  assertEquals(turned.difference.macroF1, expected.difference.macroF1);
});

Deno.test("nestedGain() refuses unknown labels, other groups and answers of other rows", () => {
  const { predictions, groups } = makePredictions(seededRng(1), { rows: 30, classes: 3 });
  const fit: Fit = () => ([rows]) => rows;
  const hidden = { ...predictions, labels: predictions.labels.with(7, UNKNOWN_LABEL) };
  assertThrows(() => nestedGain([hidden], groups, { ...options, fit }), RangeError, `"id7"`);
  assertThrows(() => nestedGain([predictions], groups.slice(1), { ...options, fit }), TypeError, "groups 29");
  assertThrows(() => nestedGain([], groups, { ...options, fit }), RangeError, "at least one");
  const swap: Fit = () => ([rows]) => ({ ...rows, ids: rows.ids.toReversed() });
  assertThrows(() => nestedGain([predictions], groups, { ...options, fit: swap }), TypeError, "keep the ids in order");
  const cut: Fit = () => ([rows]) => ({
    ...rows,
    probabilities: rows.probabilities.subarray(1),
    predicted: decide(rows),
  });
  assertThrows(() => nestedGain([predictions], groups, { ...options, fit: cut }), TypeError, "probabilities asked for");
  assertThrows(() => nestedGain([predictions], groups, { ...options, fit, folds: 1 }), RangeError, "folds");
});
