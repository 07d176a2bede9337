/**
 * Times what comes before the network: packing photographs and filling batches, on painted faces.
 *
 * @module
 */
import { loadFaces, packImages } from "../../src/io/mod.ts";
import { IMAGENET_INPUT } from "../../src/models/mod.ts";
import { paintFaces } from "../../src/paint/mod.ts";
import type { Batch } from "../../src/train/batches.ts";
import { resolveConfig } from "../../src/train/resolve_config.ts";
import { readPreset } from "../../src/train/preset.ts";
import { type Loader, makeLoader } from "../../src/train/loader.ts";
import { round, timeSteps, type Timing } from "./timing.ts";

/** Batches that are timed together, as some are made before they are asked for. */
const AHEAD = 16;

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
    const count = dataset.samples.length;
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
    const { augments } = resolveConfig(await readPreset("baseline")); // colour jitter and a flip
    using loader = makeLoader(source, { seed: 1, augments, batchSize: batch, workers: 1 });
    const order = Int32Array.from({ length: count }, (_, i) => i), epochs = endless(loader, order);
    const make = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const { value } = await epochs.next();
        for (const _ of value!.parts); // a part is given up when the next is asked for
      }
    };
    const timing = await timeSteps(make, batch, { ...length, block: AHEAD });
    images.close();
    return { ...timing, images: count, packMsPerImage, fillMsPerImage };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Full batches, epoch after epoch. */
async function* endless(loader: Loader, order: Int32Array): AsyncGenerator<Batch, undefined> {
  for (let epoch = 1;; epoch++) yield* loader.epoch(order, epoch);
}
