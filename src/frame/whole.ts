/**
 * The frames' files, read at once and written whole: a reader finds the old file or the new one, never half of one.
 *
 * @module
 */
import { dirname } from "node:path";

/**
 * Reads a file.
 *
 * @param path The file.
 * @returns Its bytes, as Polars takes them.
 * @throws {Deno.errors.NotFound} If there is no such file.
 */
export async function readWhole(path: string): Promise<Buffer> {
  const { Buffer } = await import("node:buffer");
  using file = await Deno.open(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot read "${path}" as there is no such file`);
  });
  const { size } = await file.stat();
  if (size === 0) return Buffer.from((await Deno.readFile(path)).buffer); // empty, or a pipe
  const bytes = new Uint8Array(size); // at once: a buffer that grows is copied each time
  let done = 0;
  while (done < size) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) break;
    done += count;
  }
  return Buffer.from(bytes.buffer, 0, done);
}

/**
 * Writes a file through a temporary one beside it that is then renamed.
 *
 * @param path The file; its folder must exist.
 * @param write Fills the temporary file, whose path it is given.
 */
export async function writeWhole(path: string, write: (temporary: string) => void | Promise<void>): Promise<void> {
  const temporary = await Deno.makeTempFile({ dir: dirname(path), prefix: ".", suffix: ".tmp" });
  try {
    await write(temporary);
    {
      using file = await Deno.open(temporary, { write: true });
      await file.syncData();
    }
    if (Deno.build.os !== "windows") await Deno.chmod(temporary, 0o644); // temporary files are private to their owner
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary);
    throw error;
  }
}
