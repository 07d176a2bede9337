/**
 * The loader: while a step computes, workers make the batches after it ready.
 *
 * @module
 */
import * as tf from "../tensor/tf.ts";
import { type Batch, type BatchSource, divideEvenly, fillTargets, targetWidth } from "./batches.ts";
import type { LoaderAnswer, LoaderRequest } from "./loader_worker.ts";
import { type BatchKey, type Prepared, type PrepareOptions, preparer } from "./prepare.ts";
import type { MicroBatch } from "./step.ts";

/** How batches are made. */
export interface LoaderOptions extends Omit<PrepareOptions, "input" | "classes"> {
  /** Seed of the augmentation. */
  readonly seed: number;
  /** Images in a step. */
  readonly batchSize: number;
  /** Images in a micro-batch, at most; the whole batch by default. */
  readonly microBatch?: number;
  /** Workers; with 0, or where memory cannot be shared, batches are made when they are asked for. */
  readonly workers: number;
}

/** Makes an epoch's batches; its workers end when it is disposed of. */
export interface Loader extends Disposable {
  /**
   * The batches of one epoch, the same with any number of workers. A last batch of a single image is left out: its batch
   * norms would have no variance. How a batch is divided changes nothing about its images and their augmentation.
   *
   * @param order Which images in which order, by their place in the set.
   * @param epoch The epoch, from 1.
   * @returns Batches; each is to be used up before the next is asked for.
   */
  epoch(order: Int32Array, epoch: number): AsyncGenerator<Batch>;
  /** Milliseconds that were spent waiting for batches, so far. */
  readonly waited: number;
}

/** Starts a loader; its workers live until it is closed. */
export function makeLoader(source: BatchSource, options: LoaderOptions): Loader {
  const { images, input } = source, { batchSize } = options, width = targetWidth(source);
  const count = typeof SharedArrayBuffer === "undefined" ? 0 : options.workers;
  const stride = images.size[0] * images.size[1] * 3;
  const buffer = (bytes: number) => count === 0 ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
  const slots: Prepared[] = Array.from({ length: count === 0 ? 1 : count + 1 }, () => ({
    bytes: new Uint8Array(buffer(batchSize * stride)),
    values: new Float32Array(buffer(batchSize * stride * 4)),
    targets: new Float32Array(buffer(batchSize * width * 4)),
  }));
  const raw = new Uint8Array(batchSize * stride); // files are not read into shared memory
  const crew = startCrew(
    { augments: options.augments, mixes: options.mixes, classes: source.classes, width, input },
    slots,
    count,
  );
  let waited = 0;

  const begin = (slot: number, order: Int32Array, key: BatchKey): Promise<void> => {
    const indices = order.subarray(key.first, key.first + key.count), { bytes, targets } = slots[slot]!;
    images.fillBatch(indices, raw);
    bytes.set(raw.subarray(0, indices.length * stride));
    fillTargets(source, indices, targets);
    return crew.prepare(slot, key);
  };

  return {
    get waited() {
      return waited;
    },
    [Symbol.dispose]: () => crew.close(),
    async *epoch(order, epoch) {
      const firsts = Array.from({ length: Math.ceil(order.length / batchSize) }, (_, k) => k * batchSize)
        .filter((first) => order.length - first >= 2);
      const keyOf = (first: number) => ({
        seed: options.seed,
        epoch,
        first,
        count: Math.min(batchSize, order.length - first),
      });
      const ahead: Promise<void>[] = [];
      const beginNext = (k: number) => {
        if (k < firsts.length) ahead.push(begin(k % slots.length, order, keyOf(firsts[k]!)));
      };
      try {
        for (let k = 0; k < slots.length; k++) beginNext(k);
        for (const [k, first] of firsts.entries()) {
          const asked = performance.now();
          await ahead.shift();
          waited += performance.now() - asked;
          const indices = order.subarray(first, first + batchSize);
          const slot = slots[k % slots.length]!;
          const pixels = slot.bytes.subarray(0, indices.length * stride);
          const targets = slot.targets.subarray(0, indices.length * width);
          yield { indices, pixels, targets, parts: microBatches(source, indices, slot, options.microBatch) };
          beginNext(k + slots.length);
        }
      } finally {
        await Promise.allSettled(ahead); // an epoch that ends early leaves no batch in the making
      }
    },
  };
}

/** Makes the tensors of a batch part by part; each is given up when the next is asked for. */
function* microBatches(
  { classes, soft, values: numbers, input: { size: [height, width] } }: BatchSource,
  indices: Int32Array,
  { values, targets }: Prepared,
  most: number | undefined,
): Generator<MicroBatch> {
  const stride = height * width * 3, row = targetWidth({ classes, soft });
  const columns = (from: number, count: number, first: number) => {
    const out = new Float32Array(count * classes);
    for (let i = 0; i < count; i++) {
      const start = (from + i) * row + first;
      out.set(targets.subarray(start, start + classes), i * classes);
    }
    return tf.tensor2d(out, [count, classes]);
  };
  let from = 0;
  for (const size of divideEvenly(indices.length, most ?? indices.length)) {
    const x = tf.tensor4d(values.slice(from * stride, (from + size) * stride), [size, height, width, 3]);
    const part = { x, targets: columns(from, size, 0) };
    const beside = soft && { targets: columns(from, size, classes), temperature: soft.temperature };
    const wanted = numbers &&
      tf.tensor1d(Float32Array.from(indices.subarray(from, from + size), (index) => numbers[index]!));
    try {
      yield {
        ...part,
        ...(beside && { soft: beside }),
        ...(wanted && { values: wanted }),
        share: size / indices.length,
      };
    } finally {
      tf.dispose([x, part.targets, ...(beside ? [beside.targets] : []), ...(wanted ? [wanted] : [])]);
    }
    from += size;
  }
}

/** Whoever makes batches ready. */
interface Crew {
  prepare(slot: number, key: BatchKey): Promise<void>;
  close(): void;
}

function startCrew(options: PrepareOptions, slots: readonly Prepared[], count: number): Crew {
  if (count === 0) {
    const prepare = preparer(options);
    return { prepare: (slot, key) => Promise.resolve().then(() => prepare(slots[slot]!, key)), close() {} };
  }
  const waiting = new Map<number, { readonly done: () => void; readonly failed: (error: Error) => void }>();
  const failAll = (message: string) => {
    for (const { failed } of waiting.values()) failed(new Error(`Cannot load batches: ${message}`));
    waiting.clear();
  };
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL("./loader_worker.ts", import.meta.url), { type: "module" });
    const send = (request: LoaderRequest) => worker.postMessage(request);
    worker.onmessage = ({ data: { slot, fault } }: MessageEvent<LoaderAnswer>) => {
      const { done, failed } = waiting.get(slot)!;
      waiting.delete(slot);
      if (fault === undefined) done();
      else failed(new Error(fault));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      failAll(event.message);
    };
    send({ options, slots });
    return { worker, send };
  });
  let turn = 0;
  return {
    prepare: (slot, key) =>
      new Promise<void>((done, failed) => {
        waiting.set(slot, { done, failed });
        workers[turn++ % workers.length]!.send({ slot, key });
      }),
    close() {
      workers.forEach(({ worker }) => worker.terminate());
      failAll("the loader is closed");
    },
  };
}
