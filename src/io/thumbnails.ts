/**
 * Small JPEG copies of image files, for contact sheets.
 *
 * @module
 */
import { inFlight } from "./in_flight.ts";
import { loadSharp } from "./sharp.ts";

/** What the copies are like. */
export interface ThumbnailOptions {
  /** Height and width in pixels; the image is cut to this shape around its middle. */
  readonly size: readonly [height: number, width: number];
  /** JPEG quality, 1..100. */
  readonly quality?: number;
}

/**
 * Makes small copies of images, the way up that they are decoded for training: a turn that the file asks for is not made.
 *
 * @param paths N files.
 * @returns JPEG bytes a file, or an error whose message names the file where it cannot be decoded.
 */
export async function thumbnails(
  paths: readonly string[],
  { size: [height, width], quality = 80 }: ThumbnailOptions,
): Promise<(Uint8Array<ArrayBuffer> | Error)[]> {
  const sharp = await loadSharp();
  const made = new Array<Uint8Array<ArrayBuffer> | Error>(paths.length);
  await inFlight(paths.length, async (i) => {
    const small = sharp(paths[i]!).resize(width, height, { fit: "cover" }).removeAlpha().jpeg({ quality });
    made[i] = await small.toBuffer().then(
      (bytes) => new Uint8Array(bytes),
      (error) => new Error(`Cannot decode "${paths[i]}": ${error.message}`, { cause: error }),
    );
  });
  return made;
}
