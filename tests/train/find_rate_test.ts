import { assert, assertEquals, assertRejects } from "@std/assert";
import { splitDataset } from "../../src/split/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { findRate } from "../../src/train/mod.ts";
import { patchConfig, patches, patchImages } from "./fixtures.ts";

const dataset = patches(12), images = patchImages(dataset);
const [fold] = splitDataset(dataset, { folds: 3, seed: 1 });
const config = patchConfig({ model: { dropPath: 0 }, augments: [] });
await initBackend({ need: "train" });

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("findRate() sees the loss fall and then rise, and suggests a rate in between, of the same run each time", async () => {
  const before = tf.memory().numTensors;
  const sweep = { fold: fold!, images, from: 1e-5, to: 30, steps: 60 };
  const found = await findRate(dataset, config, sweep);
  assertEquals(tf.memory().numTensors, before);
  const { rates, losses, smoothed, rate } = found;
  assertEquals(rates.length, losses.length);
  const lowest = smoothed.indexOf(Math.min(...smoothed));
  assert(smoothed[lowest]! < 0.7 * mean(losses.slice(0, 5)), "the loss falls");
  assert(losses.at(-1)! > 2 * smoothed[lowest]!, "the loss rises");
  assert(rate > rates[0]! && rate < rates[lowest]!, `${rate} is before the lowest loss, at ${rates[lowest]}`);
  assertEquals(await findRate(dataset, config, sweep), found);
});

Deno.test("findRate() stops where the loss explodes, and tells of each step", async () => {
  const told: { done: number; total: number; rate: number; loss: number }[] = [];
  const sweep = {
    fold: fold!,
    images,
    from: 1e-4,
    to: 1e6,
    steps: 80,
    onStep: (step: typeof told[0]) => told.push(step),
  };
  const sgd = patchConfig({ model: { dropPath: 0 }, augments: [], optimizer: "sgd" });
  const { rates, losses } = await findRate(dataset, sgd, sweep);
  assert(rates.length < 80);
  assertEquals(told, rates.map((rate, i) => ({ done: i + 1, total: 80, rate, loss: losses[i]! })));
  const before = losses.slice(0, -1);
  assert(!(losses.at(-1)! <= Math.max(losses[0]!, 4 * Math.min(...before))));
  before.forEach((loss, i) => i > 0 && assert(loss <= Math.max(losses[0]!, 4 * Math.min(...losses.slice(0, i)))));
});

Deno.test("findRate() stops when told to, and leaves no tensor behind", async () => {
  const stop = new AbortController(), before = tf.memory().numTensors;
  const onStep = ({ done }: { done: number }) => done === 3 && stop.abort();
  await assertRejects(
    () => findRate(dataset, config, { fold: fold!, images, signal: stop.signal, onStep }),
    DOMException,
  );
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("findRate() divides batches, and lets learn, what the config says", async () => {
  const memories: number[] = [];
  const sweep = { fold: fold!, images, from: 1e-4, to: 10, steps: 40 };
  const onMemory = ({ microBatch }: { microBatch: number }) => memories.push(microBatch);
  const whole = await findRate(dataset, config, { ...sweep, onMemory });
  const halves = await findRate(dataset, { ...config, accumulate: 2 }, { ...sweep, onMemory });
  assertEquals(memories, [8, 4]);
  assert(halves.losses[0] !== whole.losses[0], "batch norms see half a batch");
  const frozen = await findRate(dataset, patchConfig({ ...config, fineTune: "head" }), sweep);
  assert(frozen.losses[0] !== whole.losses[0], "batch norms keep their statistics");
});

Deno.test("findRate() refuses rates that do not rise, and images of another size", async () => {
  await assertRejects(
    () => findRate(dataset, config, { fold: fold!, images, from: 1, to: 0.1 }),
    RangeError,
    "from < to",
  );
  const small = patchImages(dataset, { size: 9 });
  await assertRejects(() => findRate(dataset, config, { fold: fold!, images: small }), TypeError, "32 x 32");
});
