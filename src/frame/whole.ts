/**
 * Files written whole: a reader finds the old file or the new one, never half of one.
 *
 * @module
 */
import { dirname } from "node:path";

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
