/**
 * Files: whole writes, reads whose errors name the file, digests, and locks between processes.
 *
 * @module
 */
import { dirname } from "node:path";

/**
 * Writes a file whole or not at all: into a temporary file beside it, to the disk, then renamed over it.
 *
 * @param path The file; its folder must be there.
 * @param data Bytes, or text that is written as UTF-8.
 */
export async function writeAtomic(path: string, data: Uint8Array | string): Promise<void> {
  await writeAtomicParts(path, [typeof data === "string" ? new TextEncoder().encode(data) : data]);
}

/**
 * Writes a file part by part, as a whole or not at all, as {@linkcode writeAtomic} does.
 *
 * @param path The file; its folder must be there.
 * @param parts Bytes. The next part is asked for when the last one is written, so a buffer may be used again; an error
 *   leaves the old file as it is.
 */
export async function writeAtomicParts(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      for (const bytes of parts) {
        for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      }
      await file.syncData();
    }
    await renameDurably(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/**
 * Adds a line to a text file, in one write, so that lines of several processes do not mix.
 *
 * @param path The file; it is made if it is not there.
 * @param line The line, without its end.
 */
export async function appendLine(path: string, line: string): Promise<void> {
  await Deno.writeTextFile(path, `${line}\n`, { append: true });
}

/**
 * Renames a file so that a power cut afterwards cannot undo it: the folder is brought to the disk too.
 *
 * @param from The file as it is called now, its content already on the disk.
 * @param to Its new name in the same folder.
 */
export async function renameDurably(from: string, to: string): Promise<void> {
  await Deno.rename(from, to);
  if (Deno.build.os === "windows") return; // which cannot open a folder
  using folder = await Deno.open(dirname(to));
  await folder.sync();
}

/**
 * Reads a JSON file.
 *
 * @param path The file.
 * @returns Its value, unchecked.
 * @throws {SyntaxError} If it is not JSON; the message names the file.
 */
export async function readJson(path: string): Promise<unknown> {
  const text = await Deno.readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read "${path}" as it must be JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** A file's bytes. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(path);
}

/** Whether there is a file or folder at a path. */
export async function exists(path: string): Promise<boolean> {
  return await statIfThere(path) !== undefined;
}

/** What is at a path, or nothing if there is nothing. */
export async function statIfThere(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

/** Makes a folder and those above it, unless they are there. */
export async function ensureDir(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
}

/**
 * The SHA-256 digest of text, as UTF-8.
 *
 * @returns 64 hexadecimal digits.
 */
export async function sha256(text: string): Promise<string> {
  return await sha256Bytes(new TextEncoder().encode(text));
}

/**
 * The SHA-256 digest of bytes.
 *
 * @returns 64 hexadecimal digits.
 */
export async function sha256Bytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/**
 * Takes a lock that other processes see, if nobody holds it. It goes with the process that holds it, however that ends.
 *
 * @param path The lock's file; it is made, and stays.
 * @returns The lock, let go when disposed of; nothing if another holds it.
 */
export async function tryLock(path: string): Promise<Disposable | undefined> {
  const file = await Deno.open(path, { create: true, write: true });
  try {
    if (await file.tryLock(true)) return file;
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
}

/**
 * Runs a function while holding a lock that other processes see, waiting for it as long as another holds it.
 *
 * @param path The lock's file, beside what it guards; it is made, and stays.
 * @param run What is done under the lock.
 * @param options A signal that ends the waiting.
 * @returns What the function returns.
 */
export async function withLock<T>(
  path: string,
  run: () => Promise<T>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    {
      using lock = await tryLock(path);
      if (lock) return await run();
    }
    await new Promise((resolve) => setTimeout(resolve, 50)); // a lock that waits by itself could not be aborted
  }
}
