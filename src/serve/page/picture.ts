/**
 * A picture's pixels in a browser, as training has them: the file's own colours, no profile applied. Unlike there, a
 * photograph that says how it was held is turned upright, as telephones write them lying.
 *
 * @module
 */
/// <reference lib="dom" />
import type { Pixels } from "../../io/resample.ts";

/** Pixels that a picture may have: beyond, a telephone's memory is at its end. */
const MOST_PIXELS = 64e6;

/**
 * Decodes a picture.
 *
 * @param picture A file, or a camera's frame, which is closed.
 * @returns RGB 0..255.
 * @throws {SyntaxError} If the browser cannot read it.
 * @throws {RangeError} If it is too large.
 */
export async function picturePixels(picture: Blob | ImageBitmap): Promise<Pixels> {
  const bitmap = picture instanceof ImageBitmap ? picture : await bitmapOf(picture);
  try {
    const { width, height } = bitmap;
    if (width * height > MOST_PIXELS) {
      throw new RangeError(`This picture has ${width} x ${height} pixels, too many for this page: 64 million at most.`);
    }
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
    context.drawImage(bitmap, 0, 0);
    return { data: withoutAlpha(context.getImageData(0, 0, width, height).data), height, width };
  } finally {
    bitmap.close();
  }
}

async function bitmapOf(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw new SyntaxError("This file holds no picture that the browser can read. JPEG, PNG and WebP work.");
  }
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array(rgba.length / 4 * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}
