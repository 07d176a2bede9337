import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { type Dataset, makeSchema, type Predictions, type Sample, UNKNOWN_LABEL } from "../../src/core/mod.ts";
import { seededRng } from "../../src/core/rng.ts";
import { LOSSES } from "../../src/losses/mod.ts";
import { IMAGENET_INPUT, type Model } from "../../src/models/mod.ts";
import { addPseudoLabels } from "../../src/predict/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { type BatchSource, fillTargets, targetWidth } from "../../src/train/batches.ts";
import { makeLoader } from "../../src/train/loader.ts";
import { openRun, train } from "../../src/train/mod.ts";
import { checkSoftLoss, softRows, temper } from "../../src/train/soft_targets.ts";
import { labelPart } from "../../src/train/soft_loss.ts";
import { lossGradients } from "../../src/train/step.ts";
import { trainingData, trainLabelsOf } from "../../src/train/training_data.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { patchConfig, patches, patchImages } from "./fixtures.ts";
import reference from "../reference/soft_targets.json" with { type: "json" };

/** A model whose only parameters are its logits. */
function logitsModel(values: readonly number[], classes: number): Model {
  const logits = tf.variable(tf.tensor2d([...values], [values.length / classes, classes]));
  const output = () => ({ logits: logits as unknown as tf.Tensor2D, features: logits as unknown as tf.Tensor2D });
  return {
    name: "logits",
    input: { size: [1, 1], ...IMAGENET_INPUT },
    classes: Array.from({ length: classes }, (_, c) => `${c}`),
    params: { logits },
    buffers: {},
    layouts: {},
    depths: {},
    headName: "logits",
    maps: () => {
      throw new Error("has none");
    },
    pool: () => logits as unknown as tf.Tensor2D,
    classify: output,
    forward: output,
    dispose: () => logits.dispose(),
  };
}

/** Samples with these labels, each of a person. */
function samplesOf(labels: readonly number[], classes: number): Dataset {
  const schema = makeSchema([{ name: "class", levels: Array.from({ length: classes }, (_, c) => `c${c}`) }]);
  const samples = labels.map((label, i) => ({ id: `${i}`, path: `${i}.png`, group: `${i}`, label, attributes: {} }));
  return { schema, samples, root: "nowhere", faults: [] };
}

const everyPlace = (count: number) => Int32Array.from({ length: count }, (_, i) => i);

/** A teacher that is random, but as sure as a good one. */
function teacherOf({ schema, samples }: Dataset, seed: number | string): Predictions {
  const rng = seededRng(seed), classes = schema.classes.length;
  const probabilities = Float32Array.from(
    samples.flatMap(() => temper(Array.from({ length: classes }, () => rng() + 0.01), 0.3)),
  );
  const labels = new Int32Array(samples.length).fill(UNKNOWN_LABEL);
  return { ids: samples.map(({ id }) => id), classes: schema.classes, probabilities, labels };
}

Deno.test("lossGradients() with soft targets has PyTorch's loss and gradients at any share and temperature", async () => {
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const { batch, classes, logits, labels, teacher, cases } = reference;
  const dataset = samplesOf(labels, classes), train = everyPlace(batch);
  const predictions = { ...teacherOf(dataset, 1), probabilities: Float32Array.from(teacher) };
  for (const { alpha, temperature, loss, entropy, gradient } of cases) {
    const soft = softRows(dataset, predictions, { train, alpha, temperature });
    const rows = new Float32Array(batch * 2 * classes);
    fillTargets({ classes, labels, soft }, train, rows);
    const all = tf.tensor2d(rows, [batch, 2 * classes]), [targets, beside] = tf.split(all, 2, 1) as tf.Tensor2D[];
    const model = logitsModel(logits, classes), x = tf.zeros([batch, 1, 1, 3]) as tf.Tensor4D;
    const tensors = tf.memory().numTensors;
    const found = lossGradients(
      { model, loss: build("loss", LOSSES, { name: "crossEntropy" }) },
      { x, targets: targets!, soft: { targets: beside!, temperature } },
      seededRng(1),
    );
    // float32 against double; the cross entropy is the divergence and the teacher's entropy
    assertAlmostEquals((await found.figures.data())[0]!, loss + entropy, 2e-6 * temperature ** 2 + 2e-6);
    (await found.gradients.logits!.data()).forEach((value, i) => assertAlmostEquals(value, gradient[i]!, 1e-6));
    tf.dispose([found.figures, found.gradients]);
    assertEquals(tf.memory().numTensors, tensors);
    tf.dispose([all, targets!, beside!, x]);
    model.dispose();
  }
});

Deno.test("lossGradients() with soft targets has finite gradients where the student is sure of what the teacher rules out", async () => {
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const model = logitsModel([1e4, -1e4, 0, -1e4, 1e4, 0], 3), x = tf.zeros([2, 1, 1, 3]) as tf.Tensor4D;
  const targets = tf.tensor2d([0, 0, 0, 0.5, 0, 0], [2, 3]), beside = tf.tensor2d([0, 1, 0, 0.5, 0, 0], [2, 3]);
  for (const name of ["crossEntropy", "focal"] as const) {
    const parts = { model, loss: build("loss", LOSSES, { name }) };
    const batch = { x, targets, soft: { targets: beside, temperature: 3 } };
    const { gradients, figures } = lossGradients(parts, batch, seededRng(1));
    assert((await gradients.logits!.data()).every(Number.isFinite) && (await figures.data()).every(Number.isFinite));
    tf.dispose([gradients, figures]);
  }
  tf.dispose([targets, beside, x]);
  model.dispose();
});

Deno.test("labelPart() gives each row's label back, and the soft target where there is no label", async () => {
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const targets = tf.tensor2d([0.25, 0, 0, 0, 0.2, 0.1], [3, 2]);
  const soft = { targets: tf.tensor2d([0.5, 0.25, 0.75, 0.25, 0.7, 0], [3, 2]), temperature: 1 };
  const part = labelPart(targets, soft), found = [...await part.targets.data()], shares = [...await part.shares.data()];
  [1, 0, 0.75, 0.25, 2 / 3, 1 / 3].forEach((value, i) => assertAlmostEquals(found[i]!, value, 1e-6));
  [0.25, 0, 0.3].forEach((value, i) => assertAlmostEquals(shares[i]!, value, 1e-6));
  tf.dispose([targets, soft.targets, part.targets, part.shares]);
});

Deno.test("temper() is the softmax of logits by the temperature", () => {
  const rng = printedRng(), logits = Array.from({ length: between(rng, 2, 9) }, () => 8 * rng() - 4);
  const softmax = (values: number[]) => {
    const powers = values.map(Math.exp), sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  };
  const temperature = 0.2 + 5 * rng();
  temper(softmax(logits), temperature).forEach((value, i) =>
    assertAlmostEquals(value, softmax(logits.map((x) => x / temperature))[i]!, 1e-12)
  );
  assertEquals(temper([0, 0], 2), [0.5, 0.5]);
  assertEquals(temper([0, 1e-30, 0], 3), [0, 1, 0]);
});

Deno.test("softRows() gives training images alone their soft targets, by id", () => {
  const rng = printedRng(), dataset = samplesOf([0, 1, -1, 2, 1, 0], 3), teacher = teacherOf(dataset, "a");
  const train = Int32Array.of(1, 2, 5), found = softRows(dataset, teacher, { train, alpha: 0.25, temperature: 1 });
  assertEquals([...found.shares], [0, 0.25, 1, 0, 0, 0.25]);
  for (let i = 0; i < 6; i++) {
    const own = [...found.probabilities.subarray(3 * i, 3 * i + 3)],
      given = teacher.probabilities.slice(3 * i, 3 * i + 3);
    if (!train.includes(i)) assertEquals([own, found.likeliest[i]], [[0, 0, 0], UNKNOWN_LABEL]);
    else {
      own.forEach((value, c) => assertAlmostEquals(value, given[c]!, 1e-6));
      assertEquals(found.likeliest[i], own.indexOf(Math.max(...own)));
    }
  }
  const order = [4, 2, 5, 0, 1, 3].slice(0, 3 + between(rng, 0, 3)); // some are missing: they have a label alone
  const some = {
    ...teacher,
    ids: order.map((i) => teacher.ids[i]!),
    probabilities: Float32Array.from(order.flatMap((i) => [...teacher.probabilities.subarray(3 * i, 3 * i + 3)])),
    labels: new Int32Array(order.length),
  };
  const fewer = softRows(dataset, some, { train, alpha: 0.25, temperature: 1 });
  for (const i of train) {
    const expected = order.includes(i) ? found.probabilities.slice(3 * i, 3 * i + 3) : new Float32Array(3);
    assertEquals(fewer.probabilities.slice(3 * i, 3 * i + 3), expected);
  }
});

Deno.test("softRows() refuses other classes, an id twice, numbers that are none, and predictions of other images", () => {
  const dataset = samplesOf([0, 1, 1], 2), teacher = teacherOf(dataset, 1);
  const refuses = (predictions: Predictions, kind: typeof TypeError | typeof RangeError, message: string) =>
    assertThrows(
      () => softRows(dataset, predictions, { train: Int32Array.of(0, 1), alpha: 0.5, temperature: 1 }),
      kind,
      message,
    );
  refuses({ ...teacher, classes: ["c1", "c0"] }, TypeError, "classes must be the data set's");
  refuses({ ...teacher, ids: ["0", "1", "1"] }, TypeError, `each id must occur once: "1"`);
  refuses({ ...teacher, ids: ["x", "y", "2"] }, TypeError, "of 2 none is among the 3 ids");
  refuses({ ...teacher, probabilities: Float32Array.of(1, 0, NaN, 1, 0, 1) }, RangeError, `"1", class "c0"`);
});

Deno.test("checkSoftLoss() refuses a loss of the whole batch, alone or in a sum", () => {
  const macroF1 = { name: "macroF1" } as const, ldam = { name: "ldam" } as const;
  checkSoftLoss(patchConfig({ loss: ldam }));
  assertThrows(() => checkSoftLoss(patchConfig({ loss: macroF1 })), TypeError, "by itself");
  const parts = [{ weight: 1, loss: ldam }, { weight: 1, loss: macroF1 }];
  assertThrows(() => checkSoftLoss(patchConfig({ loss: { name: "sum", parts } })), TypeError, `"macroF1" is not`);
});

Deno.test("makeLoader() mixes labels and soft targets alike, with any number of workers and in parts", async () => {
  const rng = printedRng(), dataset = patches(between(rng, 4, 8)), size = 9, images = patchImages(dataset, { size });
  const train = everyPlace(dataset.samples.length), labels = dataset.samples.map(({ label }) => label);
  const oneHot = Float32Array.from(labels.flatMap((label) => [0, 1, 2].map((c) => c === label ? 1 : 0)));
  const teacher = { ...teacherOf(dataset, 1), probabilities: oneHot };
  const soft = softRows(dataset, teacher, { train, alpha: 0.25, temperature: 2 });
  const source: BatchSource = { images, labels, classes: 3, soft, input: { size: [size, size], ...IMAGENET_INPUT } };
  assertEquals(targetWidth(source), 6);
  const mixes = [{ name: "mixup", alpha: 1 }, { name: "cutMix", chance: 1 }] as const;
  const read = async (workers: number, microBatch?: number) => {
    using loader = makeLoader(source, { seed: 3, augments: [], mixes, batchSize: 7, workers, microBatch });
    const rows: number[][] = [];
    for await (const { parts } of loader.epoch(train, 1)) {
      for (const { targets, soft } of parts) {
        const [own, beside] = [await targets.array(), await soft!.targets.array()];
        own.forEach((row, i) => rows.push([...row, ...beside[i]!]));
        assertEquals(soft!.temperature, 2);
      }
    }
    return rows;
  };
  const rows = await read(0);
  assert(rows.some((row) => row.filter((share) => share > 0).length > 2), "nothing is mixed");
  for (const row of rows) {
    row.slice(0, 3).forEach((share, c) => assertAlmostEquals(share / 0.75, row[3 + c]! / 0.25, 1e-5));
    assertAlmostEquals(row.reduce((a, b) => a + b), 1, 1e-5);
  }
  assertEquals(await read(1, 3), rows);
});

Deno.test("trainingData() trains unlabelled images as their likeliest class, and asks only labelled ones how near to a cut they are", () => {
  const schema = makeSchema([{ name: "age", levels: ["young", "old"], cuts: [40] }]);
  const sample = (id: string, age?: number): Sample => ({
    id,
    path: id,
    group: id,
    label: age === undefined ? UNKNOWN_LABEL : Number(age >= 40),
    attributes: age === undefined ? {} : { age },
  });
  const labelled = { schema, samples: [20, 39, 70].map((age) => sample(`${age}`, age)), root: "a", faults: [] };
  const pool = { schema, samples: ["x", "y"].map((id) => sample(id)), root: "a", faults: [] };
  const rows = [{ id: "x", label: 1, class: "old", probability: 0.75, targets: [0.25, 0.75] }];
  const added = addPseudoLabels(labelled, [{ train: Int32Array.of(0, 1, 2), valid: new Int32Array() }], { pool, rows });
  const input = { size: [8, 8] as const, ...IMAGENET_INPUT };
  const dataOf = ({ dataset, folds: [fold], softTargets }: typeof added, nearCuts: string) =>
    trainingData(
      dataset,
      patchConfig({ nearCuts: { name: nearCuts, attribute: "age" }, softTargets: { alpha: 0.5 } }),
      { fold: fold!, images: patchImages(dataset, { size: 8 }), softTargets },
      { input },
    );
  const dropped = dataOf(added, "drop");
  assertEquals([...dropped.train], [0, 2, 3]);
  assertEquals([...trainLabelsOf(dropped.source, dropped.train)], [0, 1, 1]);
  const targets = new Float32Array(12);
  fillTargets(dropped.source, dropped.train, targets);
  assertEquals([...targets], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.25, 0.75]);
  const hard = addPseudoLabels(
    labelled,
    added.folds.map(() => ({ train: Int32Array.of(0, 1, 2), valid: new Int32Array() })),
    {
      pool,
      rows: [{ id: "x", label: 1, class: "old", probability: 0.75 }],
    },
  );
  assertEquals(hard.softTargets, undefined);
  const { source } = dataOf(hard, "soft");
  assertEquals([...source.targets!.subarray(6)], [0, 1]);
  assertThrows(() => dataOf({ ...added, softTargets: undefined }, "drop"), RangeError, `"x" has neither`);
});

const dataset = patches(9), images = patchImages(dataset), [fold] = splitDataset(dataset, { folds: 3, seed: 1 });

Deno.test("train() with soft targets never looks at those of validation images, and refuses to go on with others", () =>
  withDir(async (dir) => {
    await initBackend({ need: "train" });
    const config = patchConfig({ epochs: 1, softTargets: { alpha: 0.5, temperature: 2 } });
    const softTargets = teacherOf(dataset, 1), probabilities = softTargets.probabilities.slice();
    for (const index of fold!.valid) probabilities.set([0, 0, 1], 3 * index);
    const runOf = (name: string, targets: Predictions) =>
      train(dataset, config, { dir: `${dir}/${name}`, fold: fold!, images, softTargets: targets });
    const first = await runOf("first", softTargets), second = await runOf("second", { ...softTargets, probabilities });
    const weights = (run: string) => Deno.readFile(`${dir}/${run}/best.safetensors`);
    assertEquals(await weights("second"), await weights("first"));
    assertEquals(second.valid, first.valid);
    assertEquals(await openRun(first.dir), await runOf("first", softTargets));
    await assertRejects(() => runOf("first", { ...softTargets, probabilities }), TypeError, "other data");
    const plain = { dir: first.dir, fold: fold!, images };
    await assertRejects(() => train(dataset, config, plain), TypeError, "other data");
    const { softTargets: digest } = JSON.parse(await Deno.readTextFile(`${first.dir}/data.json`));
    assert(/^[0-9a-f]{64}$/.test(digest));
  }));

Deno.test("train() learns from soft targets alone what the teacher says, against the labels", () =>
  withDir(async (dir) => {
    await initBackend({ need: "train" });
    const more = patches(12), [split] = splitDataset(more, { folds: 3, seed: 1 });
    const config = patchConfig({
      epochs: 6,
      lr: 4e-3,
      monitor: "loss",
      softTargets: { alpha: 1, temperature: 2 },
      model: { dropPath: 0, head: { name: "plain", dropout: 0 } },
    });
    const turned = Float32Array.from(
      more.samples.flatMap(({ label }) => [0, 1, 2].map((c) => c === (label + 1) % 3 ? 0.98 : 0.01)),
    );
    const softTargets = { ...teacherOf(more, 1), probabilities: turned };
    const { history } = await train(more, config, { dir, fold: split!, images: patchImages(more), softTargets });
    assert(
      history.at(-1)!.trainAccuracy > 0.7,
      "hits are counted against the soft targets where the label has no share",
    );
    assert(history.at(-1)!.validAccuracy < 0.34);
  }));
