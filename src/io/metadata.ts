/**
 * What an image file's header says: size, format and colour mode, without decoding a pixel.
 *
 * @module
 */
import { inFlight, type WatchOptions } from "./in_flight.ts";
import { loadSharp } from "./sharp.ts";

/** An image's size, format and colour mode. */
export interface ImageHeader {
  /** Pixels down, as stored and as decoded. */
  readonly height: number;
  /** Pixels across, as stored and as decoded. */
  readonly width: number;
  /** Name of the format: "jpeg", "png", "webp", ... */
  readonly format: string;
  /** Name of the colour space as libvips calls it: "srgb", "b-w" for grey, "cmyk", "grey16", ... */
  readonly space: string;
  /** Numbers a pixel: 1 for grey, 3 for RGB, 4 for CMYK or with transparency. */
  readonly channels: number;
  /** Bits of each number: 8, or 16 in some PNG and TIFF files. */
  readonly depth: number;
  /** Whether the last channel is transparency, which decoding leaves out. */
  readonly alpha: boolean;
  /** How the file asks to be turned and mirrored before it is shown, which decoding does not do: EXIF's 1..8, 1 for not at all. */
  readonly orientation: number;
}

/** Bits of a number, by libvips's names. */
const BITS: Readonly<Record<string, number>> = {
  uchar: 8,
  char: 8,
  ushort: 16,
  short: 16,
  uint: 32,
  int: 32,
  float: 32,
  complex: 64,
  double: 64,
  dpcomplex: 128,
};

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
      ({ height, width, format, space, channels, depth, hasAlpha, orientation = 1 }): ImageHeader => (
        { height, width, format, space, channels, depth: BITS[depth] ?? 8, alpha: hasAlpha, orientation }
      ),
      (error) => new Error(`Cannot read the image header of "${paths[i]}": ${error.message}`, { cause: error }),
    );
  }, options);
  return found;
}
