/**
 * Times training steps, or inference, of a model on random pixels and prints a JSON line:
 * `deno run -A tests/bench/train_step.ts --model efficientnet_b0 --size 64 --batch 16 --threads 2 --steps 20`.
 * `torch_reference.py` does the same with PyTorch; `compare.ts` runs both in turn.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { randomNormal, seededRng } from "../../src/core/rng.ts";
import { build } from "../../src/core/parts.ts";
import { LOSSES } from "../../src/losses/mod.ts";
import { createModel } from "../../src/models/mod.ts";
import { OPTIMIZERS } from "../../src/optim/mod.ts";
import { type BackendName, initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { trainStep } from "../../src/train/step.ts";
import { profileKernels } from "./profile.ts";

const flags = parseArgs(Deno.args, {
  string: ["model", "size", "batch", "threads", "steps", "mode", "backend"],
  boolean: ["profile"],
  default: {
    model: "efficientnet_b0",
    size: "64",
    batch: "16",
    threads: "2",
    steps: "20",
    mode: "train",
    backend: "wasm",
  },
});
const [size, batch, threads, steps] = [flags.size, flags.batch, flags.threads, flags.steps].map(Number) as [
  number,
  number,
  number,
  number,
];
const CLASSES = 10;

const backend = await initBackend({ need: "train", prefer: flags.backend as BackendName, threads });
const spec = { name: flags.model } as { name: "efficientnet_b0" }; // createModel refuses unknown names
const model = createModel(spec, { classes: CLASSES, seed: 1 });
const loss = build("loss", LOSSES, { name: "crossEntropy" });
const optimizer = build("optimizer", OPTIMIZERS, { name: "adam" })(model.params);
const rng = seededRng(1);
const x = tf.tensor4d(
  Float32Array.from({ length: batch * size * size * 3 }, () => randomNormal(rng)),
  [batch, size, size, 3],
);
const targets = tf.tidy(() =>
  tf.cast(tf.oneHot(tf.range(0, batch, 1, "int32").mod(CLASSES).toInt(), CLASSES), "float32")
) as tf.Tensor2D;

const losses: number[] = [];
const once = flags.mode === "train"
  ? async (step: number) => {
    const result = await trainStep({ model, loss, optimizer }, { x, targets }, { lr: 1e-3, step, rng: rng.fork(step) });
    losses.push(result.loss);
  }
  : async () => {
    const logits = tf.tidy(() => model.forward(x, { training: false }).logits);
    await logits.data();
    logits.dispose();
  };

/** Milliseconds of processor time, of all threads. */
const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const times: number[] = [], processorTimes: number[] = [];
for (let step = 1; step <= steps + 2; step++) {
  const start = performance.now(), startOnProcessor = processorTime();
  await once(step);
  times.push((performance.now() - start) / batch);
  processorTimes.push((processorTime() - startOnProcessor) / batch);
}
const sorted = times.slice(2).sort((a, b) => a - b);
const round = (value: number) => Number(value.toFixed(3));
console.log(JSON.stringify({
  program: "maskfold",
  backend: backend.name,
  kernels: backend.kernels,
  threads: backend.threads,
  model: flags.model,
  size,
  batch,
  mode: flags.mode,
  minMsPerImage: round(sorted[0]!),
  medianMsPerImage: round(sorted[sorted.length >> 1]!),
  processorMsPerImage: round(Math.min(...processorTimes.slice(2))),
  tensors: tf.memory().numTensors,
  memoryMiB: Math.round(Deno.memoryUsage().rss / 2 ** 20),
  losses: losses.slice(0, 3).map(round),
}));
if (flags.profile) {
  const table = await profileKernels(3, (i) => once(steps + 3 + i));
  console.log(table);
}
