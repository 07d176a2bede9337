/**
 * Where preprocessed images lie: a folder for each list of steps, in it a file for each source as it is now. A name says by
 * its digest what the file was made of, so that its presence means that it needs not be made.
 *
 * @module
 */
import { join } from "node:path";
import { list } from "../core/check.ts";
import type { Fault, Sample } from "../core/records.ts";
import { readJson, sha256, statIfThere } from "../io/files.ts";
import { namesIn } from "../io/image_file.ts";
import { inFlight } from "../io/in_flight.ts";
import { type Job, notesPath, type Recipe } from "./process_file.ts";

/** Changes whenever the same steps would give other pixels. */
const VERSION = 1;

/**
 * The folder of a list of steps: their names, and a digest of all that the pixels depend on but the sources.
 *
 * @param dir The folder that it is in.
 * @param recipe Steps with all their options, and the format.
 * @throws {TypeError} If a step names a model that is not there; all such models are listed.
 */
export async function folderOf(
  dir: string,
  { steps, format, quality }: Recipe,
): Promise<{ readonly folder: string; readonly recipe: Readonly<Record<string, unknown>> }> {
  const models: [path: string, bytes: number, changed: number][] = [], missing: string[] = [];
  for (const { model } of steps as readonly { readonly model?: string | null }[]) {
    if (typeof model !== "string") continue;
    const stat = await statIfThere(model);
    if (stat?.isFile) models.push([model, stat.size, stat.mtime?.getTime() ?? 0]);
    else missing.push(model);
  }
  if (missing.length > 0) {
    throw new TypeError(`Cannot preprocess images as the models must be there: missing are ${list(missing)}`);
  }
  const recipe = { version: VERSION, steps, models, format, ...(format === "jpeg" && { quality }) };
  const names = steps.map(({ name }) => name).join("+").slice(0, 60);
  return { folder: join(dir, `${names}-${(await sha256(JSON.stringify(recipe))).slice(0, 16)}`), recipe };
}

/** A sample's file: what is to be done for it, or what is wrong with it. */
export interface Entry {
  /** The preprocessed file's name. */
  readonly name: string;
  /** How it is made. */
  readonly job?: Job;
  /** Why it cannot be. */
  readonly fault?: Pick<Fault, "kind" | "message">;
}

/** Names the file of each sample by its path, size and time of change. */
export async function nameFiles(
  samples: readonly Sample[],
  { root, folder, format, signal }: {
    readonly root: string;
    readonly folder: string;
    readonly format: Recipe["format"];
    readonly signal?: AbortSignal;
  },
): Promise<readonly Entry[]> {
  const entries = new Array<Entry>(samples.length), extension = format === "jpeg" ? "jpg" : "png";
  await inFlight(samples.length, async (i) => {
    const { id, path } = samples[i]!, from = join(root, path), stat = await statIfThere(from);
    const stamp = [path, stat?.size ?? -1, stat?.mtime?.getTime() ?? 0];
    const digest = (await sha256(JSON.stringify([id, ...stamp]))).slice(0, 16);
    const name = `${id.replace(/[^\w-]+/g, "_").slice(-60)}-${digest}.${extension}`;
    if (!stat?.isFile) entries[i] = { name, fault: { kind: "missing-file", message: "is not there" } };
    else if (stat.size === 0) entries[i] = { name, fault: { kind: "empty-file", message: "is empty" } };
    else entries[i] = { name, job: { from, to: join(folder, name), changed: stat.mtime } };
  }, { signal });
  return entries;
}

/** What the steps noted of each file of a folder, by the file's name. */
export async function readNotes(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = await namesIn(folder), notes = new Map<string, readonly string[]>();
  const noted = [...names].filter((name) => names.has(notesPath(name)));
  await inFlight(noted.length, async (i) => {
    notes.set(noted[i]!, await readJson(join(folder, notesPath(noted[i]!))) as string[]);
  });
  return notes;
}
