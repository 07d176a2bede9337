/**
 * SVG to pixels, through sharp.
 *
 * @module
 */
import { loadSharp } from "./sharp.ts";

/** How a picture is written. */
export interface RasterOptions {
  /** File format. */
  readonly format?: "png" | "jpeg";
  /** JPEG quality, 1..100. */
  readonly quality?: number;
  /** Pixels per SVG unit. */
  readonly scale?: number;
}

/**
 * Renders an SVG picture.
 *
 * @param svg The picture's source.
 * @returns The file's bytes.
 */
export async function rasterize(
  svg: string,
  { format = "png", quality = 90, scale = 1 }: RasterOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const sharp = await loadSharp();
  const image = sharp(new TextEncoder().encode(svg), { density: 72 * scale }).flatten({ background: "#fff" });
  return new Uint8Array(await (format === "png" ? image.png() : image.jpeg({ quality })).toBuffer());
}
