/**
 * A GAN's run on disk, and how it is opened again.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { Schema } from "../core/schema.ts";
import { exists, readJson, readSafetensors } from "../io/mod.ts";
import { assignTensors } from "../models/weights.ts";
import { type DataRecord, FILES } from "../train/run.ts";
import { type GanConfig, resolveGanConfig } from "./config.ts";
import { makeGenerator } from "./gan.ts";
import type { Generator } from "./generator.ts";
import type { GanRow } from "./watch.ts";

/** Files of a run beside those that a classifier's has. */
export const GAN_FILES = {
  ...FILES,
  generator: "generator.safetensors",
  sheets: "sheets",
  chart: "losses",
  quality: "quality.json",
  nearest: "nearest.png",
} as const;

/** What `data.json` says. */
export interface GanDataRecord extends DataRecord {
  /** Training images of each class, by class number. */
  readonly counts: readonly number[];
}

/** A GAN's run. */
export interface GanRun {
  /** Its folder. */
  readonly dir: string;
  /** Every option it was trained with. */
  readonly config: GanConfig;
  /** Attributes and classes. */
  readonly schema: Schema;
  /** Training images of each class, by class number. */
  readonly counts: readonly number[];
  /** Ids of the images that it was not trained on. */
  readonly heldOut: readonly string[];
  /** An entry an epoch. */
  readonly history: readonly GanRow[];
  /** Whether it ran to its end. */
  readonly finished: boolean;
  /** The generator's file: the best one where a judge told which that is, else that of the last good epoch. */
  readonly weights: string;
  /** The epoch that it is of. */
  readonly epoch: number;
}

/**
 * Opens a GAN's run. It need not be finished: the generator of the last good epoch is there after each, and that of the least
 * Fréchet distance, if a judge was there to tell.
 *
 * @param dir The run's folder.
 * @param options Whether to take the last good epoch's generator in any case.
 * @returns Its config and history; the weights are loaded by {@linkcode loadGenerator}.
 * @throws {Error} If it is no run of a GAN, or has no generator yet.
 */
export async function openGan(dir: string, { last = false }: { readonly last?: boolean } = {}): Promise<GanRun> {
  const path = `${dir}/${GAN_FILES.generator}`, best = `${dir}/${GAN_FILES.best}`;
  if (!await exists(path)) throw new Error(`Cannot open ${show(dir)} as it holds no ${GAN_FILES.generator}`);
  const config = resolveGanConfig(await readJson(`${dir}/${GAN_FILES.config}`) as Record<string, unknown>);
  const { schema, counts, valid: heldOut } = await readJson(`${dir}/${GAN_FILES.data}`) as GanDataRecord;
  const weights = !last && await exists(best) ? best : path;
  const finished = await exists(`${dir}/${GAN_FILES.summary}`), history = await historyOf(path);
  const epoch = (await historyOf(weights)).at(-1)?.epoch ?? 0;
  return { dir, config, schema, counts, heldOut, history, finished, weights, epoch };
}

/** The epochs up to a generator's. */
export async function historyOf(path: string): Promise<readonly GanRow[]> {
  const { metadata } = await readSafetensors(path);
  return JSON.parse(metadata.history!);
}

/**
 * Loads a run's generator, with the average of its weights if the run kept one.
 *
 * @param run The run, or its folder.
 * @returns The generator; the caller's to dispose of.
 */
export async function loadGenerator(run: GanRun | string): Promise<Generator> {
  const { weights, config, schema } = typeof run === "string" ? await openGan(run) : run;
  const { tensors } = await readSafetensors(weights);
  const generator = makeGenerator(config, schema);
  try {
    assignTensors(generator, tensors, show(weights));
    return generator;
  } catch (error) {
    generator.dispose();
    throw error;
  }
}
