/**
 * SVG to pixels, through sharp, with letters from the package's own fonts.
 *
 * @module
 */
import { prepareFonts } from "./fonts.ts";
import { loadSharp } from "./sharp.ts";

/** How a picture is written. */
export interface RasterOptions {
  /** File format. */
  readonly format?: "png" | "jpeg";
  /** JPEG quality, 1..100. */
  readonly quality?: number;
  /** Pixels per SVG unit. */
  readonly scale?: number;
  /** Colours of a PNG, 2..256; without it every colour is kept, at some three times the size. */
  readonly colors?: number;
}

/**
 * Renders an SVG picture.
 *
 * @example
 * ```ts
 * import { rasterize } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text y="15">abc</text></svg>`;
 * const png = await rasterize(svg, { scale: 2 });
 * assertEquals([png[0], png[1], png[2], png[3]], [0x89, 0x50, 0x4e, 0x47]);
 * ```
 *
 * @param svg The picture's source.
 * @returns The file's bytes.
 */
export async function rasterize(
  svg: string,
  { format = "png", quality = 90, scale = 1, colors }: RasterOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const [sharp] = await Promise.all([loadSharp(), prepareFonts()]);
  const image = sharp(new TextEncoder().encode(svg), { density: 72 * scale }).flatten({ background: "#fff" });
  const palette = colors ? { palette: true, colors, dither: 0 } : {}; // dithered pixels would not compress
  const file = format === "jpeg" ? image.jpeg({ quality }) : image.png(palette);
  return new Uint8Array(await file.toBuffer());
}
