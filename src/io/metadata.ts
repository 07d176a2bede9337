/**
 * What an image file's header says: size and format, without decoding a pixel.
 *
 * @module
 */
import { inFlight, type WatchOptions } from "./in_flight.ts";
import { loadSharp } from "./sharp.ts";

/** An image's size and format. */
export interface ImageHeader {
  /** Pixels down, as stored and as decoded. */
  readonly height: number;
  /** Pixels across, as stored and as decoded. */
  readonly width: number;
  /** Name of the format: "jpeg", "png", "webp", ... */
  readonly format: string;
  /** Whether the file asks to be turned or mirrored before it is shown (EXIF orientation), which decoding does not do. */
  readonly turned: boolean;
}

/**
 * Reads the headers of image files.
 *
 * @param paths N files.
 * @param options Signal and progress.
 * @returns A header a file, or an error whose message names the file where it cannot be read as an image.
 */
export async function readImageHeaders(
  paths: readonly string[],
  options: WatchOptions = {},
): Promise<(ImageHeader | Error)[]> {
  const sharp = await loadSharp();
  const found = new Array<ImageHeader | Error>(paths.length);
  await inFlight(paths.length, async (i) => {
    found[i] = await sharp(paths[i]!).metadata().then(
      ({ height, width, format, orientation = 1 }) => ({ height, width, format, turned: orientation > 1 }),
      (error) => new Error(`Cannot read the image header of "${paths[i]}": ${error.message}`, { cause: error }),
    );
  }, options);
  return found;
}
