import { assert, assertEquals } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { IMAGENET_INPUT } from "../../src/models/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { divideEvenly, stepsPerEpoch, trainBatches } from "../../src/train/batches.ts";
import { between, printedRng } from "../tensor/compare.ts";
import { patches, patchImages } from "./fixtures.ts";

Deno.test("divideEvenly() keeps to the size, in as few parts as it allows, alike but for one image", () => {
  for (let images = 2; images <= 70; images++) {
    for (let most = 2; most <= images + 1; most++) {
      const sizes = divideEvenly(images, most), where = `${images} by ${most}: ${sizes}`;
      assertEquals(sizes.reduce((sum, size) => sum + size, 0), images, where);
      assert(Math.min(...sizes) >= 2, where);
      assert(Math.max(...sizes) - Math.min(...sizes) <= 1, where);
      if (most === 2 && images % 2 === 1) assertEquals(Math.max(...sizes), 3, where);
      else assert(Math.max(...sizes) <= most && sizes.length === Math.ceil(images / most), where);
    }
  }
});

Deno.test("trainBatches() gives the same images, augmentation and targets however batches are divided", async () => {
  const rng = printedRng(), dataset = patches(between(rng, 3, 9)), images = patchImages(dataset, { size: 9 });
  const source = {
    images,
    labels: dataset.samples.map(({ label }) => label),
    classes: 3,
    input: { size: [9, 9], ...IMAGENET_INPUT } as const,
  };
  const order = Int32Array.from(dataset.samples.keys()), batchSize = between(rng, 4, 11);
  const read = async (microBatch?: number) => {
    const pixels: number[] = [], targets: number[] = [], shares: number[] = [];
    const options = { batchSize, microBatch, augments: [{ name: "colorJitter", brightness: 0.3 }] as const };
    for (const { indices, parts } of trainBatches(source, order, options, seededRng(4))) {
      let share = 0;
      for (const part of parts) {
        pixels.push(...await part.x.data());
        targets.push(...await part.targets.data());
        share += part.share!;
        assertEquals(part.share, part.x.shape[0] / indices.length);
      }
      shares.push(share);
    }
    assert(shares.every((share) => Math.abs(share - 1) < 1e-9));
    assertEquals(shares.length, stepsPerEpoch(order.length, batchSize));
    return { pixels, targets };
  };
  const before = tf.memory().numTensors;
  assertEquals(await read(between(rng, 2, batchSize)), await read());
  assertEquals(tf.memory().numTensors, before);
});
