/**
 * What is timed: training steps, or inference, of a model on random pixels.
 *
 * @module
 */
import { build } from "../../src/core/parts.ts";
import { randomNormal, seededRng } from "../../src/core/rng.ts";
import { LOSSES } from "../../src/losses/mod.ts";
import { createModel, type ModelSpec } from "../../src/models/mod.ts";
import { OPTIMIZERS } from "../../src/optim/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { lossGradients, trainStep } from "../../src/train/step.ts";

/** A model and its data, ready to run. */
export interface Subject {
  /**
   * Does steps and waits for the last of them.
   *
   * @param count How many. What several steps give is read once, at the end.
   */
  run(count: number): Promise<void>;
  /** Losses that were read so far. */
  readonly losses: readonly number[];
}

/** What is to be timed. */
export interface SubjectOptions {
  /** The model's name. */
  readonly model: string;
  /** Side of the images in pixels. */
  readonly size: number;
  /** Images in a step. */
  readonly batch: number;
}

const CLASSES = 10;

/** Makes what does training steps: forward, cross entropy, gradients, Adam. */
export async function trainingSubject({ model: name, size, batch }: SubjectOptions): Promise<Subject> {
  const model = await createModel({ name } as ModelSpec, { classes: CLASSES, seed: 1 });
  const parts = {
    model,
    loss: build("loss", LOSSES, { name: "crossEntropy" }),
    optimizer: build("optimizer", OPTIMIZERS, { name: "adam" })(model.params),
  };
  const targets = tf.tidy(() =>
    tf.cast(tf.oneHot(tf.tensor1d(Array.from({ length: batch }, (_, i) => i % CLASSES), "int32"), CLASSES), "float32")
  ) as tf.Tensor2D;
  const data = { x: randomPixels(batch, size), targets };
  const losses: number[] = [], rng = seededRng(1), lr = 1e-3;
  let step = 0;
  const run = async (count: number) => {
    if (count === 1) {
      step++;
      losses.push((await trainStep(parts, data, { lr, step, rng: rng.fork(step) })).loss);
      return;
    }
    const figures: tf.Tensor[] = [];
    for (let i = 0; i < count; i++) {
      step++;
      const found = lossGradients(parts, data, rng.fork(step));
      parts.optimizer.apply(found.gradients, { lr, step });
      tf.dispose(found.gradients);
      figures.push(found.figures);
    }
    const all = tf.stack(figures), values = await all.data();
    for (let i = 0; i < count; i++) losses.push(values[2 * i]!);
    tf.dispose([all, ...figures]);
  };
  return { run, losses };
}

/** Makes what predicts. */
export async function inferenceSubject({ model: name, size, batch }: SubjectOptions): Promise<Subject> {
  const model = await createModel({ name } as ModelSpec, { classes: CLASSES, seed: 1 });
  const x = randomPixels(batch, size);
  const run = async (count: number) => {
    for (let i = 1; i <= count; i++) {
      const logits = tf.tidy(() => model.forward(x, { training: false }).logits);
      if (i === count) await logits.data(); // which comes after all those before
      logits.dispose();
    }
  };
  return { run, losses: [] };
}

function randomPixels(batch: number, size: number): tf.Tensor4D {
  const rng = seededRng(1);
  const values = Float32Array.from({ length: batch * size * size * 3 }, () => randomNormal(rng));
  return tf.tensor4d(values, [batch, size, size, 3]);
}
