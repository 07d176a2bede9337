/**
 * The folder of a painting: new, or one whose painting goes on.
 *
 * @module
 */
import { join } from "node:path";
import { list } from "../core/check.ts";
import { ensureDir, exists, readJson, renameDurably, writeAtomic } from "../io/files.ts";
import { listFiles, listFolders } from "../io/listing.ts";

/** The file that tells a painted folder, finished or not, and with which options it was begun. */
const MARKER = ".painting.json";

/**
 * Marks a folder as a painting with these options, or finds that it is one.
 *
 * @param dir The folder; it is made if it is not there.
 * @param options Everything that the bytes depend on.
 * @returns Whether it was begun earlier.
 * @throws {TypeError} If it holds something else, or a painting with other options.
 */
export async function beginFolder(dir: string, options: Readonly<Record<string, unknown>>): Promise<boolean> {
  const marker = join(dir, MARKER);
  await ensureDir(dir);
  if (await exists(marker)) {
    const earlier = await readJson(marker) as Record<string, unknown>;
    const differ = [...new Set([...Object.keys(options), ...Object.keys(earlier)])]
      .filter((name) => JSON.stringify(earlier[name]) !== JSON.stringify(options[name]));
    if (differ.length === 0) return true;
    const found = differ.map((name) => `${name} ${JSON.stringify(earlier[name])}`).join(", ");
    throw new TypeError(`Cannot paint into "${dir}" as it must be of the same painting: it was begun with ${found}`);
  }
  const found = [...await listFolders(dir), ...await listFiles(dir)];
  if (found.length > 0) {
    throw new TypeError(
      `Cannot paint into "${dir}" as it must be empty or of an earlier painting: it holds ${list(found.slice(0, 3))}${
        found.length > 3 ? ` and ${found.length - 3} more` : ""
      }`,
    );
  }
  await writeAtomic(marker, `${JSON.stringify(options, null, 1)}\n`);
  return false;
}

/**
 * Renames what a killed process left beside its files to the files themselves, which are to be written again.
 *
 * @param dir The folder.
 * @returns Those files.
 */
export async function settleTemporaries(dir: string): Promise<Set<string>> {
  const stale = new Set<string>();
  for (const name of await listFiles(dir, { recursive: true })) {
    const [, target] = /^(.+)\.[0-9a-f-]{36}\.tmp$/.exec(name) ?? [];
    if (target === undefined) continue;
    await renameDurably(join(dir, name), join(dir, target));
    stale.add(join(dir, target));
  }
  return stale;
}
