import { assert, assertEquals, assertRejects } from "@std/assert";
import { seededRng, shuffled } from "../../src/core/rng.ts";
import { IMAGENET_INPUT } from "../../src/models/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { type BatchSource, stepsPerEpoch } from "../../src/train/batches.ts";
import { type LoaderOptions, makeLoader } from "../../src/train/loader.ts";
import { between, printedRng } from "../random.ts";
import { patches, patchImages } from "./fixtures.ts";

const SIZE = 9;

function makeSource(persons: number): BatchSource {
  const dataset = patches(persons);
  return {
    images: patchImages(dataset, { size: SIZE }),
    labels: dataset.samples.map(({ label }) => label),
    classes: 3,
    input: { size: [SIZE, SIZE], ...IMAGENET_INPUT },
  };
}

/** Everything that two epochs give. */
async function read(source: BatchSource, options: Omit<LoaderOptions, "augments" | "seed">) {
  const augments = [{ name: "colorJitter", brightness: 0.3 }, { name: "horizontalFlip" }] as const;
  using loader = makeLoader(source, { seed: 4, augments, ...options });
  const pixels: number[] = [], targets: number[] = [], indices: number[] = [], shares: number[] = [];
  const all = Array.from({ length: source.images.ids.length }, (_, i) => i);
  for (const epoch of [1, 2]) {
    for await (const batch of loader.epoch(Int32Array.from(shuffled(all, seededRng(epoch))), epoch)) {
      let share = 0;
      for (const part of batch.parts) {
        pixels.push(...await part.x.data());
        targets.push(...await part.targets.data());
        assertEquals(part.share, part.x.shape[0] / batch.indices.length);
        share += part.share!;
      }
      indices.push(...batch.indices);
      shares.push(share);
    }
  }
  assert(shares.every((share) => Math.abs(share - 1) < 1e-9));
  assertEquals(shares.length, 2 * stepsPerEpoch(all.length, options.batchSize));
  return { pixels, targets, indices };
}

Deno.test("makeLoader() gives the same batches with any number of workers, however they are divided", async () => {
  const rng = printedRng(), source = makeSource(between(rng, 4, 9)), batchSize = between(rng, 4, 11);
  const before = tf.memory().numTensors;
  const expected = await read(source, { batchSize, workers: 0 });
  for (const workers of [1, 3]) assertEquals(await read(source, { batchSize, workers }), expected);
  assertEquals(await read(source, { batchSize, workers: 1, microBatch: between(rng, 2, batchSize) }), expected);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("makeLoader() gives each image its label, and each epoch an augmentation of its own", async () => {
  const source = makeSource(4), { indices, targets, pixels } = await read(source, { batchSize: 5, workers: 1 });
  indices.forEach((index, i) => assertEquals(targets.slice(3 * i, 3 * i + 3).indexOf(1), source.labels[index]));
  const imageOf = (place: number) => pixels.slice(place * SIZE * SIZE * 3, (place + 1) * SIZE * SIZE * 3);
  assert(imageOf(indices.indexOf(0)).some((value, i) => value !== imageOf(indices.lastIndexOf(0))[i]));
});

Deno.test("makeLoader() hands on soft targets and numbers", async () => {
  const source = makeSource(2), soft = Float32Array.from({ length: 18 }, (_, i) => i / 18);
  const values = Float32Array.of(5, NaN, 7, 8, 9, 10);
  using loader = makeLoader({ ...source, targets: soft, values }, { seed: 1, augments: [], batchSize: 3, workers: 0 });
  for await (const { parts } of loader.epoch(Int32Array.of(2, 0, 1), 1)) {
    for (const part of parts) {
      assertEquals([...await part.targets.data()], [6, 7, 8, 0, 1, 2, 3, 4, 5].map((i) => Math.fround(i / 18)));
      assertEquals([...await part.values!.data()], [7, 5, NaN]);
    }
  }
});

Deno.test("makeLoader() leaves an early end of an epoch behind, and goes on with another", async () => {
  const source = makeSource(6), order = Int32Array.from({ length: 18 }, (_, i) => i);
  using loader = makeLoader(source, { seed: 1, augments: [{ name: "horizontalFlip" }], batchSize: 4, workers: 2 });
  for await (const _ of loader.epoch(order, 1)) break;
  let batches = 0;
  for await (const { indices } of loader.epoch(order, 2)) {
    assertEquals(indices[0], 4 * batches++);
  }
  assertEquals(batches, 5);
});

Deno.test("makeLoader() makes a worker's fault an error of the epoch", async () => {
  const source = makeSource(2);
  const options = { seed: 1, augments: [{ name: "horizontalFlip", chance: 0.5 }] as const, batchSize: 3, workers: 1 };
  using loader = makeLoader({ ...source, input: { ...source.input, std: undefined as never } }, options);
  await assertRejects(
    async () => {
      for await (const _ of loader.epoch(Int32Array.of(0, 1, 2), 1));
    },
    Error,
    "load batches",
  );
});

Deno.test("makeLoader() mixes a batch's images and targets alike, with any number of workers", async () => {
  const source = makeSource(6), mixes = [{ name: "mixup", alpha: 1 }, { name: "cutMix", per: "image" }] as const;
  const expected = await read(source, { batchSize: 6, workers: 0, mixes });
  assertEquals(await read(source, { batchSize: 6, workers: 2, mixes }), expected);
  const { targets } = expected;
  assert(targets.some((share) => share > 0.01 && share < 0.99), "targets are mixed");
  for (let i = 0; i < targets.length; i += 3) {
    assert(Math.abs(targets[i]! + targets[i + 1]! + targets[i + 2]! - 1) < 1e-5);
  }
});
