/**
 * What a classifier makes of images: the features that its head reads, and the class that it names.
 *
 * @module
 */
import { inputTensor, type Model } from "../models/mod.ts";
import * as tf from "../tensor/tf.ts";

/** Images in a batch. */
const BATCH = 64;

/** Images as a classifier sees them. */
export interface Seen {
  /** `[N, D]`. */
  readonly features: Float32Array;
  /** D. */
  readonly dims: number;
  /** The class of the largest logit `[N]`. */
  readonly named: Int32Array;
}

/** Images to look at. */
export interface SeenImages {
  /** How many, N. */
  readonly count: number;
  /** Fills in some of them, RGB 0..255, of the classifier's size. */
  readonly fill: (first: number, count: number, out: Uint8Array) => void;
}

/** Runs a classifier, as in evaluation, over at least one image. */
export async function seeImages(
  model: Model,
  { count, fill }: SeenImages,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Seen> {
  const [height, width] = model.input.size, named = new Int32Array(count);
  const bytes = new Uint8Array(Math.min(BATCH, count) * height * width * 3);
  let features = new Float32Array(0), dims = 0;
  for (let first = 0; first < count; first += BATCH) {
    signal?.throwIfAborted();
    const batch = Math.min(BATCH, count - first);
    fill(first, batch, bytes);
    const tensors = tf.tidy(() => {
      const output = model.forward(inputTensor(bytes, batch, model.input), { training: false });
      return [tf.clone(output.features), tf.argMax(output.logits, -1)];
    });
    const [values, classes] = await Promise.all(tensors.map((tensor) => tensor.data()));
    tf.dispose(tensors);
    dims = values!.length / batch;
    if (first === 0) features = new Float32Array(count * dims);
    features.set(values!, first * dims);
    named.set(classes!, first);
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
  }
  return { features, dims, named };
}
