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
}

/**
 * Opens a GAN's run. It need not be finished: the generator of the last good epoch is there after each.
 *
 * @param dir The run's folder.
 * @returns Its config and history; the weights are loaded by {@linkcode loadGenerator}.
 * @throws {Error} If it is no run of a GAN, or has no generator yet.
 */
export async function openGan(dir: string): Promise<GanRun> {
  const path = `${dir}/${GAN_FILES.generator}`;
  if (!await exists(path)) throw new Error(`Cannot open ${show(dir)} as it holds no ${GAN_FILES.generator}`);
  const config = resolveGanConfig(await readJson(`${dir}/${GAN_FILES.config}`) as Record<string, unknown>);
  const { schema, counts, valid: heldOut } = await readJson(`${dir}/${GAN_FILES.data}`) as GanDataRecord;
  const { metadata } = await readSafetensors(path);
  const finished = await exists(`${dir}/${GAN_FILES.summary}`);
  return { dir, config, schema, counts, heldOut, history: JSON.parse(metadata.history!), finished };
}

/**
 * Loads a run's generator, with the average of its weights if the run kept one.
 *
 * @param run The run, or its folder.
 * @returns The generator; the caller's to dispose of.
 */
export async function loadGenerator(run: GanRun | string): Promise<Generator> {
  const { dir, config, schema } = typeof run === "string" ? await openGan(run) : run;
  const path = `${dir}/${GAN_FILES.generator}`, { tensors } = await readSafetensors(path);
  const generator = makeGenerator(config, schema);
  try {
    assignTensors(generator, tensors, `"${path}"`);
    return generator;
  } catch (error) {
    generator.dispose();
    throw error;
  }
}
