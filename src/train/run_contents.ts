/**
 * A run, or the folds of a cross-validation, as it stands in a list.
 *
 * @module
 */
import { basename, relative } from "node:path";
import type { EpochRow, Predictions } from "../core/records.ts";
import { loadPredictions } from "../frame/mod.ts";
import { exists, readJson } from "../io/mod.ts";
import { joinFolds } from "../predict/mod.ts";
import type { TrainConfig } from "./config.ts";
import { readRun, type RunFiles } from "./read_run.ts";
import { hasEnded, type RunFolder, type RunKind } from "./run_folders.ts";
import { type IntervalOptions, type RunScores, scoreRun } from "./run_scores.ts";

/** A run, or a cross-validation with its folds, as it stands in a list. */
export interface RunEntry {
  /** Its folder, as it is called from the folder that was listed. */
  readonly name: string;
  /** Its folder. */
  readonly dir: string;
  /** What it is. */
  readonly kind: RunKind;
  /** Whether it ran to its end, has not yet, or holds files that cannot be read. */
  readonly state: "finished" | "unfinished" | "broken";
  /** What is broken; null where nothing is. */
  readonly fault: string | null;
  /** When it began, in ISO 8601 and by the times of its files; null where they do not tell. */
  readonly started: string | null;
  /** When it ended; null before that. */
  readonly ended: string | null;
  /** Every option, that of the first fold for several; null where it cannot be read. */
  readonly config: TrainConfig | null;
  /** The network's name. */
  readonly model: string | null;
  /** Images trained and validated on. */
  readonly images: number | null;
  /** Epochs so far, of all folds together. */
  readonly epochs: number;
  /** What they took, in seconds. */
  readonly seconds: number;
  /** The best epoch so far, by what the config monitors; null before the first, and of several folds. */
  readonly best: EpochRow | null;
  /** Scores of its validation images, out-of-fold for several folds; null unless it is finished and has such images. */
  readonly scores: RunScores | null;
  /** The folds' runs. */
  readonly folds: readonly RunEntry[];
}

/** What can be read of a folder of runs, beside what the list says. */
export interface RunContents {
  /** What the list says. */
  readonly entry: RunEntry;
  /** The run's files, or those of each fold. */
  readonly files: readonly RunFiles[];
  /** Predictions of the validation images, out-of-fold for several folds. */
  readonly predictions: Predictions | null;
  /** The person on each of those images; null where a run does not say. */
  readonly persons: ReadonlyMap<string, string> | null;
}

/**
 * Reads one run or several folds.
 *
 * @param folder What is read.
 * @param options The folder that names begin at, and how intervals are drawn.
 */
export async function readContents(
  folder: RunFolder,
  options: IntervalOptions & { readonly root: string },
): Promise<RunContents> {
  return await (folder.kind === "run" ? readSingle : readFolds)(folder, options);
}

type ReadOptions = Parameters<typeof readContents>[1];

async function readSingle({ dir, kind }: RunFolder, { root, ...drawing }: ReadOptions): Promise<RunContents> {
  const files = await readRun(dir), faults = [...files.faults];
  const { finished, config, data, history, best, valid, persons, started, ended } = files;
  const scores = scoresOf(valid, persons, { ...drawing, faults });
  const entry: RunEntry = {
    name: nameOf(dir, root),
    dir,
    kind,
    state: faults.length > 0 ? "broken" : finished ? "finished" : "unfinished",
    fault: faults.join("; ") || null,
    started: started?.toISOString() ?? null,
    ended: ended?.toISOString() ?? null,
    config,
    model: config?.model.name ?? null,
    images: data && data.train + data.valid.length,
    epochs: history.length,
    seconds: history.reduce((sum, { seconds }) => sum + seconds, 0),
    best,
    scores,
    folds: [],
  };
  return { entry, files: [files], predictions: valid, persons };
}

async function readFolds(folder: RunFolder, { root, ...drawing }: ReadOptions): Promise<RunContents> {
  const { dir, kind } = folder, parts: RunContents[] = [];
  for (const fold of folder.folds) {
    parts.push(await readSingle({ dir: fold, kind: "run", folds: [] }, { root, ...drawing }));
  }
  const folds = parts.map(({ entry }) => entry), [first] = folds;
  const faults = folds.flatMap(({ dir, fault }) => fault === null ? [] : [`${basename(dir)}: ${fault}`]);
  faults.push(...await failureOf(dir));
  const persons = parts.every((part) => part.persons) ? new Map(parts.flatMap((part) => [...part.persons!])) : null;
  const isJoined = await exists(`${dir}/oof.parquet`), isWhole = folds.every(({ state }) => state === "finished");
  const finished = isWhole && (isJoined && folds.length === first!.config?.folds || await hasEnded(folder));
  let predictions: Predictions | null = null;
  try {
    if (isJoined) predictions = await loadPredictions(`${dir}/oof.parquet`);
    else if (finished && parts.some((part) => part.predictions)) {
      predictions = joinFolds(parts.flatMap(({ predictions }) => predictions ?? []));
    }
  } catch (error) {
    faults.push((error as Error).message);
  }
  const scores = scoresOf(predictions, persons, { ...drawing, faults });
  const times = (key: "started" | "ended") => folds.flatMap((entry) => entry[key] ?? []).sort();
  const sum = (key: "epochs" | "seconds") => folds.reduce((total, entry) => total + entry[key], 0);
  const entry: RunEntry = {
    name: nameOf(dir, root),
    dir,
    kind,
    state: faults.length > 0 ? "broken" : finished ? "finished" : "unfinished",
    fault: faults.join("; ") || null,
    started: times("started")[0] ?? null,
    ended: finished ? times("ended").at(-1) ?? null : null,
    config: first!.config,
    model: first!.model,
    images: first!.images,
    epochs: sum("epochs"),
    seconds: sum("seconds"),
    best: null,
    scores,
    folds,
  };
  return { entry, files: parts.flatMap(({ files }) => files), predictions, persons };
}

/** Scores of what is sound; predictions that cannot be scored are a further fault. */
function scoresOf(
  predictions: Predictions | null,
  persons: ReadonlyMap<string, string> | null,
  { faults, ...drawing }: IntervalOptions & { readonly faults: string[] },
): RunScores | null {
  if (faults.length > 0 || !predictions) return null;
  try {
    return scoreRun(predictions, persons, drawing);
  } catch (error) {
    faults.push((error as Error).message);
    return null;
  }
}

/** Why a trial of a search has no score, where its training diverged. */
async function failureOf(dir: string): Promise<string[]> {
  const path = `${dir}/failed.json`;
  if (!await exists(path)) return [];
  try {
    return [`${(await readJson(path) as { readonly message: unknown }).message}`];
  } catch (error) {
    return [(error as Error).message];
  }
}

function nameOf(dir: string, root: string): string {
  return relative(root, dir).replaceAll("\\", "/") || basename(dir);
}
