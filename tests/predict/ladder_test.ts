import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type Fold, UNKNOWN_LABEL } from "../../src/core/records.ts";
import { randomInt, type Rng, seededRng, shuffled } from "../../src/core/rng.ts";
import type { DetailedPredictions } from "../../src/frame/mod.ts";
import { accuracy, score } from "../../src/metrics/mod.ts";
import {
  applyChain,
  type ChainRows,
  chainRows,
  type ChainStep,
  chainSteps,
  climb,
  decide,
  fitOffsets,
  ladder,
  ladderOn,
  nestedChain,
  type Truth,
  withoutLabels,
} from "../../src/predict/mod.ts";
import { applyPart } from "../../src/predict/chain.ts";
import { stratifiedGroupKFold } from "../../src/split/mod.ts";
import { printedRng } from "../random.ts";
import { makeMembers, reorderedViews } from "./chain_fixture.ts";

const VIEWS = ["identity", "flip", "scale"];

/** Steps of which every choice is taken, so that what is fitted shows. */
function takeAll(steps: readonly ChainStep[]): ChainStep[] {
  return steps.map((step) => ({
    ...step,
    choices: (rows) => step.choices(rows).slice(-1).map((choice) => ({ ...choice, fitted: false })),
  }));
}

/** Offsets as an honest step fits them. */
const offsets: ChainStep = {
  name: "offsets",
  objective: "macroF1",
  choices: () => [{
    name: "offsets",
    fitted: true,
    fit: ({ ids, classes, members }, { labels }) => {
      const probabilities = members[0]![0]!.probabilities;
      return { part: "offsets", offsets: fitOffsets({ ids, classes, probabilities, labels }, { penalty: 0 }) };
    },
  }],
};

/** Offsets fitted to all rows, those that are judged too: a leak, as it easily slips in where rows are kept from elsewhere. */
function leaky(rows: ChainRows, truth: Truth): ChainStep {
  const [choice] = offsets.choices(rows);
  return { ...offsets, choices: () => [{ ...choice!, fit: () => choice!.fit(rows, truth) }] };
}

/** The same with class 0 found too often, so that offsets surely help. */
function leaning(predictions: DetailedPredictions): DetailedPredictions {
  const lean = (values: Float32Array) => {
    const out = values.map((p, i) => i % 3 === 0 ? 8 * p : p);
    return out.map((p, i) => p / (out[i - i % 3]! + out[i - i % 3 + 1]! + out[i - i % 3 + 2]!));
  };
  const views = predictions.views!.map(({ name, probabilities }) => ({ name, probabilities: lean(probabilities) }));
  return { ...predictions, probabilities: lean(predictions.probabilities), views };
}

/** Whether what a chain says of persons held out changes with their labels. */
async function looksAtHeldOut(
  stepsOf: (rows: ChainRows, truth: Truth) => readonly ChainStep[],
  rng: Rng,
): Promise<boolean> {
  const { members, labels, groups } = makeMembers(rng, { persons: 30, classes: 3, members: 2, views: VIEWS });
  const { rows } = chainRows(members.map(leaning));
  const outer = stratifiedGroupKFold(labels, groups, { folds: 3, seed: 1 }); // the same folds whatever the labels become
  const said = async (truth: Truth) => {
    const { rows: nested } = await nestedChain(rows, truth, { steps: stepsOf(rows, truth), folds: 3, seed: 1, outer });
    return nested;
  };
  const before = await said({ labels, groups });
  for (const { valid } of outer) {
    const other = labels.slice(), drawn = shuffled(Array.from(valid, (i) => labels[i]!), rng);
    valid.forEach((i, k) => other[i] = drawn[k]!);
    const after = await said({ labels: other, groups });
    const heldOut = (stage: ChainRows, fold: Fold) =>
      Array.from(fold.valid, (i) => [
        stage.predicted![i],
        ...stage.members[0]![0]!.probabilities.subarray(i * 3, i * 3 + 3),
      ]);
    if (
      JSON.stringify(heldOut(before, { valid, train: valid })) !==
        JSON.stringify(heldOut(after, { valid, train: valid }))
    ) {
      return true;
    }
  }
  return false;
}

Deno.test("nestedChain() decides the same of persons held out whatever their labels, by all steps from views to offsets", async () => {
  assertEquals(await looksAtHeldOut(() => chainSteps({ seed: 1 }), printedRng()), false);
  assertEquals(await looksAtHeldOut(() => takeAll(chainSteps({ seed: 1 })), seededRng(2)), false);
});

Deno.test("nestedChain() shows a planted leak: decisions change with the labels of persons held out", async () => {
  const joining = chainSteps({ seed: 1 }).slice(0, 2).map((step): ChainStep => ({
    ...step,
    choices: (rows) => step.choices(rows).slice(0, 1), // means, which leave to the offsets what they are for
  }));
  assertEquals(await looksAtHeldOut(() => takeAll([...joining, offsets]), seededRng(2)), false);
  assertEquals(
    await looksAtHeldOut((rows, truth) => takeAll([...joining, leakyAfter(joining, rows, truth)]), seededRng(2)),
    true,
  );
});

/** The leak, fitted to what the steps before it come to on all rows. */
function leakyAfter(steps: readonly ChainStep[], rows: ChainRows, truth: Truth): ChainStep {
  const { chain } = climb(rows, truth, { steps: takeAll(steps), folds: 3, seed: 1 });
  const { probabilities } = applyChain(chain, rows);
  return leaky({ ...rows, members: [[{ name: "chain", probabilities }]] }, truth);
}

Deno.test("nestedChain() of pure noise is not above chance by more than its interval, though what is fitted is on its own rows", async () => {
  const persons = 80, classes = 4, rng = seededRng(5);
  const { members, groups } = makeMembers(rng, { persons, classes, members: 3, views: VIEWS });
  const labels = Int32Array.from(groups, () => randomInt(rng, classes));
  const { rows } = chainRows(members.map((member) => ({ ...member, labels })));
  const truth = { labels, groups }, steps = chainSteps({ seed: 1 });
  const built = await ladder(rows, truth, { steps, folds: 4, seed: 1, resamples: 300 });
  const whole = built.rows.at(-1)!;
  assert(whole.accuracy.low <= 1 / classes, `${whole.accuracy.low}`);
  assert(whole.macroF1.low <= 1 / classes, `${whole.macroF1.low}`);
  assert(whole.toFirst!.macroF1.low <= 0);
  const [views, ensemble] = chainSteps({ seed: 1 });
  let so = rows;
  for (const step of [views!, ensemble!, offsets]) so = applyPart(step.choices(so).at(-1)!.fit(so, truth), so);
  assert(accuracy(so.predicted!, labels) > 1 / classes + 0.05, `${accuracy(so.predicted!, labels)}`);
});

Deno.test("ladder() does not depend on the order of rows", async () => {
  const rng = printedRng();
  const { members, labels, groups } = makeMembers(rng, { persons: 40, classes: 3, members: 2, views: VIEWS });
  const order = shuffled(labels.keys(), rng);
  const climbed = async (members: Parameters<typeof chainRows>[0]) => {
    const { rows, labels: truth } = chainRows(members), persons = new Map(members[0]!.ids.map((id, i) => [id, i]));
    const own = rows.ids.map((
      id,
    ) => (members[0] === turned[0] ? groups[order[persons.get(id)!]!]! : groups[persons.get(id)!]!));
    const options = { steps: chainSteps({ seed: 1 }), folds: 3, seed: 1, resamples: 50 };
    return await ladder(rows, { labels: truth, groups: own }, options);
  };
  const turned = members.map((member) => reorderedViews(member, order));
  assertEquals(await climbed(turned), await climbed(members));
});

Deno.test("ladder() rises by views and members, shows what does not help as left out, and tells the cost", async () => {
  const { members, labels, groups } = makeMembers(seededRng(8), {
    ...{ persons: 120, classes: 4, members: 4, views: ["identity", "flip"], noise: 1.2, strength: 2 },
  });
  const { rows } = chainRows(members), truth = { labels, groups }, cost = { identity: 2, flip: 3 };
  const steps = chainSteps({ seed: 1, viewSets: [{ name: "both", names: ["identity", "flip"] }] });
  const seen: number[] = [];
  const built = await ladder(rows, truth, {
    ...{ steps, folds: 3, seed: 1, resamples: 200, cost },
    onProgress: ({ done }) => seen.push(done),
  });
  assertEquals(seen, [1, 2, 3, 4]);
  const [single, tta, ensemble, calibration, decision, whole] = built.rows;
  assertEquals(built.rows.map(({ step }) => step), [
    ...["single model", "TTA", "ensemble", "calibration", "offsets", "whole chain"],
  ]);
  const mean = members.reduce((sum, member) => sum + score(member).macroF1 / members.length, 0);
  assertAlmostEquals(single!.macroF1.score, mean, 1e-12);
  assertEquals([single!.toBefore, single!.toFirst], [null, null]);
  assert(tta!.kept && ensemble!.kept && ensemble!.toBefore!.macroF1.low > 0);
  assert(whole!.toFirst!.macroF1.low > 0);
  assertAlmostEquals(ensemble!.toFirst!.macroF1.difference, ensemble!.macroF1.score - mean, 1e-12);
  assertEquals([single!, tta!].map(({ milliseconds }) => milliseconds), [2, 5]);
  assert(ensemble!.milliseconds === 20 || ensemble!.choice !== "mean");
  if (calibration!.kept) assert(calibration!.logLoss < ensemble!.logLoss);
  if (!decision!.kept) assert(!built.chain.parts.some(({ part }) => part === "offsets"));
  assert(ensemble!.choices.some(({ name }) => name === ensemble!.choice));
});

Deno.test("ladder() leaves out what makes it worse, and the chain goes on without it", async () => {
  const { members, labels, groups } = makeMembers(seededRng(9), {
    ...{ persons: 100, classes: 3, members: 2, views: ["identity", "noise"], strength: 2 },
  });
  const noise = members.map((member, m) => {
    const shifted = member.views![1]!.probabilities.map((_, i, all) => all[(i + 1 + m) % all.length]!); // of another class
    return { ...member, views: [member.views![0]!, { name: "noise", probabilities: shifted }] };
  });
  const { rows } = chainRows(noise);
  const steps = chainSteps({ seed: 1, viewSets: [{ name: "both", names: ["identity", "noise"] }], chooseViews: false });
  const { rows: rungs, chain } = await ladder(rows, { labels, groups }, { steps, folds: 3, seed: 1, resamples: 100 });
  const [single, tta, ensemble] = rungs;
  assert(!tta!.kept && tta!.toBefore!.macroF1.difference < 0);
  assertEquals(chain.parts[0], { part: "views", names: ["identity"], weights: [1] });
  assertAlmostEquals(
    ensemble!.toBefore!.macroF1.difference,
    ensemble!.macroF1.score - single!.macroF1.score, // to the last one kept
    1e-12,
  );
});

Deno.test("ladderOn() scores single models by themselves, and members joined as the chain joins them", async () => {
  const all = makeMembers(seededRng(11), { persons: 120, classes: 3, members: 6, views: ["identity", "flip"] });
  const { rows: models } = chainRows(all.members), members = { ...models, members: models.members.slice(0, 2) };
  const truth = { labels: all.labels, groups: all.groups };
  const built = await ladder(members, truth, { steps: chainSteps({ seed: 1 }), folds: 3, seed: 1, resamples: 20 });
  const found = ladderOn(built, { members, models, labels: all.labels });
  assertEquals(found.length, built.rows.length);
  const mean = all.members.reduce((sum, member) => sum + score(member).macroF1 / 6, 0);
  assertAlmostEquals(found[0]!.macroF1, mean, 1e-12);
  const { predicted, ...answer } = applyChain(built.chain, members),
    decided = predicted ?? decide(withoutLabels(answer));
  const labelled = { ...answer, labels: all.labels };
  assertAlmostEquals(found.at(-1)!.macroF1, score(labelled, { predicted: decided }).macroF1, 1e-12);
});

Deno.test("climb() on one member with one view has calibration and offsets to choose only", () => {
  const { members, labels, groups } = makeMembers(seededRng(12), { persons: 60, classes: 3, members: 1 });
  const { rows } = chainRows(members);
  const { steps, chain } = climb(rows, { labels, groups }, { steps: chainSteps({ seed: 1 }), folds: 3, seed: 1 });
  assertEquals(steps.map(({ choices }) => choices.length), [0, 0, 3, 2]);
  assertEquals(applyChain(chain, rows).ids, rows.ids);
});

Deno.test("ladder() refuses unknown labels and fewer persons than folds", async () => {
  const { members, labels, groups } = makeMembers(seededRng(13), { persons: 4, classes: 2, members: 2 });
  const { rows } = chainRows(members), options = { steps: chainSteps({ seed: 1 }), folds: 3, seed: 1 };
  const hidden = labels.with(1, UNKNOWN_LABEL);
  await assertRejects(() => ladder(rows, { labels: hidden, groups }, options), RangeError, "image 00001");
  await assertRejects(() => ladder(rows, { labels, groups }, { ...options, folds: 5 }), RangeError, "5 folds");
});
