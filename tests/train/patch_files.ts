/** The coloured patches as image files, for what packs images by itself. */
import { dirname } from "node:path";
import type { Dataset } from "../../src/core/mod.ts";
import { loadSharp } from "../../src/io/sharp.ts";
import { patches, patchImages } from "./fixtures.ts";

/** Writes a PNG for each patch of so many persons, and returns the data set there. */
export async function writePatches(root: string, persons: number): Promise<Dataset> {
  const dataset = { ...patches(persons), root }, images = patchImages(dataset), [height, width] = images.size;
  const sharp = await loadSharp();
  for (const [i, { path }] of dataset.samples.entries()) {
    const pixels = new Uint8Array(height * width * 3);
    images.fillBatch([i], pixels);
    await Deno.mkdir(dirname(`${root}/${path}`), { recursive: true });
    await Deno.writeFile(
      `${root}/${path}`,
      await sharp(pixels, { raw: { width, height, channels: 3 } }).png().toBuffer(),
    );
  }
  return dataset;
}
