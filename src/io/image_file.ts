/**
 * Image files made of pixels: encoded by sharp, written beside their place and renamed, so that a file that is there is whole.
 *
 * @module
 */
import { loadSharp } from "./sharp.ts";
import type { Pixels } from "./resample.ts";

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
  const bytes = await (format === "png" ? image.png() : image.jpeg({ quality, chromaSubsampling: "4:4:4" })).toBuffer();
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      if (changed) await file.utime(changed, changed);
      await file.syncData();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/**
 * Removes what writes that were killed have left in a folder. To be called when nobody writes there.
 *
 * @param dir The folder.
 */
export async function removeTemporaries(dir: string): Promise<void> {
  for await (const { name } of Deno.readDir(dir)) {
    if (/\.[0-9a-f-]{36}\.tmp$/.test(name)) await Deno.remove(`${dir}/${name}`);
  }
}
