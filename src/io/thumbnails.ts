/**
 * Small JPEG copies of image files, for contact sheets.
 *
 * @module
 */
import { loadSharp } from "./sharp.ts";

/** What the copies are like. */
export interface ThumbnailOptions {
  /** Height and width in pixels; the image is cut to this shape around its middle. */
  readonly size: readonly [height: number, width: number];
  /** JPEG quality, 1..100. */
  readonly quality?: number;
}

/** Files in flight at a time; more gains nothing. */
const IN_FLIGHT = 8;

/**
 * Makes small copies of images, turned as their files ask for.
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
  let next = 0;
  const work = async () => {
    while (next < paths.length) {
      const i = next++, path = paths[i]!;
      made[i] = await sharp(path).autoOrient().resize(width, height, { fit: "cover" }).flatten({ background: "#fff" })
        .jpeg({ quality }).toBuffer().then(
          (bytes) => new Uint8Array(bytes),
          (error) => new Error(`Cannot decode "${path}": ${error.message}`, { cause: error }),
        );
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  return made;
}
