/**
 * All runs below a folder, looked at again and again: what has not changed is not read again, and nothing outside of the
 * folder is read, whatever links there are.
 *
 * @module
 */
import { basename } from "node:path";
import { inFlight } from "../io/in_flight.ts";
import { realFolder } from "../io/inside.ts";
import { timeOfDay } from "../io/stamp.ts";
import { FILES } from "../train/run.ts";
import { readContents, type RunEntry } from "../train/run_contents.ts";
import { type RunFolder, runFolder, type RunKind } from "../train/run_folders.ts";
import type { RunScores } from "../train/run_scores.ts";
import { filesOf, findRuns, type Found, versionOf } from "./find_runs.ts";
import { type CurveRow, type LiveRun, readLive } from "./live_run.ts";

/** A run, or a cross-validation, as the board shows it. */
export interface BoardRun {
  /** Its folder, as it is called from the board's. */
  readonly name: string;
  /** What it is; null where it cannot be told. */
  readonly kind: RunKind | null;
  /** Whether it has ended, goes on, was left unfinished, or cannot be read. */
  readonly state: "finished" | "training" | "stopped" | "broken";
  /** What is broken; null where nothing is. */
  readonly fault: string | null;
  /** The network's name. */
  readonly model: string | null;
  /** Folds that there are; 0 of a single run. */
  readonly folds: number;
  /** Folds that there are to be, unless some are left out on purpose; 0 of a single run. */
  readonly ofFolds: number;
  /** Epochs so far, of all folds together. */
  readonly epochs: number;
  /** Epochs that there are to be, of all these folds; null where that is not known. */
  readonly ofEpochs: number | null;
  /** The best epoch's macro F1 so far, the folds' mean; null before the first. */
  readonly best: number | null;
  /** Scores of the end, with intervals over persons; null before it. */
  readonly scores: RunScores | null;
  /** What the epochs took, in seconds. */
  readonly seconds: number;
  /** When it began, in milliseconds since 1970; null where the files do not tell. */
  readonly started: number | null;
  /** Differs whenever the run's files do. */
  readonly version: string;
}

/** A run and what its curves are drawn from. */
export interface WatchedRun {
  /** What the board shows. */
  readonly run: BoardRun;
  /** Its folder, with all links followed. */
  readonly dir: string;
  /** The epochs of each fold, by its name. */
  readonly histories: ReadonlyMap<string, readonly CurveRow[]>;
  /** What has come to its end: all of the run, each of the folds that are there, or nothing. */
  readonly end: "run" | "folds" | null;
}

/** How runs are watched. */
export interface WatchRunsOptions {
  /** Seconds without a change after which a run counts as stopped, unless its epochs are longer; 600 by default. */
  readonly quiet?: number;
  /** Seconds for which a look is good enough; 1 by default. */
  readonly every?: number;
}

/** As many of the longest epoch without a change, and a run counts as stopped. */
const EPOCHS = 3;

/** Seconds in which the next fold begins after one has ended; a fold that was trained by itself has none. */
const BETWEEN = 60;

/**
 * Watches a folder of runs.
 *
 * @param root The folder.
 * @param options When a run counts as stopped.
 * @returns Looks at the runs, by name in natural order; many who ask at once share one look.
 */
export function watchRuns(
  root: string,
  { quiet = 600, every = 1 }: WatchRunsOptions = {},
): () => Promise<ReadonlyMap<string, WatchedRun>> {
  let known = new Map<string, WatchedRun>(), looked = -Infinity, look: Promise<typeof known> | undefined;
  const again = async () => {
    const real = await realFolder(root), found = await findRuns(real, basename(root));
    const now = timeOfDay(), seen = new Array<WatchedRun | undefined>(found.length);
    await inFlight(found.length, async (i) => {
      const one = found[i]!, version = await versionOf(one), before = known.get(one.name);
      const same = before?.run.version === version && before.dir === one.dir;
      const watched = same ? before : await readFound(one, real, version);
      seen[i] = watched && withState(watched, one, { now, quiet });
    });
    known = new Map(seen.flatMap((watched) => watched ? [[watched.run.name, watched]] : []));
    looked = timeOfDay();
    return known;
  };
  return () => {
    if (timeOfDay() - looked < 1000 * every) return Promise.resolve(known);
    look ??= again().finally(() => look = undefined);
    return look;
  };
}

/** Reads a run as far as it goes, nothing of one that is no classifier's; an error of the disk is its own fault. */
async function readFound(
  { name, dir, parts, outside }: Found,
  root: string,
  version: string,
): Promise<WatchedRun | undefined> {
  if (outside !== null) {
    return broken(`Cannot read ${outside} as it is a link that leads out of the board's folder`);
  }
  try {
    const folder = await runFolder(dir);
    if (!folder) return undefined;
    const dirs = folder.kind === "run" ? [dir] : folder.folds, live = await Promise.all(dirs.map(readLive));
    const hasEnded = dirs.every((part) => parts.get(part)?.some(({ name }) => name === FILES.summary));
    const entry = hasEnded ? (await readContents(folder, { root, resamples: 200, seed: 0 })).entry : null;
    return {
      run: { ...summarize(folder, live, entry), name, version, started: startOf(dirs, parts) },
      dir,
      histories: new Map(dirs.map((part, k) => [basename(part), live[k]!.history])),
      end: entry === null ? null : entry.state === "finished" ? "run" : "folds",
    };
  } catch (error) {
    return broken((error as Error).message);
  }

  function broken(fault: string): WatchedRun {
    const none = {
      folds: 0,
      ofFolds: 0,
      epochs: 0,
      ofEpochs: null,
      best: null,
      scores: null,
      seconds: 0,
      started: null,
    };
    const run = { name, kind: null, state: "broken", fault, model: null, ...none, version } as const;
    return { run, dir, histories: new Map(), end: null };
  }
}

function summarize(
  { kind }: RunFolder,
  live: readonly LiveRun[],
  entry: RunEntry | null,
): Omit<BoardRun, "name" | "version" | "started"> {
  const { config } = live[0]!, faults = live.flatMap(({ fault }) => fault ?? []);
  const best = live.flatMap(({ best }) => best ?? []);
  const rows = live.flatMap(({ history }) => history), fault = (entry ? entry.fault : faults.join("; ")) || null;
  const folds = kind === "run" ? 0 : live.length,
    ofFolds = kind === "cross-validation" ? config?.folds ?? folds : folds;
  return {
    kind,
    state: fault === null ? "training" : "broken",
    fault,
    model: config?.model.name ?? null,
    folds,
    ofFolds,
    epochs: rows.length,
    ofEpochs: config && config.epochs * (ofFolds || 1),
    best: best.length > 0 ? best.reduce((sum, score) => sum + score, 0) / best.length : null,
    scores: entry?.scores ?? (entry?.folds.length === 1 ? entry.folds[0]!.scores : null),
    seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** When the first process of a run took its lock. */
function startOf(dirs: readonly string[], parts: Found["parts"]): number | null {
  const times = dirs.flatMap((dir) => parts.get(dir)?.find(({ name }) => name === ".lock")?.changed || []);
  return times.length > 0 ? Math.min(...times) : null;
}

/** Whether a run has ended, goes on or was left, by its files and when they last changed. */
function withState(
  watched: WatchedRun,
  { parts }: Found,
  { now, quiet }: { readonly now: number; readonly quiet: number },
): WatchedRun {
  const { run, histories, end } = watched;
  if (run.state === "broken") return watched;
  const changed = Math.max(...[...parts.values()].flatMap(filesOf).map(({ changed }) => changed));
  const longest = Math.max(0, ...[...histories.values()].flat().map(({ seconds }) => seconds));
  const silent = (now - changed) / 1000;
  const hasEnded = end === "run" || end === "folds" && silent > Math.min(quiet, BETWEEN);
  const state = hasEnded ? "finished" : silent > Math.max(quiet, EPOCHS * longest) ? "stopped" : "training";
  if (state === run.state) return watched;
  const { folds, ofFolds } = run, isPart = hasEnded && folds < ofFolds;
  return { ...watched, run: { ...run, state, ofEpochs: isPart ? run.ofEpochs! / ofFolds * folds : run.ofEpochs } };
}
