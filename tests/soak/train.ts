/**
 * Long training on batches of changing size, and what stays behind: tensors, live bytes, the wasm memory.
 *
 * @module
 */
import { build } from "../../src/core/parts.ts";
import { randomInt, seededRng } from "../../src/core/rng.ts";
import { LOSSES } from "../../src/losses/mod.ts";
import { createModel } from "../../src/models/mod.ts";
import { OPTIMIZERS } from "../../src/optim/mod.ts";
import { memoryState } from "../../src/tensor/live.ts";
import * as tf from "../../src/tensor/tf.ts";
import { trainBatches } from "../../src/train/batches.ts";
import { trainStep } from "../../src/train/step.ts";
import { patches, patchImages } from "../train/fixtures.ts";

/** How long, and on what. */
export interface SoakOptions {
  /** Steps in all. */
  readonly steps: number;
  /** Height and width of the images in pixels. */
  readonly size: number;
  /** Smallest and largest batch. */
  readonly batch: readonly [least: number, most: number];
  /** Steps between two reports. */
  readonly every: number;
}

/** What is there between two steps. */
export interface SoakRow {
  /** Steps done. */
  readonly step: number;
  /** Tensors of TensorFlow.js. */
  readonly tensors: number;
  /** Bytes taken on the current backend. */
  readonly live: number;
  /** Size of the wasm memory in bytes; 0 on other backends. */
  readonly heap: number;
  /** Bytes of JavaScript's own heap in use. */
  readonly script: number;
  /** Loss of the last step, in nats. */
  readonly loss: number;
}

/** Trains efficientnet_nano on the current backend, and reports every so many steps. */
export async function* soak({ steps, size, batch: [least, most], every }: SoakOptions): AsyncGenerator<SoakRow> {
  const dataset = patches(Math.ceil(most / 3)), rng = seededRng("soak");
  const model = await createModel({ name: "efficientnet_nano" }, { classes: 3, seed: 1, size: [size, size] });
  const optimizer = build("optimizer", OPTIMIZERS, { name: "adam" })(model.params);
  const parts = { model, optimizer, loss: build("loss", LOSSES, { name: "crossEntropy" }) };
  const source = {
    images: patchImages(dataset, { size }),
    labels: dataset.samples.map(({ label }) => label),
    classes: 3,
    input: model.input,
  };
  try {
    for (let step = 1; step <= steps; step++) {
      const draw = rng.fork(step), batchSize = least + randomInt(draw, most - least + 1);
      const order = Int32Array.from({ length: batchSize }, () => randomInt(draw, dataset.samples.length));
      const microBatch = step % 5 === 0 ? Math.max(2, batchSize >> 1) : batchSize;
      let loss = NaN;
      for (const { parts: batch } of trainBatches(source, order, { batchSize, microBatch, augments: [] }, draw)) {
        loss = (await trainStep(parts, batch, { lr: 1e-3, step, rng: draw })).loss;
      }
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (step % every !== 0) continue;
      const { live, heap = 0 } = memoryState(), script = Deno.memoryUsage().heapUsed;
      yield { step, tensors: tf.memory().numTensors, live, heap, script, loss };
    }
  } finally {
    model.dispose();
    optimizer.dispose();
  }
}
