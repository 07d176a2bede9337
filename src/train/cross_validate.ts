/**
 * Cross-validation by person: a run a fold, out-of-fold predictions, and the folds' mean for test images.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { Dataset, EpochRow, Predictions, Scores } from "../core/records.ts";
import { loadPredictions, savePredictions } from "../frame/mod.ts";
import { type DownloadProgress, ensureDir, exists, withLock, writeAtomic } from "../io/mod.ts";
import { score } from "../metrics/mod.ts";
import type { LoadedWeights } from "../models/mod.ts";
import { ensemble, joinFolds, predict, writeSubmission } from "../predict/mod.ts";
import type { PreprocessNote } from "../preprocess/mod.ts";
import { splitDataset, splitReport } from "../split/mod.ts";
import type { TrainConfig } from "./config.ts";
import { addArm, type DataArm } from "./data_axis.ts";
import type { StepScores, StepState } from "./fit.ts";
import { addGuesses, type GuessOptions } from "./guessed.ts";
import { predictionBatch, type StepMemory } from "./memory.ts";
import { packDataset } from "./pack_dataset.ts";
import { FILES, loadModel, openRun, type Run } from "./run.ts";
import { checkSameRun, describeData } from "./same_run.ts";
import type { TrackRunOptions } from "./track_run.ts";
import { train } from "./train.ts";

/** How a cross-validation is done, and who hears of it. */
export interface CrossValidateOptions extends GuessOptions, TrackRunOptions {
  /** Its folder: a run a fold in `fold-0`, `fold-1`, ..., and the joined results. */
  readonly dir: string;
  /** Train this fold alone, counted from 0; of several processes that do so, the last one to finish joins all. */
  readonly fold?: number;
  /** Images that are added to the training part of each fold; scores stay those of the data set's own. */
  readonly arm?: DataArm;
  /** Images to predict with the mean of the folds, and to write a submission for. */
  readonly test?: Dataset;
  /** Where packed images are kept; `cache` in the folder by default. */
  readonly cacheDir?: string;
  /** Stops the work; the same call goes on. */
  readonly signal?: AbortSignal;
  /** Called as images are preprocessed, packed or predicted. */
  readonly onProgress?: (
    state: { readonly stage: "preprocess" | "pack" | "predict"; readonly done: number; readonly total: number },
  ) => void;
  /** Called with what preprocessing could not do as usual, such as finding a face, if there is such. */
  readonly onNotes?: (notes: readonly PreprocessNote[]) => void;
  /** Called before a fold; finished folds are only opened. */
  readonly onFold?: (fold: number, state: { readonly folds: number; readonly finished: boolean }) => void;
  /** Called once the weights that the config names are loaded into a fold's model. */
  readonly onWeights?: (weights: LoadedWeights, state: { readonly fold: number }) => void;
  /** Called while they are downloaded. */
  readonly onDownload?: (progress: DownloadProgress) => void;
  /** Called before a fold's first step, with the memory that a step takes. */
  readonly onMemory?: (memory: StepMemory, state: { readonly fold: number }) => void;
  /** Called while a GPU's shaders are compiled, before a fold's first step. */
  readonly onCompile?: (compiled: number, total: number) => void;
  /** Called for each step, once its loss is known. */
  readonly onStep?: (state: StepState & { readonly fold: number }) => void;
  /** Called after each validation within an epoch. */
  readonly onValidate?: (scores: StepScores, state: { readonly fold: number }) => void;
  /** Called after each epoch. */
  readonly onEpoch?: (
    row: EpochRow,
    state: { readonly fold: number; readonly best: boolean; readonly epochs: number },
  ) => void;
}

/** What a cross-validation came to. */
export interface CrossValidation {
  /** Its folder. */
  readonly dir: string;
  /** The finished runs, by fold. */
  readonly runs: readonly Run[];
  /** Folds that are not trained yet, where one fold alone was asked for. */
  readonly missing: readonly number[];
  /** Predictions of every sample by the fold that did not see it; once all folds are there. */
  readonly oof?: Predictions;
  /** Scores of the out-of-fold predictions. */
  readonly scores?: Scores;
  /** Mean of the folds' predictions of the test images. */
  readonly test?: Predictions;
}

/**
 * Trains every fold, joins the out-of-fold predictions, and averages the folds' predictions of test images.
 *
 * @param dataset Labelled samples.
 * @param config The configuration, from {@linkcode resolveConfig}; its `folds` and `seed` say how to split.
 * @returns The runs and, once all folds are there, the joined predictions and their scores.
 * @throws {RangeError} If `fold` is not one of the folds.
 * @throws {TypeError} If pseudo-labelled samples or their persons are validated on, or soft targets are not those of the folds.
 */
export async function crossValidate(
  dataset: Dataset,
  config: TrainConfig,
  options: CrossValidateOptions,
): Promise<CrossValidation> {
  const { dir, fold: only, test, cacheDir = `${dir}/cache`, signal, onProgress } = options;
  if (only !== undefined) checkInteger("cross-validate", "fold", only, { min: 0, max: config.folds - 1 });
  await ensureDir(dir);
  const folds = splitDataset(dataset, config);
  const { samples } = dataset;
  const report = splitReport(folds, samples.map(({ label }) => label), samples.map(({ group }) => group));
  const leaked = report.flatMap(({ leakedGroups }) => leakedGroups);
  if (leaked.length > 0) {
    throw new Error(`Cannot cross-validate as persons stand on both sides of a fold: ${leaked.join(", ")}`);
  }

  const pack = { cacheDir, signal, onProgress, onNotes: options.onNotes };
  const images = await packDataset(dataset, config, pack);
  const testImages = test && await packDataset(test, config, pack);
  const dirOf = (k: number) => `${dir}/fold-${k}`;
  const isFinished = (k: number) => exists(`${dirOf(k)}/${FILES.summary}`);
  const runs: (Run | undefined)[] = folds.map(() => undefined);
  const opened = [images, ...testImages ? [testImages] : []];
  try {
    const { arm, pseudo, softTargets } = options, own = { dataset, folds, images };
    const grown = arm ? await addArm(own, arm, { config, ...pack }) : own;
    opened.push(grown.images);
    const data = await addGuesses(grown, config, { ...pack, pseudo, softTargets });
    opened.push(data.images);
    const partOf = (k: number) => ({ fold: data.folds[k]!, images: data.images, softTargets: data.softTargets[k] });
    for (const k of folds.keys()) {
      await checkSameRun(dirOf(k), config, await describeData(data.dataset, partOf(k))); // before hours of training
    }
    for (const k of folds.keys()) {
      if (only !== undefined && only !== k) continue;
      options.onFold?.(k, { folds: folds.length, finished: await isFinished(k) });
      const run = await train(data.dataset, config, {
        dir: dirOf(k),
        ...partOf(k),
        signal,
        trackers: options.trackers,
        onTracker: options.onTracker,
        onDownload: options.onDownload,
        onWeights: (weights) => options.onWeights?.(weights, { fold: k }),
        onCompile: options.onCompile,
        onMemory: (memory) => options.onMemory?.(memory, { fold: k }),
        onStep: (state) => options.onStep?.({ ...state, fold: k }),
        onValidate: (scores) => options.onValidate?.(scores, { fold: k }),
        onEpoch: (row, state) => options.onEpoch?.(row, { ...state, fold: k }),
      });
      runs[k] = run;
      if (testImages) await predictTest(run);
    }
    // Looked for only now, as other processes may have finished theirs meanwhile: whichever is the last sees them all.
    for (const k of folds.keys()) {
      if (!runs[k] && await isFinished(k)) runs[k] = await openRun(dirOf(k));
    }
    const missing = [...runs.keys()].filter((k) => !runs[k]);
    const done = runs.filter((run) => run !== undefined);
    if (missing.length > 0) return { dir, runs: done, missing };
    return { dir, runs: done, missing, ...await withLock(`${dir}/.lock`, () => join(done), { signal }) };
  } finally {
    for (const set of opened) set.close();
  }

  /** One fold's predictions of the test images, kept in its folder. */
  async function predictTest(run: Run): Promise<Predictions> {
    const path = `${run.dir}/test.parquet`;
    if (await exists(path)) return await loadPredictions(path);
    const model = await loadModel(run);
    try {
      const predictions = await predict(model, testImages!, {
        labels: test!.samples.map(({ label }) => label),
        views: config.views,
        average: config.viewAverage,
        batchSize: predictionBatch(model, config),
        signal,
        onProgress: (state) => onProgress?.({ stage: "predict", ...state }),
      });
      await savePredictions(predictions, path);
      return predictions;
    } finally {
      model.dispose();
    }
  }

  async function join(done: readonly Run[]): Promise<Pick<CrossValidation, "oof" | "scores" | "test">> {
    const oof = joinFolds(done.map(({ valid }) => valid));
    const scores = score(oof);
    await savePredictions(oof, `${dir}/oof.parquet`);
    await writeAtomic(
      `${dir}/scores.json`,
      `${JSON.stringify({ ...scores, confusion: [...scores.confusion] }, null, 2)}\n`,
    );
    if (!testImages) return { oof, scores };
    const members: Predictions[] = [];
    for (const run of done) members.push(await predictTest(run));
    const mean = ensemble(members);
    await savePredictions(mean, `${dir}/test.parquet`);
    await writeSubmission(mean, `${dir}/submission.csv`);
    return { oof, scores, test: mean };
  }
}

/**
 * The figures that matter, on one line: `macro F1 0.9123, accuracy 0.9310, 840 images, 3 folds, out-of-fold`.
 *
 * @param validation A cross-validation with all of its folds.
 * @throws {TypeError} If folds are missing.
 */
export function summaryLine({ scores, runs, missing }: CrossValidation): string {
  if (!scores) throw new TypeError(`Cannot sum up the cross-validation as folds are missing: ${missing.join(", ")}`);
  const { macroF1, accuracy, count } = scores;
  return `macro F1 ${macroF1.toFixed(4)}, accuracy ${
    accuracy.toFixed(4)
  }, ${count} images, ${runs.length} folds, out-of-fold`;
}
