/**
 * Pictures that strangers send: looked at before they are decoded, and turned upright, as telephones write them lying.
 *
 * @module
 */
import { show } from "../core/check.ts";
import { decodePixels } from "./images.ts";
import type { Pixels } from "./resample.ts";
import { loadSharp } from "./sharp.ts";

/** How files of the formats that are taken begin; other decoders are never reached. */
const BEGINNINGS: readonly (readonly [name: string, at: number, bytes: string])[] = [
  ["JPEG", 0, "\xff\xd8\xff"],
  ["PNG", 0, "\x89PNG\r\n\x1a\n"],
  ["WebP", 8, "WEBP"],
];

/**
 * Decodes a picture at its full size. What it says of how it was held (EXIF orientation) is followed, in which this differs from
 * reading a data set.
 *
 * @param bytes A file in JPEG, PNG or WebP.
 * @param options The most pixels that it may have; of more, none is decoded.
 * @returns RGB 0..255.
 * @throws {SyntaxError} If it is none of these, or broken.
 * @throws {RangeError} If it has more pixels.
 */
export async function decodePicture(
  bytes: Uint8Array,
  { maxPixels }: { readonly maxPixels: number },
): Promise<Pixels> {
  const isOne = BEGINNINGS.some(([, at, text]) => [...text].every((sign, i) => bytes[at + i] === sign.charCodeAt(0)));
  if (!isOne) {
    throw new SyntaxError(`Cannot decode a picture as it must be ${BEGINNINGS.map(([name]) => name).join(", ")}`);
  }
  const sharp = await loadSharp();
  const { width, height, orientation = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata().catch(broken);
  if (!(width * height <= maxPixels)) {
    throw new RangeError(
      `Cannot decode a picture as it must have at most ${maxPixels} pixels: current size is ${show(width)} x ${
        show(height)
      }`,
    );
  }
  const { data, ...size } = await decodePixels(bytes).catch(broken);
  // As a plain array: loops that see one kind of array only are fast.
  return turnUpright({ data: new Uint8Array(data.buffer, data.byteOffset, data.length), ...size }, orientation);
}

function broken(cause: Error): never {
  throw new SyntaxError(
    `Cannot decode a picture as it is broken: ${cause.message.split("\n")[0]!.replace(/[:\s]+$/, "")}`,
    { cause },
  );
}

/**
 * Turns and mirrors a picture as its EXIF orientation asks (https://exiftool.org/TagNames/EXIF.html, tag 0x0112).
 *
 * @param picture The picture as it stands in the file.
 * @param orientation 1..8; 1, and what is none of these, leaves it as it is.
 */
export function turnUpright(picture: Pixels, orientation: number): Pixels {
  if (!(orientation >= 2 && orientation <= 8)) return picture;
  const { data, height, width } = picture, lying = orientation >= 5;
  const [rows, columns] = lying ? [width, height] : [height, width];
  const fromRight = [2, 3, 7, 8].includes(orientation), fromBottom = [3, 4, 6, 7].includes(orientation);
  const out = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, to += 3) {
      const [down, across] = lying ? [x, y] : [y, x];
      const row = fromBottom ? height - 1 - down : down, column = fromRight ? width - 1 - across : across;
      const from = (row * width + column) * 3;
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
  }
  return { data: out, height: rows, width: columns };
}
