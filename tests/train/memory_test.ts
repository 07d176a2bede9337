import { assert, assertEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { LOSSES } from "../../src/losses/mod.ts";
import { createModel, type Model } from "../../src/models/mod.ts";
import { OPTIMIZERS } from "../../src/optim/mod.ts";
import { disposeBackend, initBackend } from "../../src/tensor/mod.ts";
import { memoryState, recordLive } from "../../src/tensor/live.ts";
import * as tf from "../../src/tensor/tf.ts";
import { measurePrediction, measureTraining } from "../../src/train/measure.ts";
import { memoryLine, planStep, predictionBatch } from "../../src/train/memory.ts";
import { trainStep } from "../../src/train/step.ts";
import { sameBits } from "../tensor/compare.ts";
import { between, printedRng } from "../random.ts";

const loss = build("loss", LOSSES, { name: "crossEntropy" });

async function nano(size: number): Promise<Model> {
  await disposeBackend(); // gives the kernels' buffers back, whose size would otherwise hang on the tests before
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  return await createModel({ name: "efficientnet_nano" }, { classes: 6, seed: 1, size: [size, size] });
}

const peakIn = (compute: () => void) => recordLive(compute).reduce((peak, bytes) => Math.max(peak, bytes), 0);

Deno.test("measureTraining() foretells the live bytes of a real step of any batch", async () => {
  const rng = printedRng(), size = between(rng, 24, 64), model = await nano(size);
  const optimizer = build("optimizer", OPTIMIZERS, { name: "adam" })(model.params);
  const peakOf = measureTraining({ model, loss });
  for (const batch of [3, between(rng, 4, 12), between(rng, 20, 40)]) {
    const real = peakIn(() => {
      const x = tf.randomNormal<tf.Rank.R4>([batch, size, size, 3]),
        targets = tf.fill([batch, 6], 1 / 6) as tf.Tensor2D;
      void trainStep({ model, loss, optimizer }, { x, targets }, { lr: 1e-3, step: 1, rng: seededRng(1) });
      tf.dispose([x, targets]);
    });
    await new Promise((resolve) => setTimeout(resolve, 0));
    // Buffers of kernels, some of which grow with the images only at first, make the forecast a little too high.
    const off = peakOf(batch) / real;
    assert(off > 0.99 && off < 1.2, `${batch} images of ${size} pixels: ${peakOf(batch)} for ${real} bytes`);
  }
  optimizer.dispose();
  model.dispose();
});

Deno.test("measurePrediction() foretells the live bytes of a forward pass, fewer than training's", async () => {
  const rng = printedRng(), size = between(rng, 24, 64), model = await nano(size);
  const peakOf = measurePrediction(model), batch = between(rng, 5, 40);
  const real = peakIn(() => {
    const x = tf.randomNormal<tf.Rank.R4>([batch, size, size, 3]);
    tf.tidy(() => void model.forward(x, { training: false }));
    x.dispose();
  });
  const off = peakOf(batch) / real;
  assert(off > 0.95 && off < 1.2, `${batch} images of ${size} pixels: ${peakOf(batch)} for ${real} bytes`);
  assert(peakOf(batch) < measureTraining({ model, loss })(batch));
  model.dispose();
});

Deno.test("measureTraining() changes neither weights nor running statistics, and leaves no tensor", async () => {
  const model = await nano(24);
  const variables = Object.entries({ ...model.params, ...model.buffers });
  const values = () => variables.map(([, variable]) => variable.dataSync().slice() as Float32Array);
  const before = values(), tensors = tf.memory().numTensors;
  measureTraining({ model, loss });
  measurePrediction(model);
  values().forEach((after, i) => assert(sameBits(after, before[i]!), `${variables[i]![0]} changed`));
  assertEquals(tf.memory().numTensors, tensors);
  model.dispose();
});

Deno.test("measureTraining() reads TensorFlow.js's count where memory is not wasm's", async () => {
  const model = await nano(12);
  const images = peakLine(measureTraining({ model, loss }));
  await initBackend({ need: "train", prefer: "cpu" });
  const onCpu = peakLine(measureTraining({ model, loss }));
  assertEquals(memoryState().limit, undefined);
  assert(onCpu > images, "composed of plain ops, more is kept for the gradients");
  model.dispose();
});

/** Bytes for each further image. */
const peakLine = (peakOf: (images: number) => number) => (peakOf(30) - peakOf(20)) / 10;

const GIB = 2 ** 30;

Deno.test("planStep() takes the whole batch, divided as told, or as few parts as have room", async () => {
  const model = await nano(24);
  const peakOf = (images: number) => images * GIB / 8;
  const plan = (batchSize: number, accumulate: number | "auto", before?: number) =>
    planStep({ batchSize, accumulate }, peakOf, { model, before }).microBatch;
  assertEquals(plan(20, 1), 20);
  assertEquals(plan(50, 4), 13);
  assertEquals(plan(20, "auto"), 20);
  assertEquals(plan(64, "auto"), 22, "22 + 21 + 21: 32 at once need 4.3 GiB");
  assertEquals(plan(64, "auto", 16), 16, "as the run began");
  assertEquals(plan(64, "auto", 40), 22, "which has no room any more");
  model.dispose();
});

Deno.test("planStep() counts the sum of gradients beside those of a micro-batch", async () => {
  const model = await nano(24), peakOf = (images: number) => images * 1e6;
  const bytes = Object.values(model.params).reduce((sum, { size }) => sum + size * 4, 0);
  const peak = (accumulate: number) => planStep({ batchSize: 8, accumulate }, peakOf, { model }).peak;
  assertEquals([peak(1), peak(2)], [8e6, 4e6 + bytes]);
  model.dispose();
});

Deno.test("planStep() refuses a batch without room, and says which has room", async () => {
  const model = await nano(24);
  const message = (batchSize: number, accumulate: number | "auto", image: number) =>
    (assertThrows(
      () => void planStep({ batchSize, accumulate }, (images) => images * image * GIB, { model }),
      RangeError,
    ) as Error).message;
  const whole = message(64, 1, 0.125);
  for (const text of ["batchSize 64", "8.5 GiB", "wasm backend has 4.0 GiB", "29 images", 'accumulate to "auto"']) {
    assert(whole.includes(text), whole);
  }
  planStep({ batchSize: 29, accumulate: 1 }, (images) => images * GIB / 8, { model });
  message(30, 1, 0.125);
  assert(message(64, 2, 0.125).includes("in micro-batches of 32"));
  assert(message(64, "auto", 1.5).includes("not even"), "three images have no room");
  model.dispose();
});

Deno.test("predictionBatch() is the training's batch, or what has room where that is divided", async () => {
  const model = await nano(24);
  assertEquals(predictionBatch(model, { batchSize: 50, accumulate: 1 }), 50);
  assertEquals(predictionBatch(model, { batchSize: 50, accumulate: 4 }), 13);
  assertEquals(predictionBatch(model, { batchSize: 50, accumulate: "auto" }), 50);
  const most = predictionBatch(model, { batchSize: 1e6, accumulate: "auto" });
  assert(most > 100 && measurePrediction(model)(most) < 4 * GIB && measurePrediction(model)(most * 1.2) > 4 * GIB);
  model.dispose();
});

Deno.test("memoryLine() says what a step takes of what there is", () => {
  const memory = { images: 32, microBatch: 32, peak: 0.4 * GIB, needed: 0.44 * GIB, limit: 4 * GIB, backend: "wasm" };
  assertEquals(memoryLine(memory), "a step of 32 images takes 0.4 GiB at its peak; the wasm backend has 4.0 GiB");
  assertEquals(
    memoryLine({ ...memory, images: 64, limit: undefined }),
    "a step of 64 images in micro-batches of at most 32 takes 0.4 GiB at its peak",
  );
});
