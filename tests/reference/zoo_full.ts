/** Our side of zoo_full.py: compares a whole network with a record, or trains one and saves it. Prints JSON. */
import { seededRng } from "../../src/core/rng.ts";
import { readSafetensors, writeSafetensors } from "../../src/io/mod.ts";
import { LOSSES } from "../../src/losses/mod.ts";
import { ARCHITECTURES, createModel, loadWeights, type ModelName, saveWeights } from "../../src/models/mod.ts";
import { OPTIMIZERS } from "../../src/optim/mod.ts";
import { build } from "../../src/core/parts.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { trainStep } from "../../src/train/step.ts";
import { compareWithRecord, readRecord } from "../models/zoo.ts";
import { uniform } from "../train/lcg.ts";

const CLASSES = 5;

async function makeModel(name: ModelName, size: number) {
  const { dropPath } = ARCHITECTURES[name];
  const spec = { name, head: { name: "plain", dropout: 0 }, ...(dropPath === undefined ? {} : { dropPath: 0 }) } as const;
  return await createModel(spec, { classes: CLASSES, seed: 1, size: [size, size] });
}

/** Distances from the record, with weights under torchvision's names. */
async function compare(name: ModelName, recordPath: string, weights: string) {
  const record = await readRecord(recordPath), model = await makeModel(name, record.size);
  await loadWeights(model, weights, { head: "exact" });
  const { fromTorchvision = (same: string) => same } = ARCHITECTURES[name];
  return await compareWithRecord(record, model, (theirs) => fromTorchvision(theirs)!);
}

/** Three steps of training; the weights and the logits of two test images go to a file. Our names by torchvision's. */
async function train(name: ModelName, namesPath: string, out: string, side: string) {
  const size = Number(side), model = await makeModel(name, size);
  const loss = build("loss", LOSSES, { name: "crossEntropy" });
  const optimizer = build("optimizer", OPTIMIZERS, { name: "adam" })(model.params);
  for (let step = 1; step <= 3; step++) {
    const x = tf.tensor4d(uniform(4 * size * size * 3, step), [4, size, size, 3]);
    const targets = tf.oneHot(tf.tensor1d([0, 1, 2, 3], "int32"), CLASSES).toFloat() as tf.Tensor2D;
    await trainStep({ model, loss, optimizer }, { x, targets }, { lr: 1e-3, step, rng: seededRng(step) });
  }
  const pixels = tf.tensor4d(uniform(2 * 3 * size * size, 998), [2, 3, size, size]);
  const { logits } = model.forward(tf.transpose(pixels, [0, 2, 3, 1]) as tf.Tensor4D, { training: false });
  await saveWeights(model, out);
  const { tensors, metadata } = await readSafetensors(out);
  const data = await logits.data() as Float32Array;
  await writeSafetensors(out, { tensors: { ...tensors, "test.logits": { shape: [2, CLASSES], data } }, metadata });
  const { fromTorchvision = (same: string) => same } = ARCHITECTURES[name];
  const names: string[] = JSON.parse(await Deno.readTextFile(namesPath));
  return Object.fromEntries(names.map((theirs) => [theirs, fromTorchvision(theirs)]));
}

await initBackend({ need: "train" });
const [what, name, ...rest] = Deno.args as ["compare" | "train", ModelName, string, string, string];
console.log(JSON.stringify(what === "compare" ? await compare(name, rest[0], rest[1]) : await train(name, ...rest)));
