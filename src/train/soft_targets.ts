/**
 * Soft targets: a teacher's probabilities that images are trained with beside their labels, or in place of labels that nobody
 * knows. Hinton et al., 2015, https://arxiv.org/abs/1503.02531
 *
 * @module
 */
import { show } from "../core/check.ts";
import { type Dataset, type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { sha256 } from "../io/mod.ts";
import { checkProbabilities } from "../predict/align.ts";
import type { TrainConfig } from "./config.ts";

/** How much soft targets count, and how soft they are. */
export interface SoftTargetOptions {
  /** Share of the soft target in the loss of an image that has a label too, 0..1; the label has the rest. */
  readonly alpha: number;
  /** What the logits of teacher and student are divided by before their softmax, above 0. */
  readonly temperature: number;
}

/** The soft targets of images, as batches are made of them. */
export interface SoftRows {
  /** Tempered probabilities `[N, C]`, in the order of the images; zeros where there is no soft target. */
  readonly probabilities: Float32Array;
  /** What the soft target has of the loss, `[N]`, 0..1: 0 where there is none, 1 where there is no label. */
  readonly shares: Float32Array;
  /** The most probable class `[N]`; {@linkcode UNKNOWN_LABEL} where there is no soft target. */
  readonly likeliest: Int32Array;
  /** By what logits are divided. */
  readonly temperature: number;
}

/**
 * The soft targets of a fold's training images: softmax of the teacher's logits by the temperature, which of probabilities
 * is their power of `1 / temperature`, scaled to sum to 1. No other image gets any, whatever the predictions hold.
 *
 * @param predictions The teacher's, in any order; an image that they lack is trained with its label alone.
 * @param options The training images' places in the data set, and what soft targets count.
 * @throws {TypeError} If the classes are not the data set's, an id occurs twice, or there is none of a training image.
 * @throws {RangeError} If a probability is negative or no finite number.
 */
export function softRows(
  { schema, samples }: Dataset,
  predictions: Predictions,
  { train, alpha, temperature }: SoftTargetOptions & { readonly train: Int32Array },
): SoftRows {
  const attempt = "train with soft targets", classes = schema.classes.length;
  if (predictions.classes.length !== classes || schema.classes.some((name, c) => name !== predictions.classes[c])) {
    throw new TypeError(
      `Cannot ${attempt} as their classes must be the data set's: current classes are ${show(predictions.classes)}`,
    );
  }
  checkProbabilities(attempt, predictions, 0);
  const rowOf = new Map(predictions.ids.map((id, row) => [id, row]));
  if (rowOf.size < predictions.ids.length) {
    const twice = predictions.ids.find((id, row) => rowOf.get(id) !== row);
    throw new TypeError(`Cannot ${attempt} as each id must occur once: ${show(twice)} occurs again`);
  }
  const probabilities = new Float32Array(samples.length * classes), shares = new Float32Array(samples.length);
  const likeliest = new Int32Array(samples.length).fill(UNKNOWN_LABEL);
  for (const index of train) {
    const { id, label } = samples[index]!, row = rowOf.get(id);
    if (row === undefined) continue;
    const given = predictions.probabilities.subarray(row * classes, (row + 1) * classes);
    probabilities.set(temper(given, temperature), index * classes);
    shares[index] = label === UNKNOWN_LABEL ? 1 : alpha;
    likeliest[index] = given.indexOf(given.reduce((most, p) => Math.max(most, p), 0));
  }
  if (likeliest.every((label) => label === UNKNOWN_LABEL)) {
    throw new TypeError(
      `Cannot ${attempt} as they must be of training images: of ${train.length} none is among the ` +
        `${predictions.ids.length} ids, such as ${show(predictions.ids[0])}`,
    );
  }
  return { probabilities, shares, likeliest, temperature };
}

/** Probabilities as they are at a temperature; even ones where all are 0. */
export function temper(probabilities: ArrayLike<number>, temperature: number): number[] {
  const most = Array.from(probabilities).reduce((a, b) => Math.max(a, b), 0); // so that no power vanishes
  if (most === 0) return Array.from(probabilities, () => 1 / probabilities.length);
  const powers = Array.from(probabilities, (p) => (p / most) ** (1 / temperature));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/**
 * Refuses losses that soft targets cannot stand beside: an image's share of its label is a factor on its loss, which must
 * be its own.
 *
 * @throws {TypeError} If the loss is, or holds, one of a whole batch.
 */
export function checkSoftLoss({ loss }: Pick<TrainConfig, "loss">): void {
  const names = loss.name === "sum" ? loss.parts.map((part) => part.loss.name) : [loss.name];
  if (!names.includes("macroF1")) return;
  throw new TypeError(
    `Cannot train with soft targets as the loss must be one that each image has by itself, which "macroF1" is not: ` +
      `current value is ${show(loss)}`,
  );
}

/** A digest of ids, classes and probabilities, as hexadecimal text. */
export async function digestTargets({ ids, classes, probabilities }: Predictions): Promise<string> {
  return await sha256(JSON.stringify([ids, classes, [...probabilities]]));
}
