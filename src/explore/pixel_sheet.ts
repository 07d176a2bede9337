/**
 * Sheets of images that are in memory: every pixel as it is, small images enlarged, with captions.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { Size } from "../core/records.ts";
import { encodePng } from "../io/encode.ts";
import { breakLines, lettersIn, type Picture, sheet } from "./sheet.ts";

/** How a sheet of pixels is laid out. */
export interface PixelSheetOptions {
  /** Height and width of an image in pixels. */
  readonly size: Size;
  /** What stands below each image, N of them; a line break begins a new line, and long lines are broken at spaces. */
  readonly captions: readonly string[];
  /** Images in a row. */
  readonly columns?: number;
  /** Colours of the page as a PNG file, 2..256, which make it smaller; all are kept without it. */
  readonly colors?: number;
}

/** Width on the page, in pixels, below which images are enlarged, so that captions have room. */
const LEAST = 144;

/**
 * Lays images out on a page. None is made smaller; a narrow one has each of its pixels drawn as a square of several.
 *
 * @example
 * ```ts
 * import { pixelSheet } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const pixels = Uint8Array.from({ length: 2 * 16 * 72 * 3 }, (_, i) => i % 256);
 * const sheet = await pixelSheet(pixels, { size: [16, 72], captions: ["one", "two"] });
 * assertEquals(sheet.size, [61, 312]); // twice as large, one line of words
 * ```
 *
 * @param pixels RGB 0..255, `[N, H, W, 3]`.
 * @param options Their size and captions.
 * @returns The page.
 * @throws {RangeError} If there is no image.
 * @throws {TypeError} If there are not as many pixels as the captions and the size say.
 */
export async function pixelSheet(
  pixels: Uint8Array,
  { size: [height, width], captions, columns = 8, colors }: PixelSheetOptions,
): Promise<Picture> {
  checkInteger("make a sheet of pixels", "columns", columns, { min: 1 });
  if (captions.length === 0) throw new RangeError("Cannot make a sheet of pixels as there is nothing to show");
  const stride = height * width * 3, scale = Math.max(1, Math.ceil(LEAST / width));
  if (pixels.length !== captions.length * stride) {
    throw new TypeError(
      `Cannot make a sheet of pixels as ${captions.length} images of ${height} x ${width} must have ` +
        `${captions.length * stride} bytes: current number is ${pixels.length}`,
    );
  }
  const tiles = await Promise.all(captions.map(async (caption, i) => {
    const file = await encodePng(pixels.subarray(i * stride, (i + 1) * stride), [height, width]);
    return { href: `data:image/png;base64,${file.toBase64()}`, lines: linesOf(caption, lettersIn(width * scale)) };
  }));
  return await sheet(tiles, { columns, size: [height * scale, width * scale], colors });
}

/** A caption's lines; a word that is too long, as an id may be, loses its middle. */
function linesOf(caption: string, letters: number): string[] {
  const half = (letters - 1) / 2;
  return caption.split("\n").flatMap((line) => breakLines(line, letters)).map((line) =>
    line.length > letters ? `${line.slice(0, Math.ceil(half))}…${line.slice(line.length - Math.floor(half))}` : line
  );
}
