/**
 * What lies in a folder, for those who may read below one folder only: links that lead out of it are told, and not followed.
 *
 * @module
 */
import { sep } from "node:path";

/** What lies in a folder. */
export interface InsideEntry {
  /** Its name. */
  readonly name: string;
  /** Where it is, once links are followed; nothing of what lies outside. */
  readonly real: string | null;
  /** Whether it is a folder that lies inside. */
  readonly isFolder: boolean;
  /** Bytes and time of the last change, as text that differs when the file does; empty for what lies outside. */
  readonly stamp: string;
  /** When it was last changed, in milliseconds since 1970; 0 where that is not known. */
  readonly changed: number;
}

/**
 * Lists a folder.
 *
 * @param root The real path of the folder that nothing is read outside of.
 * @param dir The real path of a folder in it.
 * @returns What lies in it, by name; links that lead nowhere are left out, and so is what vanishes meanwhile.
 */
export async function listInside(root: string, dir: string): Promise<InsideEntry[]> {
  const entries: InsideEntry[] = [];
  for await (const { name, isSymlink } of Deno.readDir(dir)) {
    try {
      const path = `${dir}${sep}${name}`, real = isSymlink ? await Deno.realPath(path) : path;
      if (!isInside(root, real)) {
        entries.push({ name, real: null, isFolder: false, stamp: "", changed: 0 });
        continue;
      }
      const { isDirectory, size, mtime } = await Deno.stat(real), changed = mtime?.getTime() ?? 0;
      entries.push({ name, real, isFolder: isDirectory, stamp: `${size}@${changed}`, changed });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.FilesystemLoop)) throw error;
    }
  }
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * A folder's path with all links followed.
 *
 * @param dir The folder.
 * @throws {Deno.errors.NotFound} If it is not there.
 * @throws {Deno.errors.NotADirectory} If it is no folder.
 */
export async function realFolder(dir: string): Promise<string> {
  const real = await Deno.realPath(dir);
  if (!(await Deno.stat(real)).isDirectory) {
    throw new Deno.errors.NotADirectory(`Cannot look into "${dir}" as it must be a folder`);
  }
  return real;
}

function isInside(root: string, real: string): boolean {
  return real === root || real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}
