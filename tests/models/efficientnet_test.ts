import { assert, assertEquals } from "@std/assert";
import { LOSSES } from "../../src/losses/mod.ts";
import { createModel, type Model } from "../../src/models/mod.ts";
import { modelTensors } from "../../src/models/weights.ts";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { OPTIMIZERS } from "../../src/optim/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { fillModel, uniform } from "../train/lcg.ts";

interface Sample {
  readonly sum: number;
  readonly absolute: number;
  readonly entries: readonly number[];
}

interface Reference {
  readonly train_logits: readonly number[];
  readonly loss: number;
  readonly gradients: readonly Sample[];
  readonly running: readonly Sample[];
  readonly stepped: readonly Sample[];
  readonly eval_logits: readonly number[];
}

const reference: Reference = JSON.parse(
  await Deno.readTextFile(new URL("../reference/efficientnet.json", import.meta.url)),
);
const CLASSES = 5, SIZE = 40, BATCH = 4;

/** The reference's network. */
async function referenceModel(): Promise<Model> {
  const head = { name: "plain", dropout: 0 } as const;
  const model = await createModel({ name: "efficientnet_nano", dropPath: 0, head }, { classes: CLASSES, seed: 1 });
  await fillModel(model);
  return model;
}

function referenceBatch() {
  const pixels = tf.tensor4d(uniform(BATCH * 3 * SIZE * SIZE, 999), [BATCH, 3, SIZE, SIZE]);
  return {
    x: tf.transpose(pixels, [0, 2, 3, 1]),
    targets: tf.oneHot(tf.range(0, BATCH, 1, "int32"), CLASSES).toFloat(),
  };
}

/**
 * The worst difference of a tensor from its sample, against the tensor's mean absolute value. The floor of 5e-4, a tenth of the usual gradient, is for
 * gradients that are zero but for rounding: a shift before a convolution that a batch norm follows changes nothing.
 */
function difference(values: ArrayLike<number>, sample: Sample): number {
  const picked = sample.entries.map((_, i) => values[Math.floor(i * (values.length - 1) / 7)]!);
  const scale = sample.absolute / values.length + 5e-4;
  const worst = Math.max(...picked.map((value, i) => Math.abs(value - sample.entries[i]!)));
  let absolute = 0;
  for (let i = 0; i < values.length; i++) absolute += Math.abs(values[i]!);
  return Math.max(worst / scale, Math.abs(absolute - sample.absolute) / (sample.absolute + 5e-4 * values.length));
}

function relative(values: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(values[i]! - value))) / scale;
}

Deno.test("createModel() gives torchvision's EfficientNet: logits, gradients, statistics and an Adam step", async () => {
  await initBackend({ need: "train" });
  const model = await referenceModel();
  const { x, targets } = referenceBatch();
  const loss = build("loss", LOSSES, { name: "crossEntropy" });
  const optimizer = build("optimizer", OPTIMIZERS, { name: "adam" })(model.params);
  let logits: tf.Tensor | undefined;
  const { value, grads } = tf.variableGrads(() => {
    const output = model.forward(x as tf.Tensor4D, { training: true, rng: seededRng(1) });
    logits = tf.keep(output.logits.clone());
    return tf.mean(loss(output.logits, targets as tf.Tensor2D)) as tf.Scalar;
  }, Object.values(model.params));
  assert(relative(await logits!.data(), reference.train_logits) < 1e-4, "logits in training");
  assert(Math.abs((await value.data())[0]! - reference.loss) < 1e-5, "loss");

  const inPytorchLayout = async (name: string, tensor: tf.Tensor) => {
    const axes = { conv: [3, 2, 0, 1], depthwise: [2, 3, 0, 1], linear: [1, 0], vector: [0] }[model.layouts[name]!];
    return await tf.transpose(tensor, axes).data();
  };
  const names = Object.keys(model.params);
  assertEquals(names.length, reference.gradients.length);
  for (const [k, name] of names.entries()) {
    const worst = difference(await inPytorchLayout(name, grads[model.params[name]!.name]!), reference.gradients[k]!);
    assert(worst < 1e-3, `gradient of ${name} is off by ${worst}`);
  }
  const buffers = Object.entries(model.buffers);
  assertEquals(buffers.length, reference.running.length);
  for (const [k, [name, buffer]] of buffers.entries()) {
    const worst = difference(await buffer.data(), reference.running[k]!);
    assert(worst < 1e-4, `running statistic ${name} is off by ${worst}`);
  }

  const output = model.forward(x as tf.Tensor4D, { training: false });
  assert(relative(await output.logits.data(), reference.eval_logits) < 1e-4, "logits in evaluation");

  optimizer.apply(Object.fromEntries(names.map((name) => [name, grads[model.params[name]!.name]!])), {
    lr: 1e-3,
    step: 1,
  });
  for (const [k, name] of names.entries()) {
    // Adam's first step is lr times the gradient's sign: an entry whose gradient is noise may differ by 2 lr.
    const values = await inPytorchLayout(name, model.params[name]!) as Float32Array;
    const { sum, entries } = reference.stepped[k]!;
    const picked = entries.map((_, i) => values[Math.floor(i * (values.length - 1) / 7)]!);
    assert(picked.every((value, i) => Math.abs(value - entries[i]!) < 2.1e-3), `stepped ${name}`);
    if (reference.gradients[k]!.absolute < 1e-5 * values.length) continue; // rounding decides the sign
    assert(picked.filter((value, i) => Math.abs(value - entries[i]!) < 1e-5).length >= 7, `stepped ${name}`);
    const total = values.reduce((running, value) => running + value, 0);
    assert(Math.abs(total - sum) < 4e-3 + 1e-5 * values.length, `sum of ${name}`);
  }
  optimizer.dispose();
  model.dispose();
});

Deno.test("createModel() has timm's names, shapes and number of parameters for b0", async () => {
  const model = await createModel({ name: "efficientnet_b0" }, { classes: 1000, seed: 1 });
  const tensors = await modelTensors(model);
  const count = Object.keys(model.params).reduce((sum, name) => sum + tensors[name]!.data.length, 0);
  assertEquals(count, 5_288_548); // as published for torchvision's and timm's efficientnet_b0
  assertEquals(tensors["conv_stem.weight"]!.shape, [32, 3, 3, 3]);
  assertEquals(tensors["blocks.0.0.conv_pw.weight"]!.shape, [16, 32, 1, 1]);
  assertEquals(tensors["blocks.1.0.conv_pw.weight"]!.shape, [96, 16, 1, 1]);
  assertEquals(tensors["blocks.5.3.conv_dw.weight"]!.shape, [1152, 1, 5, 5]);
  assertEquals(tensors["blocks.2.0.se.conv_reduce.weight"]!.shape, [6, 144, 1, 1]);
  assertEquals(tensors["classifier.weight"]!.shape, [1000, 1280]);
  model.dispose();
});

Deno.test("createModel() gives the same weights for the same seed, and no tensor stays behind", async () => {
  const before = tf.memory().numTensors;
  const make = (seed: number) => createModel({ name: "efficientnet_nano" }, { classes: 3, seed });
  const [a, b, c] = await Promise.all([make(1), make(1), make(2)]);
  const stem = (model: Model) => [...model.params["conv_stem.weight"]!.dataSync()];
  assertEquals(stem(a), stem(b));
  assert(stem(a).some((value, i) => value !== stem(c)[i]));
  for (const model of [a, b, c]) model.dispose();
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("createModel() drops paths and units only in training, and by the generator", async () => {
  await initBackend({ need: "train" });
  const spec = { name: "efficientnet_nano", dropPath: 0.5, head: { name: "hidden" } } as const;
  const model = await createModel(spec, { classes: 3, seed: 1, size: [32, 32] });
  const x = tf.tensor4d(uniform(2 * 32 * 32 * 3, 5), [2, 32, 32, 3]);
  const run = async (training: boolean, seed: number) => {
    const logits = tf.tidy(() => model.forward(x, { training, rng: seededRng(seed) }).logits);
    return [...await logits.data()];
  };
  assertEquals(await run(true, 1), await run(true, 1));
  const [one, two] = [await run(true, 1), await run(true, 2)];
  assert(one.some((value, i) => value !== two[i]));
  assertEquals(await run(false, 1), await run(false, 2));
  model.dispose();
});
