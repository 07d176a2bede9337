/**
 * Class probabilities of images by a model.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import { type ImageSet, UNKNOWN_LABEL } from "../core/records.ts";
import type { DetailedPredictions } from "../frame/mod.ts";
import { inputTensor, type Model } from "../models/mod.ts";
import * as tf from "../tensor/tf.ts";
import { softmaxRows } from "./rows.ts";
import { buildViews, type ViewSpec } from "./views.ts";

/** How predictions are made. */
export interface PredictOptions {
  /** Which images, by their place in the set; all by default. */
  readonly indices?: ArrayLike<number>;
  /** The images' labels, in the order of the set; unknown by default. */
  readonly labels?: ArrayLike<number>;
  /** Views that are averaged by their weights; the image itself by default. */
  readonly views?: readonly ViewSpec[];
  /** What is averaged over the views: probabilities, the default, or logits, which is a geometric mean. */
  readonly average?: "probabilities" | "logits";
  /** Whether the result holds each view's own probabilities too. */
  readonly viewsApart?: boolean;
  /** Whether the result holds logits too: their mean over the views. */
  readonly logits?: boolean;
  /** Images in a batch. */
  readonly batchSize?: number;
  /** Stops the work. */
  readonly signal?: AbortSignal;
  /** Called as images are done. */
  readonly onProgress?: (state: { readonly done: number; readonly total: number }) => void;
}

/**
 * Predicts the classes of images.
 *
 * An image that could not be decoded (see `images.faults`) gets the mean of the others' probabilities, and of their logits.
 *
 * @param model The model; it runs as in evaluation.
 * @param images The images, of the model's size.
 * @returns Probabilities `[N, C]` by id, averaged over the views; `views` and `logits` where they are asked for.
 * @throws {TypeError} If the images are not of the model's size.
 */
export async function predict(
  model: Model,
  images: ImageSet,
  options: PredictOptions = {},
): Promise<DetailedPredictions> {
  const { labels, views = [{ name: "identity" }], average = "probabilities", batchSize = 64, signal } = options;
  checkInteger("predict", "batchSize", batchSize, { min: 1 });
  const ready = buildViews(views), total = ready.reduce((sum, { weight }) => sum + weight, 0);
  checkSize(model, images);
  const indices = Int32Array.from(options.indices ?? images.ids.map((_, i) => i));
  const classes = model.classes.length, length = indices.length * classes;
  const probabilities = new Float32Array(length);
  const logits = options.logits || average === "logits" ? new Float32Array(length) : undefined;
  const apart = options.viewsApart ? ready.map(() => new Float32Array(length)) : [];
  const [height, width] = images.size, stride = height * width * 3;
  const bytes = new Uint8Array(Math.min(batchSize, indices.length) * stride);
  for (let start = 0; start < indices.length; start += batchSize) {
    signal?.throwIfAborted();
    const batch = indices.subarray(start, start + batchSize), from = start * classes;
    for (const [k, { view, weight }] of ready.entries()) {
      images.fillBatch(batch, bytes);
      for (let i = 0; i < batch.length; i++) view(bytes.subarray(i * stride, (i + 1) * stride), images.size);
      const found = await classify(model, bytes, batch.length, logits !== undefined);
      addShare(probabilities, from, found.probabilities, weight, total);
      if (logits) addShare(logits, from, found.logits!, weight, total);
      apart[k]?.set(found.probabilities, from);
    }
    options.onProgress?.({ done: start + batch.length, total: indices.length });
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
  }
  if (average === "logits") {
    probabilities.set(logits!);
    softmaxRows(probabilities, classes, indices.length);
  }
  for (const values of [probabilities, ...apart]) fillUndecodable(images, indices, values, 1 / classes);
  if (logits) fillUndecodable(images, indices, logits, 0);
  return {
    ids: Array.from(indices, (i) => images.ids[i]!),
    classes: model.classes,
    probabilities,
    labels: Int32Array.from(indices, (i) => labels?.[i] ?? UNKNOWN_LABEL),
    ...options.logits ? { logits } : {},
    ...options.viewsApart ? { views: ready.map(({ name }, k) => ({ name, probabilities: apart[k]! })) } : {},
  };
}

function checkSize(model: Model, { size: [height, width] }: ImageSet): void {
  if (model.input.size[0] === height && model.input.size[1] === width) return;
  throw new TypeError(
    `Cannot predict with ${model.name} as it takes images of ${
      model.input.size.join(" x ")
    } pixels: current size is ${height} x ${width}`,
  );
}

/** Adds `weight / total` of the values to what stands from a place on. */
function addShare(to: Float32Array, from: number, values: Float32Array, weight: number, total: number): void {
  for (let i = 0; i < values.length; i++) to[from + i]! += values[i]! * weight / total;
}

/** Probabilities `[B, C]` of one batch of bytes, and the logits if they are wanted. */
async function classify(
  model: Model,
  bytes: Uint8Array,
  batch: number,
  withLogits: boolean,
): Promise<{ probabilities: Float32Array; logits?: Float32Array }> {
  const tensors = tf.tidy(() => {
    const { logits } = model.forward(inputTensor(bytes, batch, model.input), { training: false });
    return withLogits ? [tf.softmax(logits), tf.clone(logits)] : [tf.softmax(logits)];
  });
  const [probabilities, logits] = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return { probabilities: probabilities as Float32Array, logits: logits as Float32Array | undefined };
}

/** Gives undecodable images the mean of the others' values, or `otherwise` where there are no others. */
function fillUndecodable(images: ImageSet, indices: Int32Array, values: Float32Array, otherwise: number): void {
  const broken = new Set(images.faults.map((fault) => fault.id));
  if (broken.size === 0) return;
  const classes = values.length / indices.length;
  const rows = [...indices.keys()];
  const sound = rows.filter((row) => !broken.has(images.ids[indices[row]!]!));
  const mean = new Float64Array(classes).fill(sound.length === 0 ? otherwise : 0);
  for (const row of sound) {
    for (let c = 0; c < classes; c++) mean[c]! += values[row * classes + c]! / sound.length;
  }
  for (const row of rows) {
    if (broken.has(images.ids[indices[row]!]!)) values.set(mean, row * classes);
  }
}
