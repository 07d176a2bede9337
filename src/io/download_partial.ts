/**
 * A file that comes in pieces: what is there of it, and its digest so far.
 *
 * @module
 */
import { type Checksum, type Digester, startDigest } from "./download_checksum.ts";

/** A file on its way; dispose of it to close it. */
export interface PartialFile extends Disposable {
  /** Bytes there. */
  readonly done: number;
  /** Empties it. */
  startOver(): Promise<void>;
  /** Adds bytes at its end. */
  append(bytes: Uint8Array): Promise<void>;
  /** Brings it to the disk; returns its digest if it has a checksum. */
  finish(): Promise<string | undefined>;
}

/**
 * Opens a partial file, with what an earlier try has left in it, or makes it.
 *
 * @param path The file.
 * @param size Bytes of the whole file, if known.
 * @param kind How it is digested, if at all.
 */
export async function openPartial(
  path: string,
  size: number | undefined,
  kind: Checksum["kind"] | undefined,
): Promise<PartialFile> {
  const file = await Deno.open(path, { read: true, write: true, create: true });
  const begin = (size: number | undefined) => kind && startDigest(kind, size);
  let done = 0, digester: Digester | undefined;
  const digestAll = async () => {
    await file.seek(0, Deno.SeekMode.Start);
    const buffer = new Uint8Array(1 << 20);
    for (let left = done; left > 0;) {
      const read = await file.read(buffer.subarray(0, left));
      if (read === null) throw new Deno.errors.UnexpectedEof(`Cannot read "${path}" as it must have ${done} bytes`);
      digester?.update(buffer.subarray(0, read));
      left -= read;
    }
  };
  const partial = {
    get done() {
      return done;
    },
    async startOver() {
      if (done > 0) {
        await file.truncate(0);
        await file.seek(0, Deno.SeekMode.Start);
      }
      [done, digester] = [0, begin(size)];
    },
    async append(bytes: Uint8Array) {
      for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
      digester?.update(bytes);
      done += bytes.length;
    },
    async finish() {
      await file.syncData();
      if (kind && !digester) { // as its size, which the digest begins with, was not known
        digester = begin(done);
        await digestAll();
      }
      return digester?.end();
    },
    [Symbol.dispose]: () => file.close(),
  };
  try {
    done = (await file.stat()).size;
    digester = begin(size);
    if (size !== undefined && done > size) await partial.startOver();
    else if (digester) await digestAll(); // which ends where the file does
    else await file.seek(0, Deno.SeekMode.End);
    return partial;
  } catch (error) {
    file.close();
    throw error;
  }
}
