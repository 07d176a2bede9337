/**
 * One training step: forward, loss, gradients, update; of a whole batch at once, or of micro-batches one after another
 * whose gradients are summed.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import { type Loss, type LossContext, mse, type RegressionLoss } from "../losses/mod.ts";
import type { FineTune, ForwardOptions, Model, Output } from "../models/mod.ts";
import { clipGradients, type ClipOptions, type Optimizer } from "../optim/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from "../tensor/types.ts";
import { labelPart, type SoftBatch, softLoss } from "./soft_loss.ts";

/** What takes part in a step. */
export interface StepParts {
  /** Changed by the step. */
  readonly model: Model;
  /** What is lowered. */
  readonly loss: Loss;
  /** How gradients become changes. */
  readonly optimizer: Optimizer;
  /** Which parameters learn; all of them by default. */
  readonly tuning?: Tuning;
  /** What is lowered of the number beside the class; its squared error by default. */
  readonly valueLoss?: RegressionLoss;
  /** What some losses need to know beside the batch. */
  readonly context?: LossContext;
  /** How gradients are bounded; not at all by default. */
  readonly clip?: ClipOptions;
}

/** Which parameters learn, and how fast, worked out for a model. */
export interface Tuning {
  /** Factors on the learning rate by the parameters' names; 0 where one is frozen. */
  readonly rates: Readonly<Record<string, number>>;
  /** Whether the backbone's batch norms use and keep their running statistics. */
  readonly frozenNorms: boolean;
}

/** Works out a way of fine-tuning for a model. */
export function tune(model: Model, { rate, frozenNorms }: FineTune): Tuning {
  const rates = Object.fromEntries(Object.keys(model.params).map((name) => [name, rate(model, name)]));
  return { rates, frozenNorms };
}

/** Images that go through the network together. */
export interface MicroBatch {
  /** Normalised pixels `[B, H, W, 3]`. */
  readonly x: Tensor4D;
  /** Target probabilities `[B, C]`; with soft targets, each row times the label's share of the loss. */
  readonly targets: Tensor2D;
  /** Soft targets, whose shares are what the labels leave. */
  readonly soft?: SoftBatch;
  /** The numbers that the model learns beside the class, `[B]`, NaN where one is not known; only with a regression. */
  readonly values?: Tensor1D;
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
    sum = clip(sum, parts.clip);
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

/** Bounds gradients, which are given up. */
function clip(gradients: Gradients, { norm, value }: ClipOptions = {}): Gradients {
  if (norm === undefined && value === undefined) return gradients;
  const clipped = clipGradients(gradients, { norm, value });
  tf.dispose([...Object.values(gradients), clipped.norm]);
  return clipped.gradients;
}

/**
 * The loss of a micro-batch and its gradients, both times the micro-batch's share. The tensors are the caller's.
 *
 * @returns Gradients by the parameters' names, and `[2]` loss and hits.
 */
export function lossGradients(
  { model, loss, valueLoss = mse(), context, tuning = EVERYTHING }: Omit<StepParts, "optimizer">,
  { x, targets: given, soft, values, share = 1 }: MicroBatch,
  rng: Rng,
): { readonly gradients: Gradients; readonly figures: Tensor } {
  const { rates, frozenNorms } = tuning;
  const entries = Object.entries(model.params).filter(([name]) => rates[name] !== 0);
  const labels = soft && labelPart(given, soft), targets = labels?.targets ?? given;
  const options = { training: true, rng, frozenNorms, targets };
  const fixed = featuresIfFixed(model, x, tuning);
  let hits: Tensor | undefined;
  try {
    const { value, grads } = tf.variableGrads(() => {
      const output = fixed ? { features: fixed, ...model.classify(fixed, options) } : model.forward(x, options);
      const { logits } = output;
      hits = tf.keep(
        tf.tidy(() => tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), tf.argMax(targets, -1)), "float32"))),
      );
      const mean = meanLoss(output, {
        loss,
        valueLoss,
        context,
        targets,
        shares: labels?.shares,
        soft,
        values,
        weight: model.regression?.weight ?? 0,
      });
      return share === 1 ? mean : tf.mul(mean, share);
    }, entries.map(([, variable]) => variable));
    const figures = tf.stack([value, hits!]);
    value.dispose();
    const gradients = entries.flatMap(([name, { name: key }]) => grads[key] ? [[name, grads[key]]] : []);
    return { gradients: Object.fromEntries(gradients), figures };
  } finally {
    tf.dispose([hits, fixed, labels?.targets, labels?.shares].filter((tensor) => tensor !== undefined));
  }
}

const EVERYTHING: Tuning = { rates: {}, frozenNorms: false };

/** The features, off the tape, where nothing before the head learns. */
function featuresIfFixed(model: Model, x: Tensor4D, { rates, frozenNorms }: Tuning): Tensor2D | undefined {
  const learns = (name: string) => rates[name] !== 0 && !name.startsWith(`${model.headName}.`);
  if (!frozenNorms || Object.keys(model.params).some(learns)) return undefined;
  const still: ForwardOptions = { training: false };
  return tf.tidy(() => model.pool(model.maps(x, still), still));
}

/** The mean loss of the labels and the soft targets, and of the number beside them where it is known. */
function meanLoss(
  { logits, lossLogits = [logits], value }: Output,
  { loss, valueLoss, context, targets, shares, soft, values, weight }: {
    readonly loss: Loss;
    readonly valueLoss: RegressionLoss;
    readonly context: LossContext | undefined;
    readonly targets: Tensor2D;
    readonly shares: Tensor1D | undefined;
    readonly soft: SoftBatch | undefined;
    readonly values: Tensor1D | undefined;
    readonly weight: number;
  },
): tf.Scalar {
  const each = lossLogits.map((scores) => {
    const own = loss(scores, targets, context);
    return tf.mean(shares ? tf.mul(own, shares) : own);
  });
  const ofLabels = each.length === 1 ? each[0]! : tf.div(tf.addN(each), each.length);
  const classes = soft ? tf.add(ofLabels, softLoss(logits, soft)) : ofLabels;
  if (!value || !values || weight === 0) return classes as tf.Scalar;
  const known = tf.logicalNot(tf.isNaN(values));
  const ofValues = valueLoss(value, tf.where(known, values, tf.zerosLike(values)));
  return tf.add(classes, tf.mul(tf.mean(tf.mul(ofValues, tf.cast(known, "float32"))), weight)) as tf.Scalar;
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
