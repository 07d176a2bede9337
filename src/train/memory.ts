/**
 * Whether a training step has room: how a batch is divided where it has none as a whole, and what is said of it.
 *
 * @module
 */
import type { Model } from "../models/mod.ts";
import { memoryState } from "../tensor/live.ts";
import * as tf from "../tensor/tf.ts";
import type { TrainConfig } from "./config.ts";
import { measurePrediction, type PeakOf } from "./measure.ts";

/** What a step of a full batch takes. */
export interface StepMemory {
  /** Images of the step. */
  readonly images: number;
  /** The most of them that go through the network together. */
  readonly microBatch: number;
  /** Bytes that are live at its peak, those of model, optimizer and everything else there included. */
  readonly peak: number;
  /** Bytes that it needs: the peak, and what is lost between the buffers. */
  readonly needed: number;
  /** Bytes that the backend can have; undefined where this is not known. */
  readonly limit?: number;
  /** TensorFlow.js's name of the backend. */
  readonly backend: string;
}

/**
 * Room beyond the live bytes, for gaps between buffers and the steps in which a wasm memory grows. Measured after four
 * steps of efficientnet_nano at 64 pixels with batches of 8, 32 and 128, and of efficientnet_b0 at 64 (16, 64), 128 (16)
 * and 224 (8, 24), with blocks composed of operations and as one operation each: the memory was at most 71 MiB larger
 * than the predicted peak where that was below 1.2 GiB, and 5 % at 3.2 GiB.
 */
const LOST_SHARE = 0.06, LOST_BYTES = 2 ** 26;

/** What a number of live bytes needs of the backend's memory. */
function neededFor(peak: number): number {
  return Math.ceil(peak * (1 + LOST_SHARE)) + LOST_BYTES;
}

/**
 * Decides how a step's images go through the network.
 *
 * @param config Images in a step, and into how many micro-batches they are divided: `"auto"`, as few as have room.
 * @param peakOf From {@linkcode measureTraining}.
 * @param model Its parameters' gradients are there twice while micro-batches are summed.
 * @param before The micro-batch that `"auto"` came to when the training began, to be kept if it has room.
 * @throws {RangeError} If a step has no room; the message says what would have.
 */
export function planStep(
  { batchSize, accumulate }: Pick<TrainConfig, "batchSize" | "accumulate">,
  peakOf: PeakOf,
  { model, before }: { readonly model: Model; readonly before?: number },
): StepMemory {
  const { limit } = memoryState(), backend = tf.getBackend();
  const gradients = Object.values(model.params).reduce((sum, { size }) => sum + size * 4, 0);
  const take = (microBatch: number): StepMemory => {
    const most = microBatch === 2 && batchSize > 2 ? 3 : microBatch; // by twos, an odd batch has a part of three
    const peak = peakOf(most) + (microBatch < batchSize ? gradients : 0);
    return { images: batchSize, microBatch, peak, needed: neededFor(peak), limit, backend };
  };
  const fits = (microBatch: number) => limit === undefined || take(microBatch).needed <= limit;
  if (accumulate !== "auto") {
    const microBatch = Math.ceil(batchSize / accumulate);
    if (fits(microBatch)) return take(microBatch);
    throw noRoom(take(microBatch), largest(microBatch, fits), accumulate);
  }
  if (before !== undefined && before <= batchSize && fits(before)) return take(before);
  const most = largest(batchSize, fits);
  if (most < 2) throw noRoom(take(2), most, accumulate);
  return take(Math.ceil(batchSize / Math.ceil(batchSize / most)));
}

/**
 * The batch for predicting with a model: the training's, or where that is divided, what has room, as less is live
 * without gradients.
 */
export function predictionBatch(
  model: Model,
  { batchSize, accumulate }: Pick<TrainConfig, "batchSize" | "accumulate">,
): number {
  const { limit } = memoryState();
  if (accumulate !== "auto") return Math.ceil(batchSize / accumulate);
  if (limit === undefined) return batchSize;
  const peakOf = measurePrediction(model);
  return Math.max(1, largest(batchSize, (images) => neededFor(peakOf(images)) <= limit));
}

/** The largest number of images up to a bound that has room; 0 if none has. More images never need less. */
function largest(bound: number, fits: (images: number) => boolean): number {
  let room = 0, none = bound + 1;
  while (none - room > 1) {
    const middle = (room + none) >> 1;
    if (fits(middle)) room = middle;
    else none = middle;
  }
  return room;
}

function noRoom(
  { images, microBatch, needed, limit, backend }: StepMemory,
  fitting: number,
  accumulate: number | "auto",
) {
  const parts = microBatch < images ? ` in micro-batches of ${microBatch}` : "";
  const advice = fitting >= 2
    ? `${fitting} images at once have room: lower batchSize${
      accumulate === "auto" ? "" : ', or set accumulate to "auto"'
    }`
    : "not even two images have room: lower the image size, or choose a smaller model";
  return new RangeError(
    `Cannot train with batchSize ${images}${parts} as a step needs ${
      gibibytes(needed)
    } and the ${backend} backend has ${gibibytes(limit!)}: ${advice}`,
  );
}

/**
 * A step's memory as a line of text: `a step of 32 images takes 0.4 GiB at its peak; the wasm backend has 4.0 GiB`.
 */
export function memoryLine({ images, microBatch, needed, limit, backend }: StepMemory): string {
  const parts = microBatch < images ? ` in micro-batches of at most ${microBatch}` : "";
  const room = limit === undefined ? "" : `; the ${backend} backend has ${gibibytes(limit)}`;
  return `a step of ${images} images${parts} takes ${gibibytes(needed)} at its peak${room}`;
}

function gibibytes(bytes: number): string {
  const value = bytes / 2 ** 30;
  return `${value < 0.095 ? value.toFixed(2) : value.toFixed(1)} GiB`;
}
