import { assert, assertEquals } from "@std/assert";
import { seededRng } from "../../../src/core/rng.ts";
import { crossEntropy } from "../../../src/losses/cross_entropy.ts";
import { createModel, type ModelSpec } from "../../../src/models/mod.ts";
import { adam } from "../../../src/optim/adam.ts";
import { disposeBackend, initBackend } from "../../../src/tensor/mod.ts";
import * as tf from "../../../src/tensor/tf.ts";
import type { Tensor2D, Tensor4D } from "../../../src/tensor/types.ts";
import { trainStep } from "../../../src/train/step.ts";
import { gpu } from "../../../src/tensor/webgpu/device.ts";
import { countsOf, gpuTest, useGpu } from "./gpu.ts";

const CLASSES = 18;

/** Training steps of a model on random images; `step` gives the loss. */
async function makeSteps(spec: ModelSpec, size: number) {
  const model = await createModel(spec, { classes: CLASSES, seed: 1, size: [size, size] });
  const optimizer = adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 })(model.params);
  const loss = crossEntropy({ labelSmoothing: 0.1 }), rng = seededRng(3);
  let taken = 0;
  const step = async (images: number) => {
    const x = tf.randomNormal([images, size, size, 3], 0, 1, "float32", 7) as Tensor4D;
    const labels = tf.tidy(() => tf.range(0, images, 1, "int32"));
    const targets = tf.tidy(() => tf.cast(tf.oneHot(labels, CLASSES), "float32")) as Tensor2D;
    const options = { lr: 1e-3, step: ++taken, rng: rng.fork(taken) };
    const result = trainStep({ model, loss, optimizer }, { x, targets }, options);
    tf.dispose([x, labels, targets]);
    return (await result).loss;
  };
  const dispose = () => {
    tf.dispose([...Object.values(model.params), ...Object.values(model.buffers)]);
    optimizer.dispose();
  };
  return { step, dispose };
}

const NANO: ModelSpec = { name: "efficientnet_nano", dropPath: 0 };

gpuTest("training on WebGPU has the losses that cpu has", async () => {
  const losses: number[][] = [];
  for (const prefer of ["cpu", "webgpu"] as const) {
    await initBackend({ need: "train", prefer });
    const { step, dispose } = await makeSteps(NANO, 16);
    losses.push([await step(3), await step(3), await step(2)]);
    dispose();
  }
  for (const [i, loss] of losses[1]!.entries()) assert(Math.abs(loss - losses[0]![i]!) < 2e-3, JSON.stringify(losses));
  await disposeBackend();
});

gpuTest(
  "training on WebGPU holds no more after 30 steps of changing batch sizes than after all sizes were seen",
  async () => {
    await useGpu();
    const { step, dispose } = await makeSteps(NANO, 32), sizes = [3, 1, 4, 2, 5];
    const held =
      () => [tf.memory().numTensors, gpu().backend.bufferManager.numBytesAllocated, gpu().counters.newBuffers];
    let settled: number[] = [];
    for (let i = 0; i < 30; i++) {
      await step(sizes[i % sizes.length]!);
      if (i === 11) settled = held();
    }
    const [tensors, bytes, made] = held();
    assertEquals([tensors, bytes], settled.slice(0, 2));
    // What is left are uploads: the images are made anew each step, and so are Adam's numbers.
    assert(made! - settled[2]! <= 18 * 10, `${made! - settled[2]!} buffers in 18 steps`);
    dispose();
    await disposeBackend();
  },
);

gpuTest("a training step of EfficientNet-B0 on WebGPU takes at most 1000 dispatches and 50 new buffers", async () => {
  await useGpu();
  const { step, dispose } = await makeSteps({ name: "efficientnet_b0" }, 64);
  for (let i = 0; i < 2; i++) await step(2);
  const counts = await countsOf(async () => void await step(2));
  assert(counts.dispatches <= 1000 && counts.newBuffers <= 50, JSON.stringify(counts));
  assert(counts.bindGroupHits > 20 * counts.bindGroupMisses, JSON.stringify(counts));
  assertEquals(counts.pipelines, 0);
  dispose();
  await disposeBackend();
});
