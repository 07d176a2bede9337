import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { ImageSet } from "../../src/core/records.ts";
import { randomInt, type Rng } from "../../src/core/rng.ts";
import type { Model } from "../../src/models/mod.ts";
import { buildViews, chooseViews, ensemble, joinFolds, predict, type ViewSpec } from "../../src/predict/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { between, printedRng } from "../random.ts";
import { largestDifference, names, randomLabels, randomMember } from "./members.ts";

await initBackend({ need: "predict", prefer: "cpu" });

const SIZE = [6, 7] as const, LENGTH = 6 * 7 * 3;

/** Random images. */
function randomImages(rng: Rng, count: number, broken: readonly number[] = []): ImageSet {
  const pixels = Uint8Array.from({ length: count * LENGTH }, () => randomInt(rng, 256));
  return {
    ids: Array.from({ length: count }, (_, i) => `image ${i}`),
    size: SIZE,
    digest: "random",
    faults: broken.map((i) => ({ kind: "undecodable", id: `image ${i}`, message: "broken" })),
    fillBatch: (indices, out) => {
      for (let i = 0; i < indices.length; i++) {
        out.set(pixels.subarray(indices[i]! * LENGTH, (indices[i]! + 1) * LENGTH), i * LENGTH);
      }
    },
    close: () => {},
  };
}

/** A model of one linear layer. */
function linearModel(rng: Rng, classes: number): Model {
  const weights = tf.tensor2d(Float32Array.from({ length: LENGTH * classes }, () => (rng() - 0.5) / 3), [
    LENGTH,
    classes,
  ]);
  const forward = (x: tf.Tensor4D) => ({ logits: tf.matMul(tf.reshape(x, [-1, LENGTH]), weights) });
  const input = { size: SIZE, mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2], interpolation: "bilinear" };
  return {
    name: "linear",
    input,
    classes: names(classes),
    forward,
    dispose: () => weights.dispose(),
  } as unknown as Model;
}

const VIEWS: readonly ViewSpec[] = [
  { name: "identity", weight: 2 },
  { name: "flip", weight: 0.5 },
  { name: "fiveCrops", share: 0.8 },
  { name: "brightness", factor: 0.7, weight: 3 },
];
const rng = printedRng();
const model = linearModel(rng, between(rng, 2, 6)), images = randomImages(rng, between(rng, 5, 20));

Deno.test("predict() is the weighted mean of its views, which it gives apart if asked", async () => {
  const before = tf.memory().numTensors;
  const found = await predict(model, images, { views: VIEWS, viewsApart: true, batchSize: 4 });
  assertEquals(tf.memory().numTensors, before);
  const single = await Promise.all(
    VIEWS.filter(({ name }) => name !== "fiveCrops").map((view) => predict(model, images, { views: [view] })),
  );
  const apart = found.views!.map(({ probabilities }) => ({ ...found, probabilities }));
  assertEquals(found.views!.map(({ name }) => name), buildViews(VIEWS).map(({ name }) => name));
  [0, 1, 7].forEach((k, i) => assert(largestDifference(apart[k]!.probabilities, single[i]!.probabilities) < 1e-6));
  const mean = ensemble(apart, { weights: [2, 0.5, 1, 1, 1, 1, 1, 3] });
  assert(largestDifference(found.probabilities, mean.probabilities) < 1e-6);
  assertEquals((await predict(model, images, { views: VIEWS, batchSize: 4 })).probabilities, found.probabilities);
});

Deno.test("predict() averages logits if asked, which is the geometric mean", async () => {
  const found = await predict(model, images, { views: VIEWS, viewsApart: true, average: "logits", logits: true });
  const apart = found.views!.map(({ probabilities }) => ({ ...found, probabilities }));
  const mean = ensemble(apart, { weights: [2, 0.5, 1, 1, 1, 1, 1, 3], mean: { name: "geometric" } });
  assert(largestDifference(found.probabilities, mean.probabilities) < 1e-5);
  const softmax = tf.tidy(() =>
    tf.softmax(tf.tensor2d(found.logits!, [images.ids.length, model.classes.length])).dataSync()
  );
  assert(largestDifference(softmax, found.probabilities) < 1e-6);
});

Deno.test("predict() gives nothing more than probabilities unless asked", async () => {
  const plain = await predict(model, images, { average: "logits" });
  assertEquals(Object.keys(plain).sort(), ["classes", "ids", "labels", "probabilities"]);
});

Deno.test("predict() gives an undecodable image the mean of the others, in every view", async () => {
  const [some, all] = [randomImages(rng, 6, [2]), randomImages(rng, 2, [0, 1])], width = model.classes.length;
  const { probabilities, logits, views } = await predict(model, some, { views: VIEWS, viewsApart: true, logits: true });
  for (const values of [probabilities, logits!, ...views!.map((view) => view.probabilities)]) {
    const mean = Array.from(
      { length: width },
      (_, c) => [0, 1, 3, 4, 5].reduce((sum, row) => sum + values[row * width + c]! / 5, 0),
    );
    assert(largestDifference(values.subarray(2 * width, 3 * width), mean) < 1e-6);
  }
  const none = await predict(model, all, {});
  assert(largestDifference(none.probabilities, new Float32Array(2 * width).fill(1 / width)) < 1e-6);
});

Deno.test("predict() refuses images of another size", async () => {
  await assertRejects(
    () => predict(model, { ...images, size: [7, 6] }),
    TypeError,
    "6 x 7 pixels: current size is 7 x 6",
  );
});

/** Views that know little, something, and the opposite. */
function someViews() {
  const labels = randomLabels(rng, 300, 4);
  const members = [0.2, 2, 1.5, -1.5].map((strength) => randomMember(rng, labels, 4, { strength }));
  const views = ["weak", "strong", "good", "wrong"].map((name, k) => ({
    name,
    probabilities: members[k]!.probabilities,
  }));
  return { ...members[0]!, views };
}

Deno.test("chooseViews() takes the best view first, and chooses the best row", () => {
  for (const objective of ["logLoss", "macroF1"] as const) {
    const rows = chooseViews(someViews(), { objective });
    assertEquals(rows.map(({ passes }) => passes), [1, 2, 3, 4]);
    assertEquals(rows[0]!.view, "strong");
    assertEquals(rows.map(({ views }) => views.length), [1, 2, 3, 4]);
    const sign = objective === "logLoss" ? -1 : 1, chosen = rows.filter((row) => row.chosen);
    assertEquals(chosen.length, 1);
    for (const row of rows) assert(sign * row.score <= sign * chosen[0]!.score);
    assert(!chosen[0]!.views.includes("wrong"));
    assert(rows.at(-1)!.gain < 0, "the wrong view comes last and harms");
  }
});

Deno.test("chooseViews() takes a pass only if it is worth its cost", () => {
  const labels = randomLabels(rng, 300, 4);
  const members = [1.5, 1.5, 1.5, 1.5].map((strength) => randomMember(rng, labels, 4, { strength }));
  const views = members.map(({ probabilities }, k) => ({ name: `${k}`, probabilities }));
  const passes = (minGain: number) =>
    chooseViews({ ...members[0]!, views }, { objective: "logLoss", minGain }).find(({ chosen }) => chosen)!.passes;
  const all = chooseViews({ ...members[0]!, views }, { objective: "logLoss" });
  assert(passes(0) >= 2); // as good as each other, and each of its own opinion
  assertEquals(passes(all[1]!.gain + 1e-9), 1); // the second pass gains most
  assertEquals(passes((all[1]!.gain + all[2]!.gain) / 2), 2);
  const alike = members.map((_, k) => ({ name: `${k}`, probabilities: members[0]!.probabilities }));
  assertEquals(chooseViews({ ...members[0]!, views: alike }, { objective: "macroF1" })[0]!.chosen, true);
});

Deno.test("chooseViews() wants views apart", () => {
  assertThrows(
    () => chooseViews(randomMember(rng, randomLabels(rng, 5, 2), 2), { objective: "logLoss" }),
    TypeError,
    "viewsApart",
  );
});

Deno.test("joinFolds() joins views and logits too, and refuses folds that differ in them", async () => {
  const options = { views: VIEWS, viewsApart: true, logits: true } as const;
  const [left, right, all] = await Promise.all(
    [[0, 1, 2], [3, 4], [0, 1, 2, 3, 4]].map((indices) => predict(model, images, { ...options, indices })),
  );
  const joined = joinFolds([left!, right!]);
  assertEquals(joined.ids, all!.ids);
  assert(largestDifference(joined.logits!, all!.logits!) < 1e-5);
  joined.views!.forEach(({ name, probabilities }, k) => {
    assertEquals(name, all!.views![k]!.name);
    assert(largestDifference(probabilities, all!.views![k]!.probabilities) < 1e-6);
  });
  const { views: _, ...without } = right!;
  assertThrows(() => joinFolds([left!, without]), TypeError, "part 1 logits and no views");
});
