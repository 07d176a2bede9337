import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { LOSSES } from "../../src/losses/mod.ts";
import { createModel, FINE_TUNES, type FineTuneSpec, type HeadSpec, type Model } from "../../src/models/mod.ts";
import { OPTIMIZERS } from "../../src/optim/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { lossGradients, takeStep, tune } from "../../src/train/step.ts";
import { uniform } from "../train/lcg.ts";

const SIZE = 24, CLASSES = 3, BATCH = 4;
const loss = build("loss", LOSSES, { name: "crossEntropy" });

async function makeModel(head: HeadSpec = { name: "plain", dropout: 0 }): Promise<Model> {
  await initBackend({ need: "train" });
  const spec = { name: "efficientnet_nano", dropPath: 0, head } as const;
  return await createModel(spec, { classes: CLASSES, seed: 1, size: [SIZE, SIZE] });
}

const batch = () => ({
  x: tf.tensor4d(uniform(BATCH * SIZE * SIZE * 3, 3), [BATCH, SIZE, SIZE, 3]),
  targets: tf.oneHot(tf.tensor1d([0, 1, 2, 1], "int32"), CLASSES).toFloat() as tf.Tensor2D,
});

/** Which tensors a step changes. */
async function changed(spec: FineTuneSpec): Promise<{ readonly params: string[]; readonly buffers: string[] }> {
  const model = await makeModel(), tuning = tune(model, build("fineTune", FINE_TUNES, spec));
  const optimizer = build("optimizer", OPTIMIZERS, { name: "adam" })(model.params, { rates: tuning.rates });
  const values = async (of: Model["params"]) => await Promise.all(Object.values(of).map((v) => v.data()));
  const before = [await values(model.params), await values(model.buffers)] as const;
  takeStep({ model, optimizer, loss, tuning }, batch(), { lr: 0.01, step: 1, rng: seededRng(1) });
  const after = [await values(model.params), await values(model.buffers)] as const;
  const differ = (of: Model["params"], i: 0 | 1) =>
    Object.keys(of).filter((_, k) => before[i][k]!.some((value, n) => value !== after[i][k]![n]));
  const found = { params: differ(model.params, 0), buffers: differ(model.buffers, 1) };
  optimizer.dispose();
  model.dispose();
  return found;
}

Deno.test("fineTune all changes every parameter and every running statistic", async () => {
  const { params, buffers } = await changed({ name: "all" }), model = await makeModel();
  assertEquals(params.length, Object.keys(model.params).length);
  assertEquals(buffers.length, Object.keys(model.buffers).length);
  model.dispose();
});

Deno.test("fineTune head changes the head and nothing else", async () => {
  assertEquals(await changed({ name: "head" }), { params: ["classifier.weight", "classifier.bias"], buffers: [] });
});

Deno.test("fineTune with frozen norms keeps running statistics while weights learn", async () => {
  const { params, buffers } = await changed({ name: "all", frozenNorms: true });
  assert(params.includes("conv_stem.weight") && params.includes("blocks.1.0.bn1.weight"));
  assertEquals(buffers, []);
});

Deno.test("fineTune stages freezes the first layers where their rate is 0", async () => {
  const { params } = await changed({ name: "stages", rates: [0, 1] });
  assert(!params.includes("conv_stem.weight") && params.includes("conv_head.weight"), params.join());
});

Deno.test("fineTune layerDecay lowers the rate by the same factor at each depth, from the head down", async () => {
  const model = await makeModel();
  const { rates } = tune(model, build("fineTune", FINE_TUNES, { name: "layerDecay", decay: 0.5 }));
  const depth = model.depths["classifier.weight"]!;
  assertEquals([rates["classifier.weight"], rates["conv_head.weight"]], [1, 0.5]);
  assertAlmostEquals(rates["conv_stem.weight"]!, 0.5 ** depth);
  assert(depth > 5 && rates["blocks.1.0.conv_pw.weight"] === rates["blocks.1.0.bn3.bias"]);
  model.dispose();
});

Deno.test("an optimizer moves parameters in proportion to their rates, and has no slots for frozen ones", async () => {
  await initBackend({ need: "train" });
  for (const name of ["adam", "sgd"] as const) {
    const params = { a: tf.variable(tf.zeros([3])), b: tf.variable(tf.zeros([3])), c: tf.variable(tf.zeros([3])) };
    const optimizer = build("optimizer", OPTIMIZERS, { name })(params, { rates: { b: 0.1, c: 0 } });
    const gradient = tf.tensor1d([1, 2, 3]);
    optimizer.apply({ a: gradient, b: gradient }, { lr: 0.01, step: 1 });
    const [a, b, c] = await Promise.all(Object.values(params).map((param) => param.data()));
    a!.forEach((value, i) => assertAlmostEquals(b![i]!, 0.1 * value, 1e-7));
    assert(a!.every((value) => value !== 0) && c!.every((value) => value === 0));
    assert(Object.keys(optimizer.slots).every((slot) => !slot.startsWith("c.")));
    optimizer.dispose();
  }
});

Deno.test("frozen norms have the gradients of the network as in evaluation", async () => {
  const model = await makeModel(), { x, targets } = batch();
  const tuning = tune(model, build("fineTune", FINE_TUNES, { name: "all", frozenNorms: true }));
  const { gradients } = lossGradients({ model, loss, tuning }, { x, targets }, seededRng(1));
  // A derivative by differences, of the loss in evaluation.
  const name = "blocks.2.0.bn2.weight", variable = model.params[name]!, values = await variable.data() as Float32Array;
  const at = async (change: number) => {
    variable.assign(tf.tensor1d(values.map((value, i) => i === 3 ? value + change : value)));
    return (await tf.mean(loss(model.forward(x, { training: false }).logits, targets)).data())[0]!;
  };
  const slope = (await at(0.05) - await at(-0.05)) / 0.1;
  assertAlmostEquals((await gradients[name]!.data())[3]! / slope, 1, 0.05);
  model.dispose();
});

Deno.test("the multiTask head's number is learned beside the class, where it is known", async () => {
  const model = await makeModel({ name: "multiTask", dropout: 0, weight: 0.5 }), { x, targets } = batch();
  const gradientWith = async (values: number[]) => {
    const { gradients, figures } = lossGradients(
      { model, loss },
      { x, targets, values: tf.tensor1d(values) },
      seededRng(1),
    );
    return [(await gradients["classifier.age.bias"]!.data())[0]!, (await figures.data())[0]!] as const;
  };
  const value = await model.forward(x, { training: true, rng: seededRng(1) }).value!.data();
  const wanted = [30, NaN, 60, 20];
  const errors = wanted.map((age, i) => Number.isNaN(age) ? 0 : value[i]! - age);
  const [slope, whole] = await gradientWith(wanted), [, classesAlone] = await gradientWith([NaN, NaN, NaN, NaN]);
  assertAlmostEquals(slope / (0.5 * 2 * errors.reduce((sum, e) => sum + e, 0) / BATCH), 1, 1e-4);
  assertAlmostEquals((whole - classesAlone) / (0.5 * errors.reduce((sum, e) => sum + e * e, 0) / BATCH), 1, 1e-4);
  model.dispose();
});
