/**
 * Bytes read from anywhere in a file, straight into the buffers that keep them.
 *
 * @module
 */

/** Bytes that can be read from any place. */
export interface ByteSource extends Disposable {
  /** What it is called in errors. */
  readonly name: string;
  /** How many bytes there are. */
  readonly size: number;
  /** Fills a buffer with the bytes from a place on, which must be there. */
  fill(into: Uint8Array, at: number): Promise<void>;
}

/**
 * Opens a file to be read from any place.
 *
 * @param path The file.
 * @returns Its bytes; to be disposed of.
 * @throws {TypeError} If the path is no file but a folder, say.
 */
export async function openBytes(path: string): Promise<ByteSource> {
  const file = await Deno.open(path);
  try {
    const { isFile, size } = await file.stat();
    if (!isFile) throw new TypeError(`Cannot read "${path}" as it must be a file`);
    let last: Promise<void> = Promise.resolve();
    return {
      name: path,
      size,
      fill(into, at) {
        const turn = last.then(() => fillFrom(file, path, into, at)); // one by one, as they share the file's position
        last = turn.catch(() => {});
        return turn;
      },
      [Symbol.dispose]: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

async function fillFrom(file: Deno.FsFile, path: string, into: Uint8Array, at: number): Promise<void> {
  await file.seek(at, Deno.SeekMode.Start);
  for (let done = 0; done < into.length;) {
    const read = await file.read(into.subarray(done));
    if (read === null) {
      throw new SyntaxError(
        `Cannot read "${path}" as it has become shorter: it ends at ${at + done} of ${at + into.length} bytes`,
      );
    }
    done += read;
  }
}
