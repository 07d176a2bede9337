import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { type Rng, seededRng } from "../../src/core/rng.ts";
import { LOSSES } from "../../src/losses/mod.ts";
import { pytorchInit } from "../../src/models/initialisers.ts";
import { makeLayers } from "../../src/models/layers.ts";
import { createModel, IMAGENET_INPUT, type Model } from "../../src/models/mod.ts";
import { type Optimizer, OPTIMIZERS } from "../../src/optim/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as ops from "../../src/tensor/ops.ts";
import * as tf from "../../src/tensor/tf.ts";
import { divideEvenly } from "../../src/train/batches.ts";
import { type MicroBatch, readSteps, takeStep, trainStep } from "../../src/train/step.ts";
import { normals } from "../tensor/compare.ts";
import { between, printedRng } from "../random.ts";

const CLASSES = 5;
const loss = build("loss", LOSSES, { name: "crossEntropy", labelSmoothing: 0.1 });

/** Two convolutions and a linear layer: nothing in it looks at more than one image. */
function plainModel(seed: number): Model {
  const layers = makeLayers({ rng: seededRng(seed), initialiser: pytorchInit() });
  const first = layers.conv("first", { kernel: 3, inputs: 3, outputs: 8, stride: 2, bias: true });
  const second = layers.conv("second", { kernel: 1, inputs: 8, outputs: 16, bias: true });
  const last = layers.linear("classifier", 16, CLASSES);
  const { params, buffers, layouts, depths } = layers;
  const maps = (x: tf.Tensor4D) => ops.activate(second(ops.activate(first(x), "silu")), "silu");
  const pool = (y: tf.Tensor4D) => tf.reshape(ops.globalAveragePool(y), [-1, 16]) as tf.Tensor2D;
  const classify = (features: tf.Tensor2D) => ({ logits: last(features) });
  return {
    name: "plain",
    input: { size: [16, 16], ...IMAGENET_INPUT },
    classes: ["a", "b", "c", "d", "e"],
    params,
    buffers,
    layouts,
    depths,
    headName: "classifier",
    maps,
    pool,
    classify,
    forward(x) {
      const features = pool(maps(x));
      return { features, ...classify(features) };
    },
    dispose: () => tf.dispose(Object.values(params)),
  };
}

interface Images {
  readonly pixels: Float32Array;
  readonly labels: readonly number[];
  readonly size: number;
}

function images(rng: Rng, count: number, size: number): Images {
  const labels = Array.from({ length: count }, () => between(rng, 0, CLASSES - 1));
  return { pixels: normals(rng, count * size * size * 3), labels, size };
}

/** Some of the images as tensors, which the caller disposes of. */
function microBatch({ pixels, labels, size }: Images, from = 0, count = labels.length): MicroBatch {
  const stride = size * size * 3;
  const some = labels.slice(from, from + count);
  return {
    x: tf.tensor4d(pixels.slice(from * stride, (from + count) * stride), [count, size, size, 3]),
    targets: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(some, "int32"), CLASSES), "float32")) as tf.Tensor2D,
    share: count / labels.length,
  };
}

function divide(all: Images, sizes: readonly number[]): MicroBatch[] {
  let from = 0;
  return sizes.map((count) => {
    from += count;
    return microBatch(all, from - count, count);
  });
}

function release(batches: readonly MicroBatch[]): void {
  for (const { x, targets } of batches) tf.dispose([x, targets]);
}

/** Takes a step with an optimizer that only writes the gradients down. */
async function gradientsOf(model: Model, batch: MicroBatch | Iterable<MicroBatch>, seed = 1) {
  const gradients: Record<string, Float32Array> = {};
  const optimizer: Optimizer = {
    slots: {},
    apply(given) {
      for (const [name, gradient] of Object.entries(given)) gradients[name] = gradient.dataSync() as Float32Array;
    },
    dispose() {},
  };
  const figures = await trainStep({ model, loss, optimizer }, batch, { lr: 1, step: 1, rng: seededRng(seed) });
  return { gradients, figures };
}

Deno.test("trainStep() with micro-batches has the whole batch's gradients, loss and hits without batch norm", async () => {
  const rng = printedRng();
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  for (let trial = 0; trial < 8; trial++) {
    const model = plainModel(trial), all = images(rng, between(rng, 4, 23), between(rng, 7, 21));
    const sizes = divideEvenly(all.labels.length, between(rng, 2, 6));
    const batches = [microBatch(all), ...divide(all, sizes)], [whole, ...parts] = batches;
    const tensors = tf.memory().numTensors;
    const expected = await gradientsOf(model, whole!), found = await gradientsOf(model, parts);
    for (const [name, values] of Object.entries(expected.gradients)) {
      const other = found.gradients[name]!;
      const off = values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - other[i]!)), 0);
      assert(off <= 1e-6, `${name} is off by ${off} in parts of ${sizes}`);
    }
    assertAlmostEquals(found.figures.loss, expected.figures.loss, 1e-6);
    assertEquals(found.figures.correct, expected.figures.correct);
    assertEquals(tf.memory().numTensors, tensors);
    release(batches);
    model.dispose();
  }
});

Deno.test("trainStep() weighs unequal micro-batches by their images", async () => {
  const rng = printedRng();
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const model = plainModel(3), all = images(rng, 9, 16), batches = [microBatch(all), ...divide(all, [7, 2])];
  const [expected, found] = [await gradientsOf(model, batches[0]!), await gradientsOf(model, batches.slice(1))];
  const [bias, other] = [expected, found].map(({ gradients }) => gradients["classifier.bias"]!);
  assert(bias!.every((value, i) => Math.abs(value - other![i]!) <= 1e-6));
  const alike = await gradientsOf(model, batches.slice(1).map((part) => ({ ...part, share: 0.5 })));
  assert(bias!.some((value, i) => Math.abs(value - alike.gradients["classifier.bias"]![i]!) > 1e-4), "shares matter");
  release(batches);
  model.dispose();
});

Deno.test("trainStep() gives a single micro-batch the bits of the whole batch, drop path and dropout included", async () => {
  const rng = printedRng();
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const spec = { name: "efficientnet_nano", dropPath: 0.4, head: { name: "plain", dropout: 0.4 } } as const;
  const model = await createModel(spec, { classes: CLASSES, seed: 2, size: [24, 24] });
  const whole = microBatch(images(rng, 6, 24));
  assertEquals(await gradientsOf(model, [whole], 5), await gradientsOf(model, whole, 5));
  release([whole]);
  model.dispose();
});

Deno.test("trainStep() draws dropout anew for each micro-batch", async () => {
  const rng = printedRng();
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const spec = { name: "efficientnet_nano", dropPath: 0, head: { name: "plain", dropout: 0.5 } } as const;
  const model = await createModel(spec, { classes: CLASSES, seed: 2, size: [24, 24] });
  const half = { ...microBatch(images(rng, 4, 24)), share: 0.5 };
  const [twice, once] = [await gradientsOf(model, [half, half], 5), await gradientsOf(model, half, 5)];
  const name = "classifier.weight", [sum, single] = [twice, once].map(({ gradients }) => gradients[name]!);
  assert(sum!.some((value, i) => Math.abs(value - 2 * single![i]!) > 1e-4));
  release([half]);
  model.dispose();
});

Deno.test("takeStep() has stepped when it returns, and readSteps() reads several steps at once", async () => {
  const rng = printedRng();
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const model = plainModel(1), optimizer = build("optimizer", OPTIMIZERS, { name: "adam" })(model.params);
  const whole = microBatch(images(rng, 4, 12)),
    bias = model.params["classifier.bias"]!,
    tensors = tf.memory().numTensors;
  const options = { lr: 0.1, step: 1, rng }, atFirst = [...bias.dataSync()];
  const first = takeStep({ model, loss, optimizer }, whole, options), after = [...bias.dataSync()];
  assert(after.every((value, i) => Math.abs(value - atFirst[i]!) > 0.05), "Adam's first step moves each bias by lr");
  const second = takeStep({ model, loss, optimizer }, whole, { ...options, step: 2 });
  const [before, later] = await readSteps([first, second]);
  assert(later!.loss < before!.loss);
  assertEquals(tf.memory().numTensors, tensors);
  release([whole]);
  optimizer.dispose();
  model.dispose();
});

Deno.test("takeStep() refuses a batch without images", async () => {
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const model = plainModel(1), optimizer = build("optimizer", OPTIMIZERS, { name: "adam" })(model.params);
  assertThrows(
    () => void takeStep({ model, loss, optimizer }, [], { lr: 1, step: 1, rng: seededRng(1) }),
    RangeError,
    "must have images",
  );
  optimizer.dispose();
  model.dispose();
});
