/**
 * What a cross-validation trains on beside its labels: pseudo-labelled images at the end of the data set, and each fold's soft
 * targets. Folds keep their validation as it is.
 *
 * @module
 */
import { checkSameLength } from "../core/check.ts";
import type { Dataset, Fold, ImageSet, Predictions } from "../core/records.ts";
import { addPseudoLabels, type AddPseudoLabelsOptions, joinFolds } from "../predict/mod.ts";
import type { TrainConfig } from "./config.ts";
import { joinImages } from "./join_images.ts";
import { packDataset, type PackDatasetOptions } from "./pack_dataset.ts";

/** What models guessed of images. */
export interface GuessOptions {
  /** Pseudo-labelled images to train on in every fold; none is ever validated on. */
  readonly pseudo?: AddPseudoLabelsOptions;
  /**
   * Probabilities that training images have as targets, weighed as the config's `softTargets` says: for all folds alike, or
   * for each fold its own, by a teacher that has not seen the fold's validation images.
   */
  readonly softTargets?: Predictions | readonly Predictions[];
}

/** What folds are trained on. */
export interface GuessedData {
  /** Labelled samples, then pseudo-labelled ones. */
  readonly dataset: Dataset;
  /** The folds, the pseudo-labelled samples in the training side of each. */
  readonly folds: readonly Fold[];
  /** All images, in the samples' order; those made for it go when it is closed. */
  readonly images: ImageSet;
  /** The soft targets of each fold, if there are any. */
  readonly softTargets: readonly (Predictions | undefined)[];
}

/**
 * Adds what was guessed to what is trained on.
 *
 * @param data The labelled samples, their folds and images.
 * @param config How images are packed.
 * @param options The guesses, and how images are packed.
 * @throws {TypeError} If there are not as many sets of soft targets as folds, or as `addPseudoLabels` does.
 */
export async function addGuesses(
  { dataset, folds, images }: Omit<GuessedData, "softTargets">,
  config: Pick<TrainConfig, "preprocess" | "resize" | "crop" | "interpolation">,
  { pseudo, softTargets, ...packing }: GuessOptions & PackDatasetOptions,
): Promise<GuessedData> {
  const given = Array.isArray(softTargets) ? softTargets as readonly Predictions[] : folds.map(() => softTargets);
  checkSameLength("train with soft targets", { "sets of soft targets": given, folds });
  const all = given as readonly (Predictions | undefined)[];
  if (!pseudo || pseudo.rows.length === 0) return { dataset, folds, images, softTargets: all };
  const added = addPseudoLabels(dataset, folds, pseudo);
  const byId = new Map(pseudo.pool.samples.map((sample) => [sample.id, sample]));
  const samples = pseudo.rows.map(({ id }) => byId.get(id)!);
  const more = await packDataset({ ...pseudo.pool, samples }, config, packing);
  return {
    dataset: added.dataset,
    folds: added.folds,
    images: joinImages(images, more),
    softTargets: all.map((targets) => joinTargets(targets, added.softTargets)),
  };
}

/** Both sets of targets; where both know an image, as pseudo-labels have it. */
function joinTargets(targets: Predictions | undefined, pseudo: Predictions | undefined): Predictions | undefined {
  if (!targets || !pseudo) return targets ?? pseudo;
  const taken = new Set(pseudo.ids), C = targets.classes.length;
  const rows = [...targets.ids.keys()].filter((row) => !taken.has(targets.ids[row]!));
  const kept = {
    ids: rows.map((row) => targets.ids[row]!),
    classes: targets.classes,
    probabilities: Float32Array.from(
      rows.flatMap((row) => [...targets.probabilities.subarray(row * C, (row + 1) * C)]),
    ),
    labels: Int32Array.from(rows, (row) => targets.labels[row]!),
  };
  return joinFolds([kept, pseudo]);
}
