/**
 * The digest of a file, by which results that were made of it are known again.
 *
 * @module
 */
import { startDigest } from "./download_checksum.ts";

/**
 * The SHA-256 digest of a file's bytes, read piece by piece.
 *
 * @param path The file.
 * @returns 64 hexadecimal digits.
 * @throws {Deno.errors.NotFound} If there is no such file.
 */
export async function fileDigest(path: string): Promise<string> {
  const digest = startDigest("sha256", undefined)!, buffer = new Uint8Array(1 << 20);
  using file = await Deno.open(path);
  for (;;) {
    const read = await file.read(buffer);
    if (read === null) return digest.end();
    digest.update(buffer.subarray(0, read));
  }
}
