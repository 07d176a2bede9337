/**
 * Times what comes before the network: packing photographs and filling batches, on painted faces.
 *
 * @module
 */
import { seededRng } from "../../src/core/rng.ts";
import { loadFaces, packImages } from "../../src/io/mod.ts";
import { IMAGENET_INPUT } from "../../src/models/mod.ts";
import { paintFaces } from "../../src/paint/mod.ts";
import { trainBatches } from "../../src/train/batches.ts";
import { resolveConfig } from "../../src/train/config.ts";
import { round, timeSteps, type Timing } from "./timing.ts";

/** How much is loaded. */
export interface LoadOptions {
  /** Side of the packed images in pixels. */
  readonly size: number;
  /** Images in a batch. */
  readonly batch: number;
  /** Batches that are timed. */
  readonly steps: number;
  /** Ends the filling after so many seconds. */
  readonly seconds?: number;
  /** Persons painted, seven photographs of 512 x 384 pixels each. */
  readonly people: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
}

/** What loading takes. The timing is of batches made ready to train on: filled, augmented, normalised, as a tensor. */
export interface LoadTiming extends Timing {
  /** Photographs that were packed. */
  readonly images: number;
  /** Decoding, resizing and writing an image into the pack, in milliseconds. */
  readonly packMsPerImage: number;
  /** Reading an image out of the pack on the disk, in milliseconds; the least. */
  readonly fillMsPerImage: number;
}

/** Paints, packs and fills in a temporary folder, which is removed. */
export async function timeLoading({ size, batch, steps, seconds, people, signal }: LoadOptions): Promise<LoadTiming> {
  const dir = await Deno.makeTempDir();
  try {
    await paintFaces(`${dir}/data`, { people, seed: 1, signal });
    const dataset = await loadFaces(`${dir}/data`);
    const start = performance.now();
    const images = await packImages(dataset, { resize: size, crop: size, cacheDir: `${dir}/cache`, signal });
    const packMsPerImage = round((performance.now() - start) / dataset.samples.length);
    const count = dataset.samples.length, rng = seededRng(1);
    let step = 0;
    const nextOrder = () => {
      step++;
      return Int32Array.from({ length: batch }, (_, i) => (step * batch + i) % count);
    };

    const bytes = new Uint8Array(batch * size * size * 3);
    const length = { steps, seconds, block: 1, signal };
    const fill = () => Promise.resolve(images.fillBatch(nextOrder(), bytes));
    const { minMsPerImage: fillMsPerImage } = await timeSteps(fill, batch, length);

    const source = {
      images,
      labels: dataset.samples.map(({ label }) => label),
      classes: dataset.schema.classes.length,
      input: { size: images.size, ...IMAGENET_INPUT },
    };
    const { augments } = resolveConfig();
    const make = () => {
      for (const { parts } of trainBatches(source, nextOrder(), { batchSize: batch, augments }, rng.fork(step))) {
        for (const _ of parts); // a part is given up when the next is asked for
      }
      return Promise.resolve();
    };
    const timing = await timeSteps(make, batch, length);
    images.close();
    return { ...timing, images: count, packMsPerImage, fillMsPerImage };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
