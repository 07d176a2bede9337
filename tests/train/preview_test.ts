import { assert, assertEquals, assertRejects } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { IMAGENET_INPUT, normaliser } from "../../src/models/input.ts";
import { splitDataset } from "../../src/split/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { preview, previewSheet } from "../../src/train/mod.ts";
import { makeLoader } from "../../src/train/loader.ts";
import { SAMPLERS } from "../../src/sampling/mod.ts";
import { build } from "../../src/core/parts.ts";
import { patchConfig, patches, patchImages } from "./fixtures.ts";

const dataset = patches(9), images = patchImages(dataset);
const [fold] = splitDataset(dataset, { folds: 3, seed: 1 }), stride = 32 * 32 * 3;
const mixes = [{ name: "mixup", chance: 1, alpha: 1 }];

/** The texts of a picture, in the order in which they are drawn. */
const textsOf = ({ svg }: { svg: string }) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

/** What training computes with: the tensors of an epoch, made by a loader with a worker, in the sampler's order. */
async function trained(config: ReturnType<typeof patchConfig>, epoch: number) {
  const labels = dataset.samples.map(({ label }) => label);
  const sampler = build("sampler", SAMPLERS, config.sampler);
  const rng = seededRng(config.seed).fork("epoch").fork(epoch).fork("order");
  const order = sampler(Int32Array.from(fold!.train, (i) => labels[i]!), rng).map((place) => fold!.train[place]!);
  using loader = makeLoader({ images, labels, classes: 3, input: { size: [32, 32], ...IMAGENET_INPUT } }, {
    ...config,
    microBatch: 5,
    workers: 1,
  });
  const values: number[] = [], targets: number[] = [];
  for await (const { parts } of loader.epoch(order, epoch)) {
    for (const part of parts) {
      values.push(...await part.x.data());
      targets.push(...await part.targets.data());
    }
  }
  return { values: Float32Array.from(values), targets: Float32Array.from(targets), order };
}

for (const [name, options] of Object.entries({ plain: {}, mixed: { mixes } })) {
  Deno.test(`preview() shows the bytes and targets that training computes with, ${name}`, async () => {
    const config = patchConfig(options), before = tf.memory().numTensors;
    const shown = await preview(dataset, config, { fold: fold!, images, count: 13, epoch: 2 });
    assertEquals(tf.memory().numTensors, before);
    const expected = await trained(config, 2), values = new Float32Array(shown.pixels.length);
    normaliser(IMAGENET_INPUT)(shown.pixels, values);
    assertEquals(shown.pixels.length, 13 * stride);
    assert(values.every((value, i) => value === expected.values[i]));
    assertEquals(shown.targets, expected.targets.subarray(0, 13 * 3));
    assertEquals(shown.ids, Array.from(expected.order.subarray(0, 13), (index) => images.ids[index]!));
    const originals = new Uint8Array(13 * stride);
    images.fillBatch(expected.order.subarray(0, 13), originals);
    assertEquals(shown.originals, originals);
    assert(shown.pixels.some((value, i) => value !== originals[i]));
  });
}

Deno.test("preview() says id and class, and the shares of mixed targets", async () => {
  const plain = await preview(dataset, patchConfig(), { fold: fold!, images, count: 5 });
  assertEquals(plain.captions, plain.ids.map((id) => `${id}\n${["red", "green", "blue"][Number(id.at(-1))]}`));
  const mixed = await preview(dataset, patchConfig({ mixes }), { fold: fold!, images });
  assertEquals(mixed.ids.length, fold!.train.length); // an epoch has fewer than 32
  mixed.captions.forEach((caption, i) => {
    const [id, ...lines] = caption.split("\n");
    assertEquals(id, mixed.ids[i]);
    const shares = mixed.targets.subarray(3 * i, 3 * i + 3);
    if (Math.max(...shares) > 0.995) return assertEquals(lines.length, 1);
    const told = lines.map((line) => /^(\d\.\d\d) (red|green|blue)$/.exec(line)!);
    for (const [, share, name] of told) {
      assert(Math.abs(Number(share) - shares[["red", "green", "blue"].indexOf(name!)]!) <= 0.00501);
    }
    assert(told.every(([, share], k) => k === 0 || Number(share) <= Number(told[k - 1]![1])));
  });
  assert(mixed.captions.some((caption) => caption.split("\n").length === 3));
});

Deno.test("previewSheet() puts originals beside what became of them", async () => {
  const shown = await preview(dataset, patchConfig(), { fold: fold!, images, count: 2 });
  const sheet = await previewSheet(shown, { pairs: true, columns: 2 });
  const [a, b] = shown.captions.map((caption) => caption.split("\n"));
  assertEquals(textsOf(sheet), ["original", ...a!, "original", ...b!]);
  assertEquals(textsOf(await previewSheet(shown)), [...a!, ...b!]);
  await assertRejects(() => previewSheet(shown, { pairs: true, columns: 3 }), RangeError, "even: current value is 3");
});

Deno.test("preview() refuses images of another size, and an epoch with no batch", async () => {
  const small = patchImages(dataset, { size: 9 });
  await assertRejects(() => preview(dataset, patchConfig(), { fold: fold!, images: small }), TypeError, "32 x 32");
  const one = { train: fold!.train.subarray(0, 1), valid: fold!.valid };
  await assertRejects(() => preview(dataset, patchConfig(), { fold: one, images }), RangeError, "current number is 1");
});
