/**
 * Runs on disk: what stands in a run's folder, and how it is opened again.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { EpochRow, Predictions } from "../core/records.ts";
import type { Schema } from "../core/schema.ts";
import { loadPredictions } from "../frame/mod.ts";
import { exists, listFolders, readJson } from "../io/mod.ts";
import { createModel, findWeights, type FoundWeights, loadWeights, type Model } from "../models/mod.ts";
import { pair, type TrainConfig } from "./config.ts";
import { restoreRow } from "./epoch_row.ts";
import { resolveConfig } from "./resolve_config.ts";

/** A finished training run. */
export interface Run {
  /** Its folder. */
  readonly dir: string;
  /** Every option it was trained with. */
  readonly config: TrainConfig;
  /** Attributes and classes. */
  readonly schema: Schema;
  /** An entry an epoch. */
  readonly history: readonly EpochRow[];
  /** The epoch whose weights were kept: the last one where nothing was validated. */
  readonly best: EpochRow;
  /** The best weights' predictions for the validation images, if there are any, averaged over the config's views. */
  readonly valid: Predictions;
}

/** What `data.json` says about a run's data. */
export interface DataRecord {
  /** Digest of ids, labels, groups, fold, pixels and soft targets. */
  readonly digest: string;
  /** Digest of the soft targets by themselves, where there are any. */
  readonly softTargets?: string;
  /** Attributes and classes. */
  readonly schema: Schema;
  /** Number of training images. */
  readonly train: number;
  /** Ids of the validation images. */
  readonly valid: readonly string[];
  /** The person on each of them; older runs do not say. */
  readonly groups?: readonly string[];
  /** Why images were left out. */
  readonly leftOut: readonly string[];
}

/** Files of a run. */
export const FILES = {
  config: "config.json",
  env: "env.json",
  data: "data.json",
  metrics: "metrics.jsonl",
  checks: "checks.jsonl",
  best: "best.safetensors",
  last: "last.safetensors",
  valid: "valid.parquet",
  summary: "summary.json",
} as const;

/**
 * Opens a finished run.
 *
 * @param dir The run's folder.
 * @returns Its config, history and predictions; the weights are loaded by {@linkcode loadModel}.
 * @throws {Error} If it is no run, or is not finished.
 */
export async function openRun(dir: string): Promise<Run> {
  if (!await exists(`${dir}/${FILES.config}`)) {
    throw new Error(`Cannot open ${show(dir)} as it holds no ${FILES.config}`);
  }
  if (!await exists(`${dir}/${FILES.summary}`)) {
    throw new Error(
      `Cannot open ${show(dir)} as the run is not finished: train it again into the same folder to go on`,
    );
  }
  const config = resolveConfig(await readJson(`${dir}/${FILES.config}`) as Record<string, unknown>);
  const { schema } = await readJson(`${dir}/${FILES.data}`) as DataRecord;
  const { history, best } = await readJson(`${dir}/${FILES.summary}`) as Pick<Run, "history" | "best">;
  const valid = await loadPredictions(`${dir}/${FILES.valid}`);
  return { dir, config, schema, history: history.map(restoreRow), best: restoreRow(best), valid };
}

/**
 * Opens a finished run, all folds of a finished cross-validation, or all seeds of a refit.
 *
 * @param dir A run's folder, or one with `fold-0`, `fold-1`, ... or `seed-1`, `seed-2`, ... in it.
 * @returns At least one run, by fold or seed.
 * @throws {Deno.errors.NotFound} If there is no such folder.
 * @throws {Error} If there is no run, or one is not finished.
 */
export async function openRuns(dir: string): Promise<readonly Run[]> {
  if (!await exists(dir)) throw new Deno.errors.NotFound(`Cannot open ${show(dir)} as there is no such folder`);
  if (await exists(`${dir}/${FILES.config}`)) return [await openRun(dir)];
  const folds = (await listFolders(dir)).filter((name) => /^(fold|seed)-\d+$/.test(name));
  if (folds.length === 0) throw new Error(`Cannot open ${show(dir)} as it holds neither ${FILES.config} nor fold-0`);
  return await Promise.all(folds.map((name) => openRun(`${dir}/${name}`)));
}

/** What stands in a file about the images of the model whose weights it holds. */
export type ModelInput = FoundWeights["input"];

/** The model of a configuration with random weights, for a schema's classes. */
export async function makeModel(
  config: TrainConfig,
  { classes, attributes }: Schema,
  input: ModelInput = {},
): Promise<Model> {
  const levels = attributes.map((attribute) => attribute.levels.length);
  const size = pair(config.crop);
  return await createModel({ ...config.model, weights: null }, { classes, levels, seed: config.seed, size, input });
}

/**
 * Loads a run's model.
 *
 * @param run The run, or its folder.
 * @returns The model with the best epoch's weights; the caller's to dispose of.
 */
export async function loadModel(run: Run | string): Promise<Model> {
  const { dir, config, schema } = typeof run === "string" ? await openRun(run) : run;
  const found = await findWeights(`${dir}/${FILES.best}`);
  const model = await makeModel(config, schema, found.input);
  await loadWeights(model, found, { head: "exact" });
  return model;
}
