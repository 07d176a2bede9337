/** Small data sets in the layouts that are loaded, and a folder that goes when the test ends. @module */
import { dirname } from "node:path";
import { randomInt, seededRng } from "../../src/core/mod.ts";
import { loadSharp } from "../../src/io/sharp.ts";

/** The photographs of each person. */
export const PHOTOS = ["mask1", "mask2", "mask3", "mask4", "mask5", "incorrect_mask", "normal"];

/** Three persons whose folders' names are sound. */
export const FOLDERS = ["000001_female_Asian_45", "000002_male_Asian_20", "000010_male_Asian_60"];

/** Runs a test in a new folder and removes it. */
export async function withDir(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "maskfold" });
  try {
    await run(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Writes a file and the folders above it. */
export async function write(path: string, data: string | Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, typeof data === "string" ? new TextEncoder().encode(data) : data);
}

/** The bytes of a picture of noise. */
export async function picture(
  { seed, height = 24, width = 18, format = "png" }: {
    seed: number | string;
    height?: number;
    width?: number;
    format?: "png" | "jpeg";
  },
): Promise<Uint8Array> {
  const rng = seededRng(seed);
  const pixels = Uint8Array.from({ length: height * width * 3 }, () => randomInt(rng, 256));
  const sharp = await loadSharp();
  return await sharp(pixels, { raw: { width, height, channels: 3 } })[format]().toBuffer();
}

/** Writes persons in the contest's training layout; the files are no real images unless asked. */
export async function writeFaces(
  dir: string,
  { folders = FOLDERS, csv = true, real = false }: { folders?: readonly string[]; csv?: boolean; real?: boolean } = {},
): Promise<void> {
  for (const folder of folders) {
    for (const photo of PHOTOS) {
      const data = real ? await picture({ seed: `${folder}/${photo}` }) : "pixels";
      await write(`${dir}/train/images/${folder}/${photo}.${real ? "png" : "jpg"}`, data);
    }
  }
  if (csv) await write(`${dir}/train/train.csv`, faceTable(folders));
}

/** The table that goes with folders of persons. */
export function faceTable(folders: readonly string[]): string {
  const rows = folders.map((folder) => `${folder.split("_").join(",")},${folder}\n`);
  return `id,gender,race,age,path\n${rows.join("")}`;
}
