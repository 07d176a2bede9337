/**
 * Image files to pixels and back at full size; what is written is written beside its place and renamed, so that a file that
 * is there is whole.
 *
 * @module
 */
import { decodePixels } from "./images.ts";
import type { Pixels } from "./resample.ts";
import { loadSharp } from "./sharp.ts";

/**
 * Decodes an image file at its full size.
 *
 * @param path The file.
 * @returns RGB 0..255.
 * @throws {SyntaxError} If the file holds no image that can be decoded; the message is the decoder's own.
 */
export async function readImageFile(path: string): Promise<Pixels> {
  const { data, height, width } = await decodePixels(await Deno.readFile(path));
  // As a plain array: loops that see one kind of array only are fast.
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), height, width };
}

/** How an image file is written. */
export interface ImageFileOptions {
  /** The file's format; PNG loses nothing. */
  readonly format: "jpeg" | "png";
  /** JPEG quality, 1..100. */
  readonly quality: number;
  /** The time of change that the file is given; now, unless it is given. */
  readonly changed?: Date | null;
}

/**
 * Writes an image file whole or not at all. JPEG keeps colour at full size (4:4:4), as lightness. The file's content is on
 * the disk before its name is; the folder is not waited for, since a name that is lost with the power is made again.
 *
 * @param path The file; its folder must be there.
 * @param image RGB 0..255.
 * @param options Format, quality, time of change.
 */
export async function writeImageFile(
  path: string,
  { data, height, width }: Pixels,
  { format, quality, changed }: ImageFileOptions,
): Promise<void> {
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  // Huffman tables of the file's own would make it a sixth smaller and take twice the time.
  const jpeg = { quality, chromaSubsampling: "4:4:4", optimiseCoding: false };
  const bytes = await (format === "png" ? image.png() : image.jpeg(jpeg)).toBuffer();
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    {
      // What only reaches the system's memory is done at once; what waits for the disk is waited for.
      using file = Deno.openSync(temporary, { write: true, createNew: true });
      for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
      if (changed) file.utimeSync(changed, changed);
      await file.syncData();
    }
    Deno.renameSync(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/**
 * The names of what is in a folder, in no order; of many thousands, sorting takes longer than listing.
 *
 * @param dir The folder.
 */
export async function namesIn(dir: string): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { name } of Deno.readDir(dir)) names.add(name);
  return names;
}

/**
 * Removes what writes that were killed have left in a folder. To be called when nobody writes there.
 *
 * @param dir The folder.
 */
export async function removeTemporaries(dir: string): Promise<void> {
  for (const name of await namesIn(dir)) {
    if (/\.[0-9a-f-]{36}\.tmp$/.test(name)) await Deno.remove(`${dir}/${name}`);
  }
}
