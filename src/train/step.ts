/**
 * One training step: forward, loss, gradients, update; of a whole batch at once, or of micro-batches one after another
 * whose gradients are summed.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import type { Loss } from "../losses/mod.ts";
import type { Model } from "../models/mod.ts";
import type { Optimizer } from "../optim/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor2D, Tensor4D } from "../tensor/types.ts";

/** What takes part in a step. */
export interface StepParts {
  /** Changed by the step. */
  readonly model: Model;
  /** What is lowered. */
  readonly loss: Loss;
  /** How gradients become changes. */
  readonly optimizer: Optimizer;
}

/** Images that go through the network together. */
export interface MicroBatch {
  /** Normalised pixels `[B, H, W, 3]`. */
  readonly x: Tensor4D;
  /** Target probabilities `[B, C]`. */
  readonly targets: Tensor2D;
  /** Share of the step's images that these are, 0..1; all of them by default. */
  readonly share?: number;
}

/** What a step came to. */
export interface StepResult {
  /** Mean loss of the batch before the step, in nats. */
  readonly loss: number;
  /** How many of the batch were predicted right. */
  readonly correct: number;
}

/**
 * Takes one step on the mean loss of a batch. All is computed, or on a GPU handed over, when the function returns.
 *
 * Of several micro-batches the gradients are summed by their shares, which gives the gradient of the whole batch, with
 * two differences: batch norms take their statistics from a micro-batch and update the running ones once for each, and
 * dropout and drop path are drawn for each micro-batch after the first from a generator of its own.
 *
 * @param batch The images, or micro-batches of them whose shares add up to 1, each asked for when those before are done;
 * they stay the caller's.
 * @param options Learning rate, the step's number from 1, and where dropout is drawn from.
 * @returns Loss and hits `[2]`, for {@linkcode readSteps}; the caller's.
 * @throws {RangeError} If there are no images, or no room in the backend's memory.
 */
export function takeStep(
  parts: StepParts,
  batch: MicroBatch | Iterable<MicroBatch>,
  { lr, step, rng }: { readonly lr: number; readonly step: number; readonly rng: Rng },
): Tensor {
  const figures: Tensor[] = [];
  let sum: Gradients = {};
  try {
    for (const micro of Symbol.iterator in batch ? batch : [batch]) {
      const first = figures.length === 0;
      const found = lossGradients(parts, micro, first ? rng : rng.fork(`micro-batch ${figures.length}`));
      figures.push(found.figures);
      sum = first ? found.gradients : addGradients(sum, found.gradients);
    }
    if (figures.length === 0) throw new RangeError("Cannot take a step as the batch must have images: it has none");
    parts.optimizer.apply(sum, { lr, step });
  } catch (error) {
    tf.dispose(figures);
    throw error;
  } finally {
    tf.dispose(sum);
  }
  if (figures.length === 1) return figures[0]!;
  const all = tf.tidy(() => tf.addN(figures));
  tf.dispose(figures);
  return all;
}

/** {@linkcode takeStep}, and its loss and hits read. */
export async function trainStep(...step: Parameters<typeof takeStep>): Promise<StepResult> {
  return (await readSteps([takeStep(...step)]))[0]!;
}

type Gradients = Readonly<Record<string, Tensor>>;

/**
 * The loss of a micro-batch and its gradients, both times the micro-batch's share. The tensors are the caller's.
 *
 * @returns Gradients by the parameters' names, and `[2]` loss and hits.
 */
export function lossGradients(
  { model, loss }: Omit<StepParts, "optimizer">,
  { x, targets, share = 1 }: MicroBatch,
  rng: Rng,
): { readonly gradients: Gradients; readonly figures: Tensor } {
  const entries = Object.entries(model.params);
  let hits: Tensor | undefined;
  const { value, grads } = tf.variableGrads(() => {
    const { logits } = model.forward(x, { training: true, rng });
    hits = tf.keep(tf.tidy(() => tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), tf.argMax(targets, -1)), "float32"))));
    const mean = tf.mean(loss(logits, targets)) as tf.Scalar;
    return share === 1 ? mean : tf.mul(mean, share);
  }, entries.map(([, variable]) => variable));
  const figures = tf.stack([value, hits!]);
  tf.dispose([value, hits!]);
  const gradients = entries.flatMap(([name, variable]) => grads[variable.name] ? [[name, grads[variable.name]!]] : []);
  return { gradients: Object.fromEntries(gradients), figures };
}

/** Adds gradients to others; both are given up. */
function addGradients(sum: Gradients, more: Gradients): Gradients {
  return Object.fromEntries(
    Object.entries(sum).map(([name, before]) => {
      const after = tf.add(before, more[name]!);
      tf.dispose([before, more[name]!]);
      return [name, after];
    }),
  );
}

/**
 * Reads what steps came to, all at once: on a GPU each reading waits for everything that was handed over before it.
 *
 * @param figures From {@linkcode takeStep}; they are given up.
 */
export async function readSteps(figures: readonly Tensor[]): Promise<StepResult[]> {
  const all = tf.stack([...figures]);
  tf.dispose([...figures]);
  try {
    const values = await all.data();
    return figures.map((_, i) => ({ loss: values[2 * i]!, correct: values[2 * i + 1]! }));
  } finally {
    all.dispose();
  }
}
