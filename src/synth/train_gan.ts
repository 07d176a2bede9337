/**
 * Training a GAN into a run's folder, going on where an earlier process stopped.
 *
 * @module
 */
import type { Dataset, Fold, ImageSet } from "../core/records.ts";
import { savePicture } from "../explore/mod.ts";
import {
  describeEnvironment,
  ensureDir,
  exists,
  readSafetensors,
  withLock,
  writeAtomic,
  writeSafetensors,
} from "../io/mod.ts";
import { modelTensors } from "../models/weights.ts";
import { currentBackend, initBackend } from "../tensor/mod.ts";
import { withAverage } from "../train/averaging.ts";
import { loadCheckpoint, saveCheckpoint } from "../train/checkpoint.ts";
import { LOSS_ERROR, lossError } from "../train/fit.ts";
import { checkSameRunOf, describeData, soundFold } from "../train/same_run.ts";
import { checkImages } from "../train/training_data.ts";
import { type GanConfig, resolveGanConfig } from "./config.ts";
import { fitGan, type FitGanOptions, type GanData } from "./fit_gan.ts";
import { type Gan, ganInput, makeGan } from "./gan.ts";
import { GAN_FILES, type GanDataRecord, type GanRun, historyOf, openGan } from "./gan_run.ts";
import { sampleSheet } from "./generate.ts";
import type { GanJudge } from "./judge.ts";
import { plotGan } from "./plot_gan.ts";
import { ganHealth, type GanRow } from "./watch.ts";

/** What is trained where. */
export interface TrainGanOptions extends Omit<FitGanOptions, "history" | "judge"> {
  /** The run's folder; an unfinished run there is gone on with, a finished one is opened. */
  readonly dir: string;
  /** Which samples to train on; those to validate on are not touched, so that they stay unseen. */
  readonly fold: Fold;
  /** The samples' images, packed with the config's `resize` and `crop`. */
  readonly images: ImageSet;
  /** Judges the generator after each epoch; what it finds changes nothing of the training. */
  readonly judge?: GanJudge;
  /** Called after each epoch. */
  readonly onEpoch?: (row: GanRow, state: { readonly epochs: number; readonly good: boolean }) => void;
}

/**
 * Trains a conditional GAN on one fold's training images. After each epoch the checkpoint, the generator that is kept and a
 * sheet of samples from the same noise are written; with a judge, the generator of the least Fréchet distance is kept beside
 * it. An epoch that looks like collapse or like a won game changes neither checkpoint nor generator, and after several of them
 * training stops.
 *
 * @param dataset Labelled samples.
 * @param config The full configuration, from `resolveGanConfig`.
 * @returns The finished run.
 * @throws {TypeError} If the images are not the data set's or not of the config's size, or the folder holds a run of another
 * config or other data.
 * @throws {Error} Named "LossError", if training went wrong: a figure is no number, losses have exploded, the generator has
 * collapsed, or the discriminator has won. The message says what was seen and names the last good checkpoint.
 */
export async function trainGan(dataset: Dataset, config: GanConfig, options: TrainGanOptions): Promise<GanRun> {
  const { dir } = options;
  checkImages("train a GAN", dataset, config, options);
  await ensureDir(dir);
  return await withLock(`${dir}/.lock`, async () => {
    const { data, record } = await readData(dataset, config, options);
    await checkSameRunOf(resolveGanConfig, dir, config, record);
    if (!await exists(`${dir}/${GAN_FILES.summary}`)) {
      await writeJson(`${dir}/${GAN_FILES.config}`, config);
      await writeJson(`${dir}/${GAN_FILES.data}`, record);
      await run(dataset, data, config, options);
    }
    return await openGan(dir);
  });
}

/** What is trained on, and what `data.json` says of it. */
async function readData(dataset: Dataset, config: GanConfig, { fold, images }: TrainGanOptions) {
  const { train } = soundFold({ fold, images }), { samples, schema: { classes } } = dataset;
  const labels = samples.map(({ label }) => label), counts = classes.map(() => 0);
  train.forEach((index) => counts[labels[index]!]!++);
  const groups = samples.map(({ group }) => group);
  const source = { images, labels, classes: classes.length, groups, input: ganInput(config) };
  const data: GanData = { source, train, names: classes };
  const record: GanDataRecord = { ...await describeData(dataset, { fold, images }), counts };
  return { data, record };
}

async function run(dataset: Dataset, data: GanData, config: GanConfig, options: TrainGanOptions): Promise<void> {
  const { dir, onEpoch, ...heard } = options, { classes } = dataset.schema;
  const backend = currentBackend() ?? await initBackend({ need: "train" });
  await writeJson(`${dir}/${GAN_FILES.env}`, { ...await describeEnvironment(), backend });
  const last = `${dir}/${GAN_FILES.last}`;
  const gan = makeGan(config, dataset.schema);
  try {
    const history = await exists(last) ? [...await loadCheckpoint<GanRow>(last, gan.whole)] : [];
    const tried = [...history];
    try {
      for await (const { row, samples } of fitGan(gan, data, config, { ...heard, history: [...history] })) {
        tried.push(row);
        await writeAtomic(`${dir}/${GAN_FILES.metrics}`, tried.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
        const { png } = await sampleSheet(samples, { size: gan.generator.size, classes });
        await ensureDir(`${dir}/${GAN_FILES.sheets}`);
        await writeAtomic(`${dir}/${GAN_FILES.sheets}/epoch-${`${row.epoch}`.padStart(4, "0")}.png`, png);
        const { good, fault } = ganHealth(tried, config.watch);
        onEpoch?.(row, { epochs: config.epochs, good });
        if (fault) throw lossError(`Cannot go on training as ${fault}`);
        if (!good) continue;
        history.splice(0, history.length, ...tried);
        // Before the checkpoint: if the process is killed between, the epoch is done again, and is no better than itself.
        if (row.quality && row.quality.frechet < await leastDistance(dir)) {
          await saveGenerator(gan, `${dir}/${GAN_FILES.best}`, history);
        }
        await saveCheckpoint(last, gan.whole, history);
        await saveGenerator(gan, `${dir}/${GAN_FILES.generator}`, history);
      }
    } finally {
      if (tried.length > 0) {
        await savePicture(plotGan(tried, { heldOut: options.judge?.heldOut }), `${dir}/${GAN_FILES.chart}`);
      }
    }
    await writeJson(`${dir}/${GAN_FILES.summary}`, { last: history.at(-1), history: tried });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== LOSS_ERROR) throw error;
    throw lossError(`${error.message}; ${await lastGood(last)}`, error);
  } finally {
    gan.dispose();
  }
}

/** The Fréchet distance of the best generator so far. */
async function leastDistance(dir: string): Promise<number> {
  const path = `${dir}/${GAN_FILES.best}`;
  return await exists(path) ? (await historyOf(path)).at(-1)!.quality!.frechet : Infinity;
}

/** Which checkpoint is still good. */
async function lastGood(path: string): Promise<string> {
  if (!await exists(path)) return "there is no checkpoint yet";
  const { metadata } = await readSafetensors(path);
  return `the last good checkpoint is ${path}, of epoch ${JSON.parse(metadata.history!).length}`;
}

/** Writes the generator that is kept, as PyTorch's module has it, with the history so far. */
async function saveGenerator({ generator, averager }: Gan, path: string, history: readonly GanRow[]): Promise<void> {
  const tensors = await withAverage(averager, generator, () => modelTensors(generator));
  await writeSafetensors(path, {
    tensors,
    metadata: { format: "pt", model: generator.name, history: JSON.stringify(history) },
  });
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
