/**
 * What a network is taught with: a fold's images, the labels to train with, and which of them an epoch shows.
 *
 * @module
 */
import { build } from "../core/parts.ts";
import type { Dataset, Fold } from "../core/records.ts";
import { seededRng } from "../core/rng.ts";
import type { Model } from "../models/mod.ts";
import { SAMPLERS } from "../sampling/mod.ts";
import { refuseSyntheticValid } from "../split/mod.ts";
import type { BatchSource } from "./batches.ts";
import { pair, type TrainConfig } from "./config.ts";
import { soundFold, type TrainedOn } from "./same_run.ts";
import { checkSoftLoss, softRows } from "./soft_targets.ts";
import { numbersOf } from "./start_model.ts";
import { trainingLabels } from "./training_labels.ts";

/**
 * Refuses images that are not the data set's or not of the config's size.
 *
 * @param attempt What cannot be done with them, as in `train`.
 * @throws {TypeError} If they are not.
 */
export function checkImages(
  attempt: string,
  { samples }: Dataset,
  { crop }: Pick<TrainConfig, "crop">,
  { images }: Pick<TrainedOn, "images">,
): void {
  const [height, width] = pair(crop);
  if (images.size[0] !== height || images.size[1] !== width) {
    throw new TypeError(
      `Cannot ${attempt} as images must be ${height} x ${width}, as crop says: current size is ${
        images.size.join(" x ")
      }`,
    );
  }
  if (images.ids.length !== samples.length || samples.some(({ id }, i) => id !== images.ids[i])) {
    throw new TypeError(`Cannot ${attempt} as the images must be those of the data set, in its order`);
  }
}

/** What batches are made of, and which images they may show. */
export interface TrainingData extends Fold {
  /** Pixels and labels. */
  readonly source: BatchSource;
}

/**
 * What is taught of a fold: images that could be decoded, without those or with other labels where they are near a cut, as
 * the config says, and with soft targets where they are given.
 *
 * @param model How it takes its input in, and the number that it learns beside the class, if any.
 * @throws {TypeError} If there are validation images, and none can be decoded.
 */
export function trainingData(
  dataset: Dataset,
  config: Pick<TrainConfig, "nearCuts" | "softTargets" | "loss">,
  { fold, images, softTargets }: TrainedOn,
  { input, regression }: Pick<Model, "input" | "regression">,
): TrainingData {
  refuseSyntheticValid("train", dataset, fold);
  const { schema, samples } = dataset, { train, valid } = soundFold({ fold, images });
  if (valid.length === 0 && fold.valid.length > 0) {
    throw new TypeError(`Cannot train as a validation image must be decodable: none of ${fold.valid.length} is`);
  }
  const values = regression && numbersOf(dataset, regression.attribute);
  if (softTargets) checkSoftLoss(config);
  const soft = softTargets && softRows(dataset, softTargets, { train, ...config.softTargets });
  const near = trainingLabels(dataset, config, { train, soft });
  const kept = new Set(near.keep);
  const source: BatchSource = {
    images,
    labels: samples.map(({ label }) => label),
    classes: schema.classes.length,
    trainLabels: near.labels,
    ...(near.targets && { targets: near.targets }),
    ...(soft && { soft }),
    groups: samples.map(({ group }) => group),
    ...(values && { values }),
    input,
  };
  return { source, train: train.filter((index) => kept.has(index)), valid };
}

/** The labels that images are trained with, in their order. */
export function trainLabelsOf({ labels, trainLabels = labels }: BatchSource, train: Int32Array): Int32Array {
  return Int32Array.from(train, (index) => trainLabels[index]!);
}

/**
 * Which images the epochs show, in which order.
 *
 * @param data Labels, persons, and the images to train on.
 * @returns A function from the epoch, counted from 1, to places in the set.
 */
export function epochOrder(
  { source, train }: Omit<TrainingData, "valid">,
  config: Pick<TrainConfig, "sampler" | "seed"> & Shortened,
): (epoch: number) => Int32Array {
  const sampler = build("sampler", SAMPLERS, config.sampler), labels = trainLabelsOf(source, train);
  const context = {
    batchSize: config.batchSize,
    ...(source.groups && { groups: Array.from(train, (index) => source.groups![index]!) }),
  };
  return (epoch) => {
    const rng = seededRng(config.seed).fork("epoch").fork(epoch).fork("order");
    return shorten(sampler(labels, rng, context).map((place) => train[place]!), config);
  };
}

type Shortened = Pick<TrainConfig, "limitBatches" | "overfitOneBatch" | "batchSize">;

/** An epoch's images as far as the config shows them. */
function shorten(order: Int32Array, { limitBatches, overfitOneBatch, batchSize }: Shortened): Int32Array {
  const some = limitBatches === 0 ? order : order.subarray(0, limitBatches * batchSize);
  return overfitOneBatch ? some.map((_, i) => order[i % Math.min(batchSize, order.length)]!) : some;
}
