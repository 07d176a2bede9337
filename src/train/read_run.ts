/**
 * A run's folder read as far as it goes: what is missing is said to be missing, and what is broken is told and not thrown.
 *
 * @module
 */
import { z } from "zod";
import { faultText } from "../core/parts.ts";
import type { EpochRow, Predictions } from "../core/records.ts";
import { loadPredictions } from "../frame/mod.ts";
import { exists, readJson, readJsonLines, statIfThere } from "../io/mod.ts";
import { bestEpoch } from "./best_epoch.ts";
import type { TrainConfig } from "./config.ts";
import { restoreRow } from "./epoch_row.ts";
import { resolveConfig } from "./resolve_config.ts";
import { type DataRecord, FILES } from "./run.ts";

/** What a run's files say. */
export interface RunFiles {
  /** The folder. */
  readonly dir: string;
  /** What is wrong with the files, a sentence each. */
  readonly faults: readonly string[];
  /** Whether the run is at its end. */
  readonly finished: boolean;
  /** Its options; nothing where they cannot be read. */
  readonly config: TrainConfig | null;
  /** What it was trained on. */
  readonly data: DataRecord | null;
  /** What it ran on: what stands in `env.json`. */
  readonly environment: unknown;
  /** The epochs so far. */
  readonly history: readonly EpochRow[];
  /** The best of them. */
  readonly best: EpochRow | null;
  /** Predictions of the validation images; nothing before the end, and of a run that has no such images. */
  readonly valid: Predictions | null;
  /** The person on each of those images; nothing where the run does not say. */
  readonly persons: ReadonlyMap<string, string> | null;
  /** When its first process began, by the time of its lock's file. */
  readonly started: Date | null;
  /** When it came to its end, by the time of its summary. */
  readonly ended: Date | null;
}

const EPOCH = z.looseObject({
  epoch: z.int(),
  seconds: z.number(),
  validMacroF1: z.number().nullable(), // a run on all samples has none
}).transform((row) => restoreRow(row as unknown as EpochRow));
const SUMMARY = z.looseObject({ best: EPOCH, history: z.array(EPOCH) });
const DATA = z.looseObject({
  digest: z.string(),
  schema: z.looseObject({
    attributes: z.array(z.looseObject({ name: z.string(), levels: z.array(z.string()) })),
    classes: z.array(z.string()),
  }),
  train: z.int(),
  valid: z.array(z.string()),
  groups: z.array(z.string()).optional(),
  leftOut: z.array(z.string()).default([]),
}).refine(({ valid, groups }) => groups === undefined || groups.length === valid.length, {
  path: ["groups"],
  message: "there must be one for each valid image",
});

/**
 * Reads a run's folder.
 *
 * @param dir The folder.
 * @returns What its files say, and what is wrong with them.
 */
export async function readRun(dir: string): Promise<RunFiles> {
  const faults: string[] = [];
  const attempt = async <T>(read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      faults.push(error.message);
      return null;
    }
  };
  const file = async <T>(name: string, check: (value: unknown, path: string) => T): Promise<T | null> => {
    const path = `${dir}/${name}`;
    return await exists(path) ? await attempt(async () => check(await readJson(path), path)) : null;
  };
  const end = await statIfThere(`${dir}/${FILES.summary}`), finished = end !== undefined;
  const summary = finished ? await file(FILES.summary, (value, path) => parse(SUMMARY, value, path)) : null;
  const config = await file(FILES.config, readConfig);
  const data = await file(FILES.data, (value, path) => parse(DATA, value, path)) as DataRecord | null;
  if (finished && !await exists(`${dir}/${FILES.data}`)) {
    faults.push(`Cannot read "${dir}" as it holds no ${FILES.data}`);
  }
  const environment = await file(FILES.env, (value) => value);
  const history = finished ? summary?.history ?? [] : await attempt(() => readEpochs(`${dir}/${FILES.metrics}`)) ?? [];
  const best = finished ? summary?.best : config && bestEpoch(history, config);
  const hasValid = finished && (data === null || data.valid.length > 0);
  return {
    dir,
    faults,
    finished,
    config,
    data,
    environment,
    history,
    best: best ?? null,
    valid: hasValid ? await attempt(() => loadPredictions(`${dir}/${FILES.valid}`)) : null,
    persons: data?.groups ? new Map(data.valid.map((id, i) => [id, data.groups![i]!])) : null,
    started: (await statIfThere(`${dir}/.lock`))?.mtime ?? null,
    ended: end?.mtime ?? null,
  };
}

function readConfig(value: unknown, path: string): TrainConfig {
  const options = parse(z.record(z.string(), z.unknown()), value, path);
  try {
    return resolveConfig(options);
  } catch (error) {
    throw new TypeError(`${(error as Error).message} (in "${path}")`, { cause: error });
  }
}

/** The epochs that a run has logged; none before the first. */
async function readEpochs(path: string): Promise<EpochRow[]> {
  return await exists(path) ? parse(z.array(EPOCH), await readJsonLines(path), path) : [];
}

function parse<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new TypeError(`Cannot read "${path}" as ${error.issues.map(faultText).join("; ")}`);
}
