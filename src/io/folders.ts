/**
 * The layout of a folder for each class, with photographs at any depth within.
 *
 * @module
 */
import { join } from "node:path";
import { show } from "../core/check.ts";
import { type Dataset, type Fault, makeSchema, type Schema } from "../core/mod.ts";
import { statIfThere } from "./files.ts";
import { attributeOf, type Labelled, readClass } from "./labels.ts";
import { isImageName, listFiles, listFolders } from "./listing.ts";
import { type Candidate, type CheckOptions, settle } from "./validate.ts";

/** How a folder for each class is loaded. */
export interface LoadFoldersOptions extends CheckOptions {
  /**
   * Whom a photograph shows: a function of its path relative to the data set's folder (`cat/anna_3.jpg`), or an expression
   * whose first capture tells. Without it each photograph is its own group.
   */
  readonly group?: ((path: string) => string) | RegExp;
  /** What the folders' names mean; unless given, one attribute "class" whose levels are the names in natural order. */
  readonly schema?: Schema;
}

/**
 * Loads a data set with a folder for each class. A sample's id is its path. Hidden files are passed over, and so are files
 * beside the class folders unless they are images.
 *
 * @example
 * ```ts
 * import { loadFolders } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * for (const path of ["10/anna_1.jpg", "2/anna_2.jpg", "2/ben_1.jpg"]) {
 *   await Deno.mkdir(`${dir}/${path.split("/")[0]}`, { recursive: true });
 *   await Deno.writeTextFile(`${dir}/${path}`, "pixels"); // images are looked into only with decode: true
 * }
 * const { samples, schema } = await loadFolders(dir, { group: /([a-z]+)_/ });
 * assertEquals(schema.classes, ["2", "10"]);
 * assertEquals(samples.map(({ group }) => group), ["anna", "ben", "anna"]);
 * ```
 *
 * @param dir The folder that holds the class folders.
 * @param options Groups, classes, and how it is checked.
 * @returns The data set, class by class in natural order.
 * @throws {AggregateError} With all faults, strictly if there are any, leniently if no photograph is left; see
 * {@linkcode faultsOf}.
 */
export async function loadFolders(
  dir: string,
  { group = (path) => path, schema, ...options }: LoadFoldersOptions = {},
): Promise<Dataset> {
  const faults: Fault[] = [];
  const isThere = (await statIfThere(dir))?.isDirectory;
  if (!isThere) faults.push({ kind: "missing-folder", message: `The folder "${dir}" is not there.`, path: "." });
  const folders = isThere ? await listFolders(dir) : [];
  const found = schema ?? makeSchema([attributeOf("class", folders.length > 0 ? folders : ["none"])]);
  for (const name of isThere ? (await listFiles(dir)).filter(isImageName) : []) {
    faults.push({ kind: "unknown-file", message: `The image "${name}" stands in no class folder.`, path: name });
  }
  const groupOf = group instanceof RegExp ? firstCapture(group) : group;
  const candidates: Candidate[] = [];
  for (const folder of folders) {
    const labelled = labelFolder(found, folder);
    if (!("label" in labelled)) {
      faults.push(labelled);
      continue;
    }
    const files = await listFiles(join(dir, folder), { recursive: true });
    if (files.length === 0) {
      faults.push({ kind: "missing-file", message: `The class folder "${folder}" holds no image.`, path: folder });
    }
    for (const file of files) {
      const path = `${folder}/${file}`;
      const person = groupOf(path);
      if (!isImageName(file)) {
        faults.push({ kind: "unknown-file", message: `The file "${path}" has no image's extension.`, path });
      } else if (!person) {
        const rule = group instanceof RegExp ? `${show(group)} captures nothing in it` : "its group is empty";
        faults.push({ kind: "no-group", message: `The file "${path}" belongs to no group: ${rule}.`, path, id: path });
      } else {
        candidates.push({ sample: { id: path, path, group: person, ...labelled } });
      }
    }
  }
  return await settle({ root: dir, schema: found, candidates, faults }, options);
}

function labelFolder(schema: Schema, folder: string): Labelled | Fault {
  try {
    return readClass(schema, folder);
  } catch (error) {
    const message = `The folder "${folder}" belongs to no class: ${(error as Error).message}.`;
    return { kind: "unknown-value", message, path: folder };
  }
}

/** What an expression's first capture finds; a global or sticky one begins anew each time. */
function firstCapture(expression: RegExp): (path: string) => string | undefined {
  const fresh = new RegExp(expression.source, expression.flags.replace(/[gy]/g, ""));
  return (path) => fresh.exec(path)?.[1];
}
