/**
 * What is in a folder, in natural order and without hidden files.
 *
 * @module
 */
import { extname } from "node:path";
import { statIfThere } from "./files.ts";

/**
 * Lists a folder's files in natural order. Hidden files (`._mask1.jpg` among them) and hidden folders are passed over;
 * links are followed.
 *
 * @param dir The folder.
 * @param options Whether the folders within are listed too.
 * @returns Paths relative to the folder, with `/` between their parts.
 */
export async function listFiles(dir: string, { recursive = false }: { recursive?: boolean } = {}): Promise<string[]> {
  const { files, folders } = await listEntries(dir);
  if (recursive) {
    for (const folder of folders) {
      for (const name of await listFiles(`${dir}/${folder}`, { recursive })) files.push(`${folder}/${name}`);
    }
  }
  return files.sort(compareNatural);
}

/**
 * Lists the folders within a folder in natural order, without the hidden ones.
 *
 * @param dir The folder.
 * @returns Their names.
 */
export async function listFolders(dir: string): Promise<string[]> {
  return (await listEntries(dir)).folders.sort(compareNatural);
}

async function listEntries(dir: string): Promise<{ files: string[]; folders: string[] }> {
  const [files, folders]: [string[], string[]] = [[], []];
  for await (const entry of Deno.readDir(dir)) {
    if (entry.name.startsWith(".")) continue;
    // A link that leads nowhere counts as a file, so that it is missed by name later.
    const { isDirectory } = entry.isSymlink ? await statIfThere(`${dir}/${entry.name}`) ?? entry : entry;
    (isDirectory ? folders : files).push(entry.name);
  }
  return { files, folders };
}

/** Whether a file's name ends as those of images do that can be decoded; the case does not matter. */
export function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.has(extname(name).toLowerCase());
}

const IMAGE_EXTENSIONS: ReadonlySet<string> = new Set([
  ".jpg",
  ".jpeg",
  ".png",
  ".webp",
  ".gif",
  ".tif",
  ".tiff",
  ".avif",
]);

/**
 * Natural order: runs of digits compare as numbers, so that "2" comes before "10"; all else by code unit. Unlike a
 * collator's it is the same with every version of Unicode, as class numbers depend on it.
 *
 * @returns A negative number, zero or a positive number, for sorting.
 */
export function compareNatural(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i]!, right[i]!];
    const order = i % 2 === 1 ? compareDigits(x, y) : compareText(x, y);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareText(a, b);
}

/** Compares by value; longer ones are larger once leading zeros are gone. */
function compareDigits(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return x.length - y.length || compareText(x, y);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
