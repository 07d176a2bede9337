/**
 * Class probabilities of images by a model.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import { build } from "../core/parts.ts";
import { type ImageSet, type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { inputTensor, type Model } from "../models/mod.ts";
import * as tf from "../tensor/tf.ts";
import { VIEWS, type ViewSpec } from "./views.ts";

/** How predictions are made. */
export interface PredictOptions {
  /** Which images, by their place in the set; all by default. */
  readonly indices?: ArrayLike<number>;
  /** The images' labels, in the order of the set; unknown by default. */
  readonly labels?: ArrayLike<number>;
  /** Views whose probabilities are averaged; the image itself by default. */
  readonly views?: readonly ViewSpec[];
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
 * An image that could not be decoded (see `images.faults`) gets the mean of the others' probabilities.
 *
 * @param model The model; it runs as in evaluation.
 * @param images The images, of the model's size.
 * @returns Probabilities `[N, C]` by id, averaged over the views.
 * @throws {TypeError} If the images are not of the model's size.
 */
export async function predict(model: Model, images: ImageSet, options: PredictOptions = {}): Promise<Predictions> {
  const { labels, views = [{ name: "identity" }], batchSize = 64, signal, onProgress } = options;
  checkInteger("predict", "batchSize", batchSize, { min: 1 });
  if (views.length === 0) throw new RangeError("Cannot predict as views must name at least one view");
  const [height, width] = images.size;
  if (model.input.size[0] !== height || model.input.size[1] !== width) {
    throw new TypeError(
      `Cannot predict with ${model.name} as it takes images of ${
        model.input.size.join(" x ")
      } pixels: current size is ${height} x ${width}`,
    );
  }
  const indices = Int32Array.from(options.indices ?? images.ids.map((_, i) => i));
  const classes = model.classes.length;
  const probabilities = new Float32Array(indices.length * classes);
  const stride = height * width * 3;
  const bytes = new Uint8Array(Math.min(batchSize, indices.length) * stride);
  const makers = views.map((view) => build("view", VIEWS, view));
  for (let start = 0; start < indices.length; start += batchSize) {
    signal?.throwIfAborted();
    const batch = indices.subarray(start, start + batchSize);
    for (const view of makers) {
      images.fillBatch(batch, bytes);
      for (let i = 0; i < batch.length; i++) view(bytes.subarray(i * stride, (i + 1) * stride), images.size);
      const chances = await classify(model, bytes, batch.length);
      for (let i = 0; i < chances.length; i++) probabilities[start * classes + i]! += chances[i]! / makers.length;
    }
    onProgress?.({ done: start + batch.length, total: indices.length });
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
  }
  fillUndecodable(images, indices, probabilities, classes);
  return {
    ids: Array.from(indices, (i) => images.ids[i]!),
    classes: model.classes,
    probabilities,
    labels: Int32Array.from(indices, (i) => labels?.[i] ?? UNKNOWN_LABEL),
  };
}

/** Probabilities `[B, C]` of one batch of bytes. */
async function classify(model: Model, bytes: Uint8Array, batch: number): Promise<Float32Array> {
  const chances = tf.tidy(() => {
    const x = inputTensor(bytes, batch, model.input);
    return tf.softmax(model.forward(x, { training: false }).logits);
  });
  const values = await chances.data() as Float32Array;
  chances.dispose();
  return values;
}

function fillUndecodable(images: ImageSet, indices: Int32Array, probabilities: Float32Array, classes: number): void {
  const broken = new Set(images.faults.map((fault) => fault.id));
  if (broken.size === 0) return;
  const rows = [...indices.keys()];
  const sound = rows.filter((row) => !broken.has(images.ids[indices[row]!]!));
  const mean = new Float64Array(classes).fill(sound.length === 0 ? 1 / classes : 0);
  for (const row of sound) {
    for (let c = 0; c < classes; c++) mean[c]! += probabilities[row * classes + c]! / sound.length;
  }
  for (const row of rows) {
    if (broken.has(images.ids[indices[row]!]!)) probabilities.set(mean, row * classes);
  }
}
