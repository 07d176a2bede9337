/**
 * Training one fold into a run's folder, going on where an earlier process stopped.
 *
 * @module
 */
import { show } from "../core/check.ts";
import { build } from "../core/parts.ts";
import type { Dataset, EpochRow, Fold, ImageSet } from "../core/records.ts";
import { savePredictions } from "../frame/mod.ts";
import {
  appendLine,
  describeEnvironment,
  type DownloadProgress,
  ensureDir,
  exists,
  readJson,
  sha256,
  withLock,
  writeAtomic,
} from "../io/mod.ts";
import { findWeights, FINE_TUNES, type LoadedWeights, loadWeights, type Model, saveWeights } from "../models/mod.ts";
import { AVERAGES, OPTIMIZERS } from "../optim/mod.ts";
import { predict } from "../predict/mod.ts";
import { currentBackend, initBackend } from "../tensor/mod.ts";
import { startAverage, withAverage } from "./averaging.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { monitored, pair, resolveConfig, type TrainConfig } from "./config.ts";
import { fit, LOSS_ERROR, type StepScores, type StepState } from "./fit.ts";
import { predictionBatch, type StepMemory } from "./memory.ts";
import { type DataRecord, FILES, makeModel, openRun, type Run } from "./run.ts";
import { tune } from "./step.ts";

/** What is trained where. */
export interface TrainOptions {
  /** The run's folder; an unfinished run there is gone on with, a finished one is opened. */
  readonly dir: string;
  /** Which samples to train on and which to validate on. */
  readonly fold: Fold;
  /** The samples' images, packed with the config's `resize` and `crop`. */
  readonly images: ImageSet;
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
 *
 * @param dataset Labelled samples.
 * @param config The full configuration, from {@linkcode resolveConfig}.
 * @returns The finished run.
 * @throws {TypeError} If the images are not the data set's or not of the config's size, or the folder holds a run of
 * another config or other data.
 * @throws {RangeError} If a step has no room in the backend's memory; the message says which batch has.
 */
export async function train(dataset: Dataset, config: TrainConfig, options: TrainOptions): Promise<Run> {
  const { dir, images } = options;
  const [height, width] = pair(config.crop);
  if (images.size[0] !== height || images.size[1] !== width) {
    throw new TypeError(
      `Cannot train as images must be ${height} x ${width}, as crop says: current size is ${images.size.join(" x ")}`,
    );
  }
  if (images.ids.length !== dataset.samples.length || dataset.samples.some(({ id }, i) => id !== images.ids[i])) {
    throw new TypeError("Cannot train as the images must be those of the data set, in its order");
  }
  await ensureDir(dir);
  return await withLock(`${dir}/.lock`, async () => {
    const data = await describeData(dataset, options);
    await checkSameRun(dir, config, data);
    if (await exists(`${dir}/${FILES.summary}`)) return await openRun(dir);
    await writeJson(`${dir}/${FILES.config}`, config);
    await writeJson(`${dir}/${FILES.data}`, data);
    await run(dataset, config, options);
    return await openRun(dir);
  });
}

/** Trains, and writes everything of the run but its heads. */
async function run(dataset: Dataset, config: TrainConfig, options: TrainOptions): Promise<void> {
  const { dir, images, signal, onMemory, onCompile, onStep, onValidate, onEpoch } = options;
  const backend = currentBackend() ?? await initBackend({ need: "train" });
  const environment = { ...await describeEnvironment(), backend };
  const labels = dataset.samples.map(({ label }) => label);
  const fold = soundFold(options);
  const last = `${dir}/${FILES.last}`, resumes = await exists(last);
  const { model, weights } = await startModel(dataset, config, options, resumes ? last : undefined);
  const tuning = tune(model, build("fineTune", FINE_TUNES, config.fineTune));
  const optimizer = build("optimizer", OPTIMIZERS, config.optimizer)(model.params, tuning);
  const averager = startAverage(build("average", AVERAGES, config.average), model, tuning);
  try {
    const parts = { model, optimizer, averager };
    const history = resumes ? [...await loadCheckpoint(last, parts)] : [];
    const values = model.regression && numbersOf(dataset, model.regression.attribute);
    const classes = dataset.schema.classes.length;
    const groups = dataset.samples.map(({ group }) => group);
    const source = { images, labels, classes, groups, ...(values && { values }), input: model.input };
    const start = {
      history: [...history],
      microBatch: await microBatchBefore(dir),
      signal,
      onCompile,
      onStep,
      onValidate: async (scores: StepScores) => {
        await appendLine(`${dir}/${FILES.checks}`, JSON.stringify(scores));
        onValidate?.(scores);
      },
      onMemory: async (memory: StepMemory) => {
        await writeJson(`${dir}/${FILES.env}`, { ...environment, memory, ...(weights && { weights }) });
        onMemory?.(memory);
      },
    };
    if (!isDone(history, config)) {
      const epochs = fit({ ...parts, source, ...fold }, config, start);
      for await (const { row } of withCheckpoint(epochs, () => history.length, last)) {
        history.push(row);
        const best = bestEpoch(history, config) === row;
        const metadata = describeWeights(dataset, config, row);
        if (best) await withAverage(averager, model, () => saveWeights(model, `${dir}/${FILES.best}`, { metadata }));
        await saveCheckpoint(last, parts, history);
        await writeAtomic(`${dir}/${FILES.metrics}`, history.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
        onEpoch?.(row, { best, epochs: config.epochs });
        if (isDone(history, config)) break;
      }
    }
    await loadWeights(model, `${dir}/${FILES.best}`, { head: "exact" });
    const valid = await predict(model, images, {
      indices: fold.valid,
      labels,
      views: config.views,
      batchSize: predictionBatch(model, config),
      signal,
    });
    await savePredictions(valid, `${dir}/${FILES.valid}`);
    await writeJson(`${dir}/${FILES.summary}`, { best: bestEpoch(history, config), history });
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
    throw Object.assign(new Error(`${error.message}; ${good}`, { cause: error }), { name: LOSS_ERROR });
  }
}

/** The model as training begins: with the weights that the config names, or those that a checkpoint is going to bring. */
async function startModel(
  { schema }: Dataset,
  config: TrainConfig,
  { signal, onDownload, onWeights }: TrainOptions,
  checkpoint: string | undefined,
): Promise<{ readonly model: Model; readonly weights?: LoadedWeights }> {
  if (checkpoint) return { model: await makeModel(config, schema, (await findWeights(checkpoint)).input) };
  if (config.model.weights == null) return { model: await makeModel(config, schema) };
  const found = await findWeights(config.model.weights, { signal, onProgress: onDownload });
  const model = await makeModel(config, schema, found.input);
  try {
    const weights = await loadWeights(model, found);
    onWeights?.(weights);
    return { model, weights };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** An attribute's numbers, NaN where it is none; the model learns them beside the class. */
function numbersOf({ samples }: Dataset, attribute: string): Float32Array {
  const values = Float32Array.from(samples, ({ attributes }) => {
    const value = attributes[attribute];
    return typeof value === "number" ? value : NaN;
  });
  if (values.some((value) => !Number.isNaN(value))) return values;
  throw new TypeError(
    `Cannot train as no sample has a number as its attribute ${show(attribute)}, which the head learns`,
  );
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

/** The best epoch by what the config monitors, where a later one must be better by more than `minDelta`. */
export function bestEpoch(
  history: readonly EpochRow[],
  { minDelta, monitor }: Pick<TrainConfig, "minDelta" | "monitor">,
): EpochRow | undefined {
  return history.reduce<EpochRow | undefined>(
    (best, row) => !best || monitored(row, monitor) > monitored(best, monitor) + minDelta ? row : best,
    undefined,
  );
}

function isDone(history: readonly EpochRow[], config: TrainConfig): boolean {
  const best = bestEpoch(history, config);
  const since = best ? history.length - best.epoch : 0;
  return history.length >= config.epochs || (config.patience > 0 && since >= config.patience);
}

/** The fold without images that could not be decoded. */
function soundFold({ fold, images }: TrainOptions): Fold {
  const broken = new Set(images.faults.map(({ id }) => id));
  const sound = (index: number) => !broken.has(images.ids[index]!);
  return { train: fold.train.filter(sound), valid: fold.valid.filter(sound) };
}

async function describeData({ schema, samples }: Dataset, { fold, images }: TrainOptions): Promise<DataRecord> {
  const rows = samples.map(({ id, label, group }) => [id, label, group]);
  return {
    digest: await sha256(JSON.stringify([images.digest, rows, [...fold.train], [...fold.valid]])),
    schema,
    train: fold.train.length,
    valid: Array.from(fold.valid, (index) => samples[index]!.id),
    leftOut: images.faults.map(({ message }) => message),
  };
}

/** The micro-batch of the run's first process, so that the numbers stay those of an unbroken run. */
async function microBatchBefore(dir: string): Promise<number | undefined> {
  if (!await exists(`${dir}/${FILES.env}`)) return undefined;
  return (await readJson(`${dir}/${FILES.env}`) as { readonly memory?: StepMemory }).memory?.microBatch;
}

async function checkSameRun(dir: string, config: TrainConfig, data: DataRecord): Promise<void> {
  if (!await exists(`${dir}/${FILES.config}`)) return;
  // Resolved again, so that an option that is newer than the run has its default.
  const before = { ...resolveConfig(await readJson(`${dir}/${FILES.config}`) as Record<string, unknown>) };
  const differs = Object.entries(config).filter(([key, value]) =>
    JSON.stringify(value) !== JSON.stringify(before[key as keyof TrainConfig])
  );
  if (differs.length > 0) {
    const changes = differs.map(([key, value]) =>
      `${key} (was ${show(before[key as keyof TrainConfig])}, is ${show(value)})`
    );
    throw new TypeError(`Cannot go on with the run in ${show(dir)} as its config differs in ${changes.join(", ")}`);
  }
  if (!await exists(`${dir}/${FILES.data}`)) return;
  const { digest } = await readJson(`${dir}/${FILES.data}`) as DataRecord;
  if (digest !== data.digest) {
    throw new TypeError(`Cannot go on with the run in ${show(dir)} as it was trained on other data or folds`);
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
