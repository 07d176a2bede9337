/**
 * All runs below a folder, looked at again and again: what has not changed is not read again, and nothing outside of the
 * folder is read, whatever links there are.
 *
 * @module
 */
import { basename } from "node:path";
import type { EpochRow } from "../core/records.ts";
import { inFlight } from "../io/in_flight.ts";
import { type InsideEntry, listInside, realFolder } from "../io/inside.ts";
import { compareNatural, sha256 } from "../io/mod.ts";
import { timeOfDay } from "../io/stamp.ts";
import { FILES } from "../train/run.ts";
import { readContents, type RunEntry } from "../train/run_contents.ts";
import { type RunFolder, runFolder, type RunKind } from "../train/run_folders.ts";
import type { RunScores } from "../train/run_scores.ts";
import { type LiveRun, readLive } from "./live_run.ts";

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
  /** Epochs so far, of all folds together. */
  readonly epochs: number;
  /** Epochs that there are to be, of all folds; null where that is not known. */
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
  readonly histories: ReadonlyMap<string, readonly EpochRow[]>;
}

/** How runs are watched. */
export interface WatchRunsOptions {
  /** Seconds without a change after which a run counts as stopped, unless its epochs are longer; 600 by default. */
  readonly quiet?: number;
  /** Seconds for which a look is good enough; 1 by default. */
  readonly every?: number;
}

/** Files that are read of a run: none of them may lead out of the board's folder. */
const READ: ReadonlySet<string> = new Set([...Object.values(FILES), "oof.parquet", "failed.json", ".lock"]);

/** Folders that packing and preprocessing fill: images, and no runs. */
const IMAGES: readonly string[] = ["cache", "preprocessed"];

/** As many of the longest epoch without a change, and a run counts as stopped. */
const EPOCHS = 3;

/** A run found: its folders' entries, the run's own first. */
interface Found {
  readonly name: string;
  readonly dir: string;
  readonly parts: ReadonlyMap<string, readonly InsideEntry[]>;
}

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

/** Every run at and below a folder, folds within theirs. */
async function findRuns(root: string, rootName: string): Promise<Found[]> {
  const found: Found[] = [], seen = new Set<string>();
  const walk = async (dir: string, name: string): Promise<void> => {
    if (seen.has(dir)) return;
    seen.add(dir);
    const entries = await listInside(root, dir), parts = new Map([[dir, entries]]);
    const folders = entries.filter(({ name, isFolder }) => isFolder && !name.startsWith("."));
    for (const { name, real } of folders) {
      if (/^fold-\d+$/.test(name)) parts.set(real!, await listInside(root, real!));
    }
    const isRun = [...parts.values()].some((part) => part.some(({ name }) => name === FILES.config));
    if (isRun) found.push({ name: name || rootName, dir, parts });
    for (const { name: own, real } of folders) {
      if (!IMAGES.includes(own) && !(isRun && parts.has(real!))) {
        await walk(real!, name === "" ? own : `${name}/${own}`);
      }
    }
  };
  await walk(root, "");
  return found.sort((a, b) => compareNatural(a.name, b.name));
}

const readOf = (entries: readonly InsideEntry[]) => entries.filter(({ name }) => READ.has(name));

async function versionOf({ dir, parts }: Found): Promise<string> {
  const stamps = [...parts].map(([part, entries]) => [
    part.slice(dir.length),
    ...readOf(entries).map(({ name, stamp }) => `${name} ${stamp}`),
  ]);
  return (await sha256(JSON.stringify(stamps))).slice(0, 16);
}

/** Reads a run as far as it goes, nothing of one that is no classifier's; an error of the disk is its own fault. */
async function readFound({ name, dir, parts }: Found, root: string, version: string): Promise<WatchedRun | undefined> {
  const broken = (fault: string): WatchedRun => {
    const none = { folds: 0, epochs: 0, ofEpochs: null, best: null, scores: null, seconds: 0, started: null };
    return {
      run: { name, kind: null, state: "broken", fault, model: null, ...none, version },
      dir,
      histories: new Map(),
    };
  };
  const out = [...parts.values()].flatMap(readOf).find(({ real }) => real === null);
  if (out) return broken(`Cannot read ${out.name} as it is a link that leads out of the board's folder`);
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
    };
  } catch (error) {
    return broken((error as Error).message);
  }
}

function summarize(
  { kind }: RunFolder,
  live: readonly LiveRun[],
  entry: RunEntry | null,
): Omit<BoardRun, "name" | "version" | "started"> {
  const { config } = live[0]!, faults = live.flatMap(({ fault }) => fault ?? []), isSeveral = kind !== "run";
  const best = live.flatMap(({ best }) => best && Number.isFinite(best.validMacroF1) ? best.validMacroF1 : []);
  const rows = live.flatMap(({ history }) => history);
  const fault = (entry ? entry.fault : faults.join("; ")) || null;
  return {
    kind,
    state: fault !== null ? "broken" : entry?.state === "finished" ? "finished" : "training",
    fault,
    model: config?.model.name ?? null,
    folds: isSeveral ? live.length : 0,
    epochs: rows.length,
    ofEpochs: config && config.epochs * (kind === "cross-validation" ? config.folds : live.length),
    best: best.length > 0 ? best.reduce((sum, score) => sum + score, 0) / best.length : null,
    scores: entry?.scores ?? null,
    seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** When the first process of a run took its lock. */
function startOf(dirs: readonly string[], parts: Found["parts"]): number | null {
  const times = dirs.flatMap((dir) => parts.get(dir)?.find(({ name }) => name === ".lock")?.changed || []);
  return times.length > 0 ? Math.min(...times) : null;
}

/** Whether an unfinished run goes on, by when its files last changed. */
function withState(
  watched: WatchedRun,
  { parts }: Found,
  { now, quiet }: { readonly now: number; readonly quiet: number },
): WatchedRun {
  const { run, histories } = watched;
  if (run.state !== "training" && run.state !== "stopped") return watched;
  const changed = Math.max(...[...parts.values()].flatMap(readOf).map(({ changed }) => changed));
  const longest = Math.max(0, ...[...histories.values()].flat().map(({ seconds }) => seconds));
  const state = now - changed > 1000 * Math.max(quiet, EPOCHS * longest) ? "stopped" : "training";
  return state === run.state ? watched : { ...watched, run: { ...run, state } };
}
