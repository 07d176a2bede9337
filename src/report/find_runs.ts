/**
 * Where runs are below a folder, found without a look at anything outside of it.
 *
 * @module
 */
import { type InsideEntry, listInside } from "../io/inside.ts";
import { compareNatural, sha256 } from "../io/mod.ts";
import { FILES } from "../train/run.ts";

/** Files that are read of a run: none of them may lead out of the board's folder. */
const READ: ReadonlySet<string> = new Set([...Object.values(FILES), "oof.parquet", "failed.json", ".lock"]);

/** Folders that packing and preprocessing fill: images, and no runs. */
const IMAGES: readonly string[] = ["cache", "preprocessed"];

/** Folders of folds. */
const FOLD = /^fold-\d+$/;

/** A run found. */
export interface Found {
  /** Its folder, as it is called from the one that was searched. */
  readonly name: string;
  /** Its folder, with all links followed. */
  readonly dir: string;
  /** What lies in its folder, and in each fold's, by the folder. */
  readonly parts: ReadonlyMap<string, readonly InsideEntry[]>;
  /** A file or fold of it that leads out of the folder that was searched, so that nothing may be read. */
  readonly outside: string | null;
}

/**
 * Finds every run at and below a folder; folds stand in theirs. A folder that links lead to twice is looked into once.
 *
 * @param root The folder's real path.
 * @param rootName What a run is called that lies in the folder itself.
 * @returns What was found, in natural order of the names.
 */
export async function findRuns(root: string, rootName: string): Promise<Found[]> {
  const found: Found[] = [], seen = new Set<string>();
  const walk = async (dir: string, above: string): Promise<void> => {
    if (seen.has(dir)) return;
    seen.add(dir);
    const entries = await listInside(root, dir), parts = new Map([[dir, entries]]);
    const folders = entries.filter(({ name, isFolder }) => isFolder && !name.startsWith("."));
    for (const { name, real } of folders) {
      if (FOLD.test(name)) parts.set(`${dir}/${name}`, await listInside(root, real!));
    }
    const own = [...parts.values()].flatMap(filesOf), isRun = own.some(({ name }) => name === FILES.config);
    const outside = [...own, ...entries.filter(({ name }) => FOLD.test(name))].find(({ real }) => real === null);
    if (isRun) found.push({ name: above || rootName, dir, parts, outside: outside?.name ?? null });
    for (const { name, real } of folders) {
      const isFold = isRun && parts.has(`${dir}/${name}`);
      if (!isFold && !IMAGES.includes(name)) await walk(real!, above === "" ? name : `${above}/${name}`);
    }
  };
  await walk(root, "");
  return found.sort((a, b) => compareNatural(a.name, b.name));
}

/** The files of a run among what lies in its folder. */
export function filesOf(entries: readonly InsideEntry[]): InsideEntry[] {
  return entries.filter(({ name }) => READ.has(name));
}

/** Text that differs whenever a run's files do. */
export async function versionOf({ dir, parts, outside }: Found): Promise<string> {
  const stamps = [...parts].map(([part, entries]) => [
    part.slice(dir.length),
    ...filesOf(entries).map(({ name, stamp }) => `${name} ${stamp}`),
  ]);
  return (await sha256(JSON.stringify([outside, stamps]))).slice(0, 16);
}
