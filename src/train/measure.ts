/**
 * The memory of a training step, measured before the first one: a step of two images and one of three show how much is
 * live at each moment and how that grows with the images.
 *
 * @module
 */
import { randomInt, seededRng } from "../core/rng.ts";
import { inputTensor, type Model } from "../models/mod.ts";
import { memoryState, recordLive } from "../tensor/live.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor1D, Tensor2D, Tensor4D } from "../tensor/types.ts";
import { lossGradients, type StepParts } from "./step.ts";

/** Bytes live at the peak, by the number of images that go through together. */
export type PeakOf = (images: number) => number;

const FEW = 2, MORE = 3;

/**
 * Measures what is live in a step's forward and backward pass. Running statistics are put back; no weight is touched.
 *
 * @param parts The model and the loss of the training to come; the optimizer's slots are counted where they are.
 */
export function measureTraining(parts: Omit<StepParts, "optimizer">): PeakOf {
  const { model } = parts;
  const statistics = Object.values(model.buffers), saved = statistics.map((buffer) => buffer.clone());
  try {
    return measure(model, (x) => {
      const classes = model.classes.length, images = x.shape[0];
      const targets = tf.tidy(() =>
        tf.cast(tf.oneHot(tf.range(0, images, 1, "int32").mod(tf.scalar(classes, "int32")), classes), "float32")
      ) as Tensor2D;
      const values = model.regression && tf.zeros([images]) as Tensor1D;
      const batch = { x, targets, ...(values && { values }) };
      const { gradients, figures } = lossGradients(parts, batch, seededRng("memory"));
      tf.dispose([targets, gradients, figures]);
      values?.dispose();
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
