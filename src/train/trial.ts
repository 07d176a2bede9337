/**
 * A trial: one configuration trained for the sake of its score, on one fold or on all.
 *
 * @module
 */
import type { Dataset, Predictions } from "../core/records.ts";
import { accuracy, macroF1, predictedClasses } from "../metrics/mod.ts";
import type { TrainConfig } from "./config.ts";
import { LOSS_ERROR } from "./fit.ts";
import { crossValidate, type CrossValidateOptions } from "./cross_validate.ts";

/** Where a trial is trained, on which folds, and who hears of it. */
export interface TrialOptions extends Omit<CrossValidateOptions, "test"> {
  /** Train and score this fold alone, counted from 0; every fold unless given. */
  readonly fold?: number;
  /** Where packed images are kept, for trials of the same image size to share. */
  readonly cacheDir: string;
}

/** What a trial came to. */
export interface Trial {
  /** The class predicted for each of the data set's samples `[N]`, -1 for one that was not predicted. */
  readonly predicted: Int32Array;
  /** Macro F1 of the predicted samples, 0..1. */
  readonly macroF1: number;
  /** Share of the predicted samples that is right, 0..1. */
  readonly accuracy: number;
}

/**
 * Trains a configuration and scores it on the images that were held out; what was trained before is only opened.
 *
 * @param dataset Labelled samples.
 * @param config The full configuration.
 * @returns Predicted classes and scores.
 * @throws {Error} As {@linkcode crossValidate} does.
 */
export async function runTrial(dataset: Dataset, config: TrainConfig, options: TrialOptions): Promise<Trial> {
  const { runs, oof } = await crossValidate(dataset, config, options);
  const { fold } = options;
  const valid: Predictions = fold === undefined ? oof! : runs.find(({ dir }) => dir.endsWith(`/fold-${fold}`))!.valid;
  const classes = predictedClasses(valid);
  const found = new Map(valid.ids.map((id, i) => [id, classes[i]!]));
  return {
    predicted: Int32Array.from(dataset.samples, ({ id }) => found.get(id) ?? -1),
    macroF1: macroF1(classes, valid.labels, { classes: dataset.schema.classes.length }),
    accuracy: accuracy(classes, valid.labels),
  };
}

/**
 * Whether training went wrong by its numbers, as it does where the learning rate is too high, and not by a fault of data or
 * program.
 */
export function isDivergence(error: unknown): error is Error {
  return error instanceof Error && error.name === LOSS_ERROR;
}
