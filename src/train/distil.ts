/**
 * Distillation: a student is trained with the probabilities of a teacher, usually an ensemble, beside the labels. Hinton et
 * al., 2015, https://arxiv.org/abs/1503.02531
 *
 * No teacher may have seen what its student is judged by: the student of a fold learns from models alone that left that
 * fold's validation images out. Out-of-fold predictions are not quite as clean, since each comes from a model that was
 * trained with the labels of most other folds, and so of the student's validation images; what a student learns of those
 * that way, through the probabilities of other persons' images, is little.
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import type { Dataset, Predictions } from "../core/records.ts";
import { readJson } from "../io/mod.ts";
import { alignPredictions, ensemble, joinFolds } from "../predict/mod.ts";
import { splitDataset, type SplitDatasetOptions } from "../split/mod.ts";
import type { TrainConfig } from "./config.ts";
import { crossValidate, type CrossValidateOptions, type CrossValidation } from "./cross_validate.ts";
import { packDataset, type PackDatasetOptions } from "./pack_dataset.ts";
import { type DataRecord, FILES, type Run } from "./run.ts";
import { teach } from "./teach.ts";

/** Who teaches, and how the student is cross-validated. */
export interface DistilOptions extends Omit<CrossValidateOptions, "softTargets"> {
  /**
   * Finished runs, such as those of all folds of several cross-validations with the student's folds; or predictions of the
   * training images, out-of-fold ones.
   */
  readonly teacher: readonly Run[] | Predictions;
}

/** A student beside its teacher. */
export interface Distillation {
  /** The student's folds. */
  readonly student: CrossValidation;
  /** The student's predictions of the validation images of the folds that are there. */
  readonly predictions: Predictions;
  /** The teacher's predictions of the same images, none of which it was trained with. */
  readonly teacher: Predictions;
  /** The teachers of each of those folds; empty if the teacher was given by predictions. */
  readonly members: readonly (readonly Run[])[];
}

/**
 * Cross-validates a student that learns from a teacher. What the teacher says counts as the config's `softTargets` tells.
 *
 * @param dataset Labelled samples.
 * @param config The student's configuration; its `folds` and `seed` must split as the teachers' did.
 * @param options The teacher, the folder, and what `crossValidate` takes.
 * @returns The student's folds, and what both predict of their validation images.
 * @throws {TypeError} If a run teaches no fold, predictions do not cover the training images, or as `crossValidate` does.
 * @throws {RangeError} If there is no teacher for a fold.
 */
export async function distil(dataset: Dataset, config: TrainConfig, options: DistilOptions): Promise<Distillation> {
  const { teacher, dir, cacheDir = `${dir}/cache`, signal, onProgress, onNotes } = options;
  const packing = { cacheDir, signal, onProgress, onNotes };
  const members = isPredictions(teacher) ? [] : await teachersOf(dataset, config, teacher);
  if (isPredictions(teacher)) await checkCovered(teacher, dataset, config, packing);
  const softTargets = isPredictions(teacher)
    ? teacher
    : await teach(dataset, config, members, { ...packing, dir: `${dir}/teacher` });
  const student = await crossValidate(dataset, config, { ...options, softTargets });
  const done = student.runs.map(({ dir }) => Number(/fold-(\d+)$/.exec(dir)![1]));
  const predictions = joinFolds(student.runs.map(({ valid }) => valid));
  if (isPredictions(teacher)) {
    const asTaught = alignPredictions(teacher, predictions.ids);
    return { student, predictions, teacher: { ...asTaught, labels: predictions.labels }, members };
  }
  const taught = done.map((fold, k) => {
    const { ids } = student.runs[k]!.valid;
    return ensemble(members[fold]!.map(({ valid }) => alignPredictions(valid, ids)));
  });
  return { student, predictions, teacher: joinFolds(taught), members: done.map((fold) => members[fold]!) };
}

/** Refuses predictions that lack an image that can be decoded. */
async function checkCovered(
  teacher: Predictions,
  dataset: Dataset,
  config: TrainConfig,
  packing: PackDatasetOptions,
): Promise<void> {
  const known = new Set(teacher.ids), missing = dataset.samples.filter(({ id }) => !known.has(id));
  if (missing.length === 0) return;
  const { faults, close } = await packDataset(dataset, config, packing), broken = new Set(faults.map(({ id }) => id));
  close();
  const lost = missing.filter(({ id }) => !broken.has(id)).map(({ id }) => id);
  if (lost.length === 0) return;
  throw new TypeError(
    `Cannot distil as the teacher must have predicted every image: ${lost.length} are missing, such as ${
      list(lost.slice(0, 3))
    }`,
  );
}

function isPredictions(teacher: DistilOptions["teacher"]): teacher is Predictions {
  return "probabilities" in teacher;
}

/**
 * The runs that may teach each fold: those that left all of its validation images out.
 *
 * @param dataset The student's samples.
 * @param config What says how the student is split.
 * @param runs Finished runs.
 * @returns At least one run for each fold.
 * @throws {TypeError} If a run may teach no fold; the message names it.
 * @throws {RangeError} If a fold has no teacher.
 */
export async function teachersOf(
  dataset: Dataset,
  config: SplitDatasetOptions,
  runs: readonly Run[],
): Promise<readonly (readonly Run[])[]> {
  const left = await Promise.all(
    runs.map(async ({ dir }) => new Set((await readJson(`${dir}/${FILES.data}`) as DataRecord).valid)),
  );
  const folds = splitDataset(dataset, config);
  const places = folds.map(({ valid }) =>
    [...runs.keys()].filter((r) => valid.every((index) => left[r]!.has(dataset.samples[index]!.id)))
  );
  const rule = `the teachers must have the student's folds: ${config.folds} with seed ${
    config.splitSeed ?? config.seed
  }`;
  const idle = runs.filter((_, r) => !places.some((own) => own.includes(r)));
  if (idle.length > 0) {
    throw new TypeError(
      `Cannot distil as ${rule}: ${idle.length} of ${runs.length} runs saw some of the validation images of every fold, ` +
        `such as ${list(idle.slice(0, 3).map(({ dir }) => dir))}`,
    );
  }
  const bare = places.findIndex((own) => own.length === 0);
  if (bare >= 0) {
    throw new RangeError(`Cannot distil as ${rule}: of ${runs.length} runs none leaves out fold ${show(bare)}`);
  }
  return places.map((own) => own.map((r) => runs[r]!));
}
