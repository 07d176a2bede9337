/**
 * Image files to RGB bytes, as torchvision's folder loader makes them: Pillow's `convert("RGB")`, then Resize and
 * CenterCrop. As there, a turn that the file asks for (EXIF orientation) is not made, an embedded colour profile is not
 * applied, transparency is dropped and not blended, and of an animation the first frame is taken. One thing differs: 16-bit
 * grey keeps its high byte, where Pillow makes nearly everything white.
 *
 * @module
 */
import { checkImageOptions, type ImageOptions, placeImage } from "./geometry.ts";
import { holdsInk } from "./ink.ts";
import { type Pixels, resample } from "./resample.ts";
import { loadSharp } from "./sharp.ts";

/**
 * Decodes an image file, resizes it and crops its middle.
 *
 * @example
 * ```ts
 * import { decodeImage, rasterize } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/red.png`;
 * const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"><rect width="8" height="4" fill="red"/></svg>`;
 * await Deno.writeFile(path, await rasterize(svg));
 * const { data, height, width } = await decodeImage(path, { resize: 2, crop: [1, 5] }); // 2 x 4, then wider by a black column
 * assertEquals([height, width], [1, 5]);
 * assertEquals([...data.subarray(9)], [255, 0, 0, 0, 0, 0]);
 * ```
 *
 * @param path The file.
 * @param options Resizing and cropping; neither by default.
 * @returns RGB bytes `[H, W, 3]`.
 * @throws {SyntaxError} If the file holds no image that can be decoded; the message names it.
 * @throws {RangeError} If an option is out of range.
 */
export async function decodeImage(path: string, options: ImageOptions = {}): Promise<Pixels> {
  checkImageOptions("decode an image", options);
  const bytes = await Deno.readFile(path);
  try {
    return fitPixels(await decodePixels(bytes), options);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`Cannot decode "${path}" as it must hold an image: ${error.message}`, { cause: error });
  }
}

/**
 * Decodes the bytes of an image file at its full size.
 *
 * @throws {SyntaxError} If they are no image; the message is the decoder's own.
 */
export async function decodePixels(bytes: Uint8Array): Promise<Pixels> {
  const sharp = await loadSharp();
  try {
    const image = sharp(bytes, { ignoreIcc: true, failOn: "error" });
    const isCmyk = holdsInk(bytes) ?? (await image.metadata()).space === "cmyk"; // to ask costs a fifth of decoding
    const prepared = isCmyk ? image.pipelineColourspace("cmyk").toColourspace("cmyk") : image.toColourspace("srgb");
    const { data, info } = await (isCmyk ? prepared : prepared.removeAlpha()).raw().toBuffer({
      resolveWithObject: true,
    });
    return { data: isCmyk ? fromCmyk(data) : data, height: info.height, width: info.width };
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    throw new SyntaxError(reason, { cause: error });
  }
}

/** Ink to light as Pillow has it, without a colour profile. */
function fromCmyk(inks: Uint8Array): Uint8Array {
  const out = new Uint8Array(inks.length / 4 * 3);
  for (let i = 0, o = 0; i < inks.length; i += 4) {
    const light = 255 - inks[i + 3]!;
    for (let ink = 0; ink < 3; ink++) out[o++] = light - Math.round(inks[i + ink]! * light / 255);
  }
  return out;
}

/**
 * Resizes and crops a decoded picture.
 *
 * @param image The picture.
 * @param options Resizing and cropping.
 * @returns The finished picture.
 */
export function fitPixels(image: Pixels, options: ImageOptions): Pixels {
  const { resized, window, size, offset } = placeImage([image.height, image.width], options);
  const part = resample(image, {
    height: resized[0],
    width: resized[1],
    window,
    interpolation: options.interpolation,
  });
  const [height, width] = size;
  if (part.height === height && part.width === width) return part;
  const data = new Uint8Array(height * width * 3);
  for (let y = 0; y < part.height; y++) {
    const row = part.data.subarray(y * part.width * 3, (y + 1) * part.width * 3);
    data.set(row, ((y + offset[0]) * width + offset[1]) * 3);
  }
  return { data, height, width };
}
