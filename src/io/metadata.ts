/**
 * What an image file's header says: size and format, without decoding a pixel.
 *
 * @module
 */
import { loadSharp } from "./sharp.ts";

/** An image's size and format. */
export interface ImageHeader {
  /** Pixels across, as seen: after the turn that the file asks for. */
  readonly width: number;
  /** Pixels down, as seen. */
  readonly height: number;
  /** Name of the format: "jpeg", "png", "webp", ... */
  readonly format: string;
}

/** How headers are read. */
export interface HeaderOptions {
  /** Stops the work. */
  readonly signal?: AbortSignal;
  /** Called with the number of headers read so far. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Files in flight at a time; more gains nothing. */
const IN_FLIGHT = 8;

/**
 * Reads the headers of image files.
 *
 * @param paths N files.
 * @returns A header a file, or an error whose message names the file where it cannot be read as an image.
 */
export async function readImageHeaders(
  paths: readonly string[],
  { signal, onProgress }: HeaderOptions = {},
): Promise<(ImageHeader | Error)[]> {
  const sharp = await loadSharp();
  const found = new Array<ImageHeader | Error>(paths.length);
  let next = 0, done = 0;
  const work = async () => {
    while (next < paths.length) {
      signal?.throwIfAborted();
      const i = next++, path = paths[i]!;
      found[i] = await sharp(path).metadata().then(
        ({ autoOrient, format }) => ({ width: autoOrient.width, height: autoOrient.height, format }),
        (error) => new Error(`Cannot read the image header of "${path}": ${error.message}`, { cause: error }),
      );
      onProgress?.(++done, paths.length);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  return found;
}
