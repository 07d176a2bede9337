/**
 * Folders by a pattern, as a shell would name them.
 *
 * @module
 */
import { statIfThere } from "./files.ts";
import { listFolders } from "./listing.ts";

/**
 * Finds the folders that a pattern names: in each part of the path `*` stands for any letters and `?` for one. Hidden folders are
 * passed over.
 *
 * @example
 * ```ts
 * import { findFolders } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * for (const name of ["seed-1", "seed-10", "seed-2", "cache"]) await Deno.mkdir(`${dir}/${name}`);
 * assertEquals(await findFolders(`${dir}/seed-*`), ["seed-1", "seed-2", "seed-10"].map((name) => `${dir}/${name}`));
 * await Deno.remove(dir, { recursive: true });
 * ```
 *
 * @param pattern A path; one without `*` and `?` is itself, if there is such a folder.
 * @returns The folders in natural order; none where nothing fits.
 */
export async function findFolders(pattern: string): Promise<string[]> {
  const parts = pattern.replace(/\/+$/, "").split("/");
  let found = [parts[0] === "" ? "/" : ""];
  for (const part of parts[0] === "" ? parts.slice(1) : parts) {
    found = (await Promise.all(found.map((dir) => within(dir, part)))).flat();
  }
  return found;
}

/** The folders in a folder whose names fit one part of a pattern. */
async function within(dir: string, part: string): Promise<string[]> {
  const path = (name: string) => dir === "" || dir === "/" ? `${dir}${name}` : `${dir}/${name}`;
  if (!/[*?]/.test(part)) return (await statIfThere(path(part)))?.isDirectory ? [path(part)] : [];
  const text = part.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  const fits = new RegExp(`^${text}$`);
  return (await listFolders(dir || ".")).filter((name) => fits.test(name)).map(path);
}
