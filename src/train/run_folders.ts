/**
 * Where runs are below a folder, and what each is part of.
 *
 * @module
 */
import { basename, join } from "node:path";
import { exists, listFolders, readJson, statIfThere } from "../io/mod.ts";
import { FILES } from "./run.ts";

/** What a folder of runs is: one run, the folds of a cross-validation, or those of a trial of `ablate` or `sweep`. */
export type RunKind = "run" | "cross-validation" | "ablation trial" | "sweep trial";

/** A run's folder, or one that holds the folds of several. */
export interface RunFolder {
  /** The folder. */
  readonly dir: string;
  /** What it is. */
  readonly kind: RunKind;
  /** The folds' folders by number; none of a single run. */
  readonly folds: readonly string[];
}

/** Folders that packing and preprocessing fill: images, and no runs. */
const IMAGES = ["cache", "preprocessed"];

/** Trials lie two folders below the record of what they are part of. */
const TRIALS = [
  { kind: "ablation trial", own: /^seed-\d+$/, above: /^base$|=/, record: "ablation.json" },
  { kind: "sweep trial", own: /^epochs-\d+$/, above: /^trial-\d+$/, record: "sweep.json" },
] as const;

/**
 * What a folder holds.
 *
 * @param dir The folder.
 * @returns A run or folds; nothing for any other folder.
 */
export async function runFolder(dir: string): Promise<RunFolder | undefined> {
  return describe(dir, await listFolders(dir));
}

/**
 * Finds every run at and below a folder, at any depth; a fold stands in its cross-validation.
 *
 * @param root The folder.
 * @returns What was found, in natural order of the paths. A folder that links lead to twice is looked into once.
 */
export async function findRunFolders(root: string): Promise<readonly RunFolder[]> {
  const found: RunFolder[] = [], seen = new Set<string>();
  const walk = async (dir: string): Promise<void> => {
    const { dev, ino } = await statIfThere(dir) ?? {};
    const key = ino ? `${dev}:${ino}` : dir; // Windows counts no inodes
    if (seen.has(key)) return;
    seen.add(key);
    const names = await listFolders(dir), folder = await describe(dir, names);
    if (folder) found.push(folder);
    const folds = new Set(folder?.folds);
    for (const name of names) {
      const below = `${dir}/${name}`;
      if (!IMAGES.includes(name) && !folds.has(below)) await walk(below);
    }
  };
  await walk(root);
  return found;
}

/**
 * Whether what a trial is part of has ended, so that a trial without all folds was never meant to have them.
 *
 * @param folder The trial.
 */
export async function hasEnded({ dir, kind }: RunFolder): Promise<boolean> {
  const trial = TRIALS.find((trial) => trial.kind === kind);
  return trial !== undefined && await exists(join(dir, "..", "..", trial.record));
}

/** Whether a classifier was trained here: the record that other training leaves, such as a GAN's, names no model. */
async function holdsRun(dir: string): Promise<boolean> {
  const path = `${dir}/${FILES.config}`;
  if (!await exists(path)) return false;
  const config = await readJson(path).catch(() => null); // which is then told as broken
  return typeof config !== "object" || config === null || Array.isArray(config) || Object.hasOwn(config, "model");
}

async function describe(dir: string, names: readonly string[]): Promise<RunFolder | undefined> {
  if (await holdsRun(dir)) return { dir, kind: "run", folds: [] };
  const folds: string[] = [];
  for (const name of names) {
    const fold = `${dir}/${name}`;
    if (/^fold-\d+$/.test(name) && await holdsRun(fold)) folds.push(fold);
  }
  if (folds.length === 0) return undefined;
  const own = basename(dir), above = basename(join(dir, ".."));
  const trial = TRIALS.find((trial) => trial.own.test(own) && trial.above.test(above));
  return { dir, kind: trial?.kind ?? "cross-validation", folds };
}
