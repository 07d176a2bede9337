/**
 * The memory of a training step, measured before the first one: a step of two images and one of three show how much is
 * live at each moment and how that grows with the images, so that the peak of any batch is known, and a batch that has
 * no room is refused or divided.
 *
 * @module
 */
import { randomInt, seededRng } from "../core/rng.ts";
import { inputTensor, type Model } from "../models/mod.ts";
import { memoryState, recordLive } from "../tensor/live.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor2D, Tensor4D } from "../tensor/types.ts";
import type { TrainConfig } from "./config.ts";
import { lossGradients, type StepParts } from "./step.ts";

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

/** Bytes live at the peak, by the number of images that go through together. */
export type PeakOf = (images: number) => number;

const FEW = 2, MORE = 3;

/**
 * Room beyond the live bytes, for gaps between buffers and the steps in which a wasm memory grows. Measured after four
 * steps of efficientnet_nano at 64 pixels with batches of 8, 32 and 128, and of efficientnet_b0 at 64 (16, 64), 128 (16)
 * and 224 (8, 24), with blocks composed of operations and as one operation each: the memory was at most 71 MiB larger
 * than the predicted peak where that was below 1.2 GiB, and 5 % at 3.2 GiB.
 */
const LOST_SHARE = 0.06, LOST_BYTES = 2 ** 26;

/**
 * Measures what is live in a step's forward and backward pass. Running statistics are put back; no weight is touched.
 *
 * @param parts The model and the loss of the training to come; the optimizer's slots are counted where they are.
 */
export function measureTraining(parts: Omit<StepParts, "optimizer">): PeakOf {
  const { model } = parts,
    statistics = Object.values(model.buffers),
    saved = statistics.map((buffer) => buffer.clone());
  try {
    return measure(model, (x) => {
      const classes = model.classes.length, images = x.shape[0];
      const targets = tf.tidy(() =>
        tf.cast(tf.oneHot(tf.range(0, images, 1, "int32").mod(tf.scalar(classes, "int32")), classes), "float32")
      ) as Tensor2D;
      const { gradients, figures } = lossGradients(parts, { x, targets }, seededRng("memory"));
      tf.dispose([targets, gradients, figures]);
    });
  } finally {
    statistics.forEach((buffer, i) => buffer.assign(saved[i]!));
    tf.dispose(saved);
  }
}

/** Measures what is live in a forward pass as in evaluation. */
export function measurePrediction(model: Model): PeakOf {
  return measure(model, (x) => tf.tidy(() => void model.forward(x, { training: false })));
}

function measure(model: Model, run: (x: Tensor4D) => void): PeakOf {
  const [height, width] = model.input.size, rng = seededRng("memory");
  const pixels = Uint8Array.from({ length: MORE * height * width * 3 }, () => randomInt(rng, 256));
  const passOf = (images: number) => () => {
    const x = inputTensor(pixels, images, model.input);
    run(x);
    x.dispose();
  };
  const record = (images: number) => {
    // The kernels' buffers on wasm stay: let them grow first, so that they are there from the beginning to the end.
    if (memoryState().heap !== undefined) passOf(images)();
    return recordLive(passOf(images));
  };
  return extrapolate(record(FEW), record(MORE));
}

/**
 * The peak for any number of images from the live bytes at each moment for two and for three: each moment grows evenly,
 * but which of them is the peak changes, from the end of the backward pass, when there are all gradients, to its
 * beginning, when there is all that the forward pass saved.
 */
function extrapolate(few: readonly number[], more: readonly number[]): PeakOf {
  const same = few.length === more.length; // else the order of work depends on the images, and only the peaks are left
  const from = same ? few : [Math.max(...few)], to = same ? more : [Math.max(...more)];
  return (images) =>
    from.reduce((peak, start, i) => Math.max(peak, start + (to[i]! - start) / (MORE - FEW) * (images - FEW)), 0);
}

/** What a number of live bytes needs of the backend's memory. */
function neededFor(peak: number): number {
  return peak * (1 + LOST_SHARE) + LOST_BYTES;
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
  const fits = ({ needed }: StepMemory) => limit === undefined || needed <= limit;
  const divided = (parts: number) => Math.ceil(batchSize / parts);
  if (accumulate !== "auto") {
    const plan = take(divided(accumulate));
    if (fits(plan)) return plan;
    throw noRoom(plan, largest(plan.microBatch, (images) => fits(take(images))), accumulate);
  }
  if (before !== undefined && before <= batchSize && fits(take(before))) return take(before);
  for (let parts = 1; divided(parts) >= 2; parts++) {
    if (fits(take(divided(parts)))) return take(divided(parts));
  }
  throw noRoom(take(2), 0, accumulate);
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

/** The largest number of images up to a bound that has room; 0 if none has. */
function largest(bound: number, fits: (images: number) => boolean): number {
  let images = bound;
  while (images > 0 && !fits(images)) images--;
  return images;
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
