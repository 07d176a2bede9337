/**
 * Training one fold into a run's folder, going on where an earlier process stopped.
 *
 * @module
 */
import { build } from "../core/parts.ts";
import type { Dataset, EpochRow, Fold, ImageSet, Predictions } from "../core/records.ts";
import { savePredictions } from "../frame/mod.ts";
import {
  appendLine,
  describeEnvironment,
  type DownloadProgress,
  ensureDir,
  exists,
  withLock,
  writeAtomic,
} from "../io/mod.ts";
import { FINE_TUNES, type LoadedWeights, loadWeights, saveWeights } from "../models/mod.ts";
import { AVERAGES, OPTIMIZERS } from "../optim/mod.ts";
import { predict } from "../predict/mod.ts";
import { currentBackend, initBackend } from "../tensor/mod.ts";
import { changing, withAverage } from "./averaging.ts";
import { bestEpoch, isDone } from "./best_epoch.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import type { TrainConfig } from "./config.ts";
import { restoreRow } from "./epoch_row.ts";
import { fit, LOSS_ERROR, lossError, type StepScores, type StepState } from "./fit.ts";
import { predictionBatch, type StepMemory } from "./memory.ts";
import { FILES, openRun, type Run } from "./run.ts";
import { checkSameRun, describeData, microBatchBefore } from "./same_run.ts";
import { startModel } from "./start_model.ts";
import { tune } from "./step.ts";
import { type RunTrack, tracked, type TrackRunOptions } from "./track_run.ts";
import { checkImages, trainingData } from "./training_data.ts";

/** What is trained where. */
export interface TrainOptions extends TrackRunOptions {
  /** The run's folder; an unfinished run there is gone on with, a finished one is opened. */
  readonly dir: string;
  /** Which samples to train on and which to validate on. */
  readonly fold: Fold;
  /** The samples' images, packed with the config's `resize` and `crop`. */
  readonly images: ImageSet;
  /**
   * Probabilities that training images have as targets, weighed as the config's `softTargets` says; in place of the labels
   * where these are unknown. Those of other images are not used.
   */
  readonly softTargets?: Predictions;
  /** Stops training; the run can be gone on with. */
  readonly signal?: AbortSignal;
  /** Called before the first step, with the memory that a step takes. */
  readonly onMemory?: (memory: StepMemory) => void;
  /** Called once the weights that the config names are loaded. */
  readonly onWeights?: (weights: LoadedWeights) => void;
  /** Called while they are downloaded. */
  readonly onDownload?: (progress: DownloadProgress) => void;
  /** Called while a GPU's shaders are compiled, before the first step. */
  readonly onCompile?: (compiled: number, total: number) => void;
  /** Called for each step, once its loss is known. */
  readonly onStep?: (state: StepState) => void;
  /** Called after each validation within an epoch, which `validateEvery` asks for. */
  readonly onValidate?: (scores: StepScores) => void;
  /** Called after each epoch, with whether it is the best so far. */
  readonly onEpoch?: (row: EpochRow, state: { readonly best: boolean; readonly epochs: number }) => void;
}

/**
 * Trains one fold, keeps the weights of the best epoch by what the config monitors, and predicts the validation images with them.
 * A fold without validation images keeps those of the last epoch.
 *
 * @param dataset Labelled samples.
 * @param config The full configuration, from {@linkcode resolveConfig}.
 * @returns The finished run.
 * @throws {TypeError} If the images are not the data set's or not of the config's size, or the folder holds a run of
 * another config or other data.
 * @throws {RangeError} If a step has no room in the backend's memory; the message says which batch has.
 */
export async function train(dataset: Dataset, config: TrainConfig, options: TrainOptions): Promise<Run> {
  const { dir } = options;
  checkImages("train", dataset, config, options);
  await ensureDir(dir);
  return await withLock(`${dir}/.lock`, async () => {
    const data = await describeData(dataset, options);
    await checkSameRun(dir, config, data);
    if (await exists(`${dir}/${FILES.summary}`)) return await openRun(dir);
    await writeJson(`${dir}/${FILES.config}`, config);
    await writeJson(`${dir}/${FILES.data}`, data);
    await tracked(dataset, config, { ...options, data }, (track) => run(dataset, config, options, track));
    return await openRun(dir);
  });
}

/** Trains, and writes everything of the run but its heads. */
async function run(dataset: Dataset, config: TrainConfig, options: TrainOptions, track: RunTrack): Promise<void> {
  const { dir, images, signal, onMemory, onCompile, onStep, onValidate, onEpoch } = options;
  const backend = currentBackend() ?? await initBackend({ need: "train" });
  const environment = { ...await describeEnvironment(), backend };
  const last = `${dir}/${FILES.last}`, resumes = await exists(last);
  const { model, weights } = await startModel(dataset, config, options, resumes ? last : undefined);
  const tuning = tune(model, build("fineTune", FINE_TUNES, config.fineTune));
  const optimizer = build("optimizer", OPTIMIZERS, config.optimizer)(model.params, tuning);
  const averager = build("average", AVERAGES, config.average)(changing(model, tuning));
  try {
    const parts = { model, optimizer, averager };
    const history = resumes ? (await loadCheckpoint(last, parts)).map(restoreRow) : [];
    const data = trainingData(dataset, config, options, model);
    track.started(environment);
    for (const row of history) track.epoch(row); // an earlier process may have been killed before it told its last one
    const start = {
      history: [...history],
      microBatch: await microBatchBefore(dir),
      signal,
      onCompile,
      onStep,
      onValidate: async (scores: StepScores) => {
        await appendLine(`${dir}/${FILES.checks}`, JSON.stringify(scores));
        track.check(scores);
        onValidate?.(scores);
      },
      onMemory: async (memory: StepMemory) => {
        await writeJson(`${dir}/${FILES.env}`, { ...environment, memory, ...(weights && { weights }) });
        onMemory?.(memory);
      },
    };
    if (!isDone(history, config)) {
      const epochs = fit({ ...parts, ...data }, config, start);
      for await (const { row, valid } of withCheckpoint(epochs, () => history.length, last)) {
        history.push(row);
        const best = bestEpoch(history, config) === row;
        const metadata = describeWeights(dataset, config, row);
        if (best) await withAverage(averager, model, () => saveWeights(model, `${dir}/${FILES.best}`, { metadata }));
        await saveCheckpoint(last, parts, history);
        await writeAtomic(`${dir}/${FILES.metrics}`, history.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
        track.epoch(row, valid);
        onEpoch?.(row, { best, epochs: config.epochs });
        if (isDone(history, config)) break;
      }
    }
    await loadWeights(model, `${dir}/${FILES.best}`, { head: "exact" });
    const valid = await predict(model, images, {
      indices: data.valid,
      labels: data.source.labels,
      views: config.views,
      average: config.viewAverage,
      batchSize: predictionBatch(model, config),
      signal,
    });
    await savePredictions(valid, `${dir}/${FILES.valid}`);
    const best = bestEpoch(history, config)!;
    track.finished(best, valid);
    await writeJson(`${dir}/${FILES.summary}`, { best, history });
  } finally {
    model.dispose();
    optimizer.dispose();
    averager.dispose();
  }
}

/** Adds to a fault of the numbers which checkpoint is still good. */
async function* withCheckpoint<T>(epochs: AsyncGenerator<T>, done: () => number, last: string): AsyncGenerator<T> {
  try {
    yield* epochs;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== LOSS_ERROR) throw error;
    const good = done() === 0
      ? "there is no checkpoint yet"
      : `the last good checkpoint is ${last}, of epoch ${done()}`;
    throw lossError(`${error.message}; ${good}`, error);
  }
}

/** What a weight file's header tells beside what the model knows. */
function describeWeights({ schema }: Dataset, config: TrainConfig, row: EpochRow): Record<string, string> {
  return {
    schema: JSON.stringify(schema),
    config: JSON.stringify(config),
    epoch: `${row.epoch}`,
    validMacroF1: row.validMacroF1.toFixed(4),
  };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
