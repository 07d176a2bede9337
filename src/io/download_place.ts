/**
 * Puts files that are there into place, as links or copies, whole or not at all.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { ensureDir, exists, renameDurably, writeAtomic } from "./files.ts";

/** Makes a cache's folder, with the mark by which backups pass over it: https://bford.info/cachedir/ */
export async function tagCache(root: string): Promise<void> {
  await ensureDir(root);
  const path = join(root, "CACHEDIR.TAG");
  if (await exists(path)) return;
  await writeAtomic(path, "Signature: 8a477f597d28d172789f06886806bc55\n# Downloads, which can be had again.\n");
}

/**
 * Puts a relative link to a file into place, or a copy of the file where links cannot be made.
 *
 * @param file What is linked to.
 * @param path Where the link is put, in place of what is there.
 * @param symlink What makes a link; for tests.
 */
export async function putLink(file: string, path: string, symlink = Deno.symlink): Promise<void> {
  await put(path, (temporary) => symlink(relative(dirname(path), file), temporary).catch(() => copy(file, temporary)));
}

/**
 * Puts a copy of a file into place.
 *
 * @param file What is copied.
 * @param path Where the copy is put, in place of what is there.
 */
export async function putCopy(file: string, path: string): Promise<void> {
  await put(path, (temporary) => copy(file, temporary));
}

async function put(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  await ensureDir(dirname(path));
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await make(temporary);
    await renameDurably(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.copyFile(from, to);
  using file = await Deno.open(to, { read: true, write: true });
  await file.syncData();
}
