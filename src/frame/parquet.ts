/**
 * Frames in Parquet files (https://parquet.apache.org/docs/file-format/), written whole: a reader finds the old file or the
 * new one, never half of one.
 *
 * @module
 */
import { type DataFrame, loadPolars } from "./polars.ts";
import { readWhole, writeWhole } from "./whole.ts";

/**
 * Writes a frame to a Parquet file, through a temporary file beside it that is then renamed.
 *
 * @example
 * ```ts
 * import { loadPolars, readParquet, writeParquet } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * const pl = await loadPolars();
 * await writeParquet(pl.DataFrame({ id: ["000001"] }), `${dir}/ids.parquet`);
 * assertEquals((await readParquet(`${dir}/ids.parquet`)).toRecords(), [{ id: "000001" }]);
 * await Deno.remove(dir, { recursive: true });
 * ```
 *
 * @param frame What is written; column types are kept.
 * @param path The file; its folder must exist.
 */
export async function writeParquet(frame: DataFrame, path: string): Promise<void> {
  await writeWhole(path, (temporary) => frame.writeParquet(temporary, { compression: "zstd" }));
}

/**
 * Reads a Parquet file.
 *
 * @param path The file.
 * @returns Its columns, typed as they were written.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is not a Parquet file.
 */
export async function readParquet(path: string): Promise<DataFrame> {
  const [pl, bytes] = await Promise.all([loadPolars(), readWhole(path)]);
  try {
    return pl.readParquet(bytes);
  } catch (error) {
    throw new SyntaxError(`Cannot read "${path}" as it is not a whole Parquet file: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
