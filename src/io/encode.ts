/**
 * Pixels in memory to an image file's bytes, through sharp.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { loadSharp } from "./sharp.ts";

/**
 * Writes pixels as a PNG file, which loses nothing of them.
 *
 * @param pixels RGB 0..255, `[H, W, 3]`.
 * @param size Height and width in pixels.
 * @returns The file's bytes.
 */
export async function encodePng(pixels: Uint8Array, [height, width]: Size): Promise<Uint8Array<ArrayBuffer>> {
  const sharp = await loadSharp();
  return new Uint8Array(await sharp(pixels, { raw: { width, height, channels: 3 } }).png().toBuffer());
}
