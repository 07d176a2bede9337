/**
 * Runs side by side: what was set, what they were trained on and ran on, as far as it differs, and how much better each is than
 * the first on the same images.
 *
 * @module
 */
import { normalize, sep } from "node:path";
import { checkInteger, show } from "../core/check.ts";
import type { Predictions } from "../core/records.ts";
import type { Schema } from "../core/schema.ts";
import { sha256 } from "../io/mod.ts";
import { alignPredictions } from "../predict/mod.ts";
import { type Difference, differencesOf, flatten, valueText } from "./differences.ts";
import { type PairedScores, pairScores } from "./pair_scores.ts";
import { readContents, type RunContents, type RunEntry } from "./run_contents.ts";
import { runFolder } from "./run_folders.ts";
import type { IntervalOptions } from "./run_scores.ts";

/** How runs are compared. */
export interface CompareRunsOptions {
  /** How often persons are drawn for the intervals; 2000 by default. */
  readonly resamples?: number;
  /** Seed of the draws; 0 by default. */
  readonly seed?: number | string;
}

/** A run beside the first one. */
export interface RunPair {
  /** The first run's name. */
  readonly first: string;
  /** The name of the run that is compared with it. */
  readonly second: string;
  /** How much better it is; null where both did not predict the same images. */
  readonly scores: PairedScores | null;
  /** Why there are no scores, or no intervals; null where there are. */
  readonly note: string | null;
}

/** Runs side by side. */
export interface RunComparison {
  /** The runs as `listRuns` has them; named by as many of the paths' last parts as tell them apart. */
  readonly runs: readonly RunEntry[];
  /** Options that differ, defaults included, in the order of the runs. */
  readonly config: readonly Difference[];
  /** In what the data differs: digest, images, persons. */
  readonly data: readonly Difference[];
  /** In what they ran on differs: versions, backend, memory, commit. */
  readonly environment: readonly Difference[];
  /** Each run after the first beside it. */
  readonly pairs: readonly RunPair[];
}

/**
 * Compares runs, cross-validations or trials. Differences of scores are taken on the same images and the same draws of
 * persons, so that what is hard for both cancels.
 *
 * @param dirs Their folders, two at least; all are compared with the first.
 * @param options How intervals are drawn.
 * @returns What differs, and the scores.
 * @throws {RangeError} If there are fewer than two, or `resamples` is out of range.
 * @throws {Error} If a folder holds no run, or one with a broken file; the message says what is broken.
 * @throws {TypeError} If the runs' attributes or classes differ; the message says in what.
 */
export async function compareRuns(
  dirs: readonly string[],
  { resamples = 2000, seed = 0 }: CompareRunsOptions = {},
): Promise<RunComparison> {
  checkInteger("compare runs", "the number of runs", dirs.length, { min: 2 });
  checkInteger("compare runs", "resamples", resamples, { min: 1 });
  const contents: RunContents[] = [], names = namesOf(dirs);
  for (const [i, dir] of dirs.entries()) contents.push(await readWhole(dir, names[i]!, { resamples, seed }));
  const schemas = contents.map(schemaOf), [first, ...others] = contents as [RunContents, ...RunContents[]];
  checkSameSchema(names, schemas);
  return {
    runs: contents.map(({ entry }) => entry),
    config: differencesOf(contents.map(({ entry }) => flatten(entry.config))),
    data: differencesOf(await Promise.all(contents.map(factsOf))),
    environment: differencesOf(contents.map(({ files }) => overFolds(files.map((file) => flatten(file.environment))))),
    pairs: others.map((other): RunPair => ({
      first: first.entry.name,
      second: other.entry.name,
      ...pair(first, other, { schema: schemas[0]!, resamples, seed }),
    })),
  };
}

/** As many of the paths' last parts as tell all runs apart; the paths with numbers where one is given twice. */
function namesOf(dirs: readonly string[]): readonly string[] {
  const parts = dirs.map((dir) => normalize(dir).split(sep).filter((part) => part !== ""));
  for (let last = 1; last <= Math.max(...parts.map(({ length }) => length)); last++) {
    const names = parts.map((part) => part.slice(-last).join("/"));
    if (new Set(names).size === dirs.length) return names;
  }
  return dirs.map((dir, i) => `${dir} (${i + 1})`);
}

async function readWhole(dir: string, name: string, drawing: IntervalOptions): Promise<RunContents> {
  const folder = await runFolder(dir);
  if (!folder) throw new Error(`Cannot compare ${show(dir)} as it holds neither config.json nor fold-0`);
  const contents = await readContents(folder, { ...drawing, root: dir }), { fault } = contents.entry;
  if (fault !== null) throw new Error(`Cannot compare ${show(dir)} as it is broken: ${fault}`);
  return { ...contents, entry: { ...contents.entry, name } };
}

/** Attributes and classes; nothing of a run that has not begun to train. */
function schemaOf({ files }: RunContents): Schema | undefined {
  return files.find(({ data }) => data)?.data?.schema;
}

function checkSameSchema(names: readonly string[], schemas: readonly (Schema | undefined)[]): void {
  schemas.forEach((schema, i) => {
    if (!schema || !schemas[0]) return;
    const differs = differencesOf([flatten(schemas[0]), flatten(schema)]);
    if (differs.length === 0) return;
    const texts = differs.map(({ name, values: [a, b] }) => `${name} (${valueText(a)}, here ${valueText(b)})`);
    throw new TypeError(
      `Cannot compare ${show(names[i])} with ${show(names[0])} as both must have the same attributes and classes: ` +
        `they differ in ${texts.join(", ")}`,
    );
  });
}

/** What is told of the data, by name. */
async function factsOf({ files, predictions, persons }: RunContents): Promise<ReadonlyMap<string, unknown>> {
  const records = files.flatMap(({ data }) => data ?? []);
  const one = async (digests: readonly string[]) =>
    // the folds' digests as one
    (digests.length === 1 ? digests[0]! : await sha256(digests.join(" "))).slice(0, 12);
  const soft = records.flatMap(({ softTargets }) => softTargets ?? []);
  return new Map<string, unknown>([
    ["digest", await one(records.map(({ digest }) => digest))],
    ["softTargets", soft.length > 0 ? await one(soft) : "none"],
    ["folds", records.length],
    ["trainImages", [...new Set(records.map(({ train }) => train))].join(" / ")],
    ["validImages", new Set(records.flatMap(({ valid }) => valid)).size],
    ["validPersons", persons ? new Set(persons.values()).size : "not said"],
    ["leftOut", new Set(records.flatMap(({ leftOut }) => leftOut)).size],
    ["predictedImages", predictions?.ids.length ?? "none"],
  ]);
}

/** What folds have at each place: one value where all have the same, else each once. */
function overFolds(flats: readonly ReadonlyMap<string, unknown>[]): ReadonlyMap<string, unknown> {
  const names = new Set(flats.flatMap((flat) => [...flat.keys()]));
  return new Map([...names].map((name) => {
    const values = [...new Set(flats.map((flat) => valueText(flat.get(name))))];
    return [name, values.length === 1 ? flats[0]!.get(name) : values.join(" / ")];
  }));
}

/** Both on the same images; or why not. */
function pair(
  first: RunContents,
  second: RunContents,
  options: IntervalOptions & { readonly schema: Schema },
): Pick<RunPair, "scores" | "note"> {
  const without = (note: string) => ({ scores: null, note });
  const [a, b] = [first.predictions, second.predictions];
  const none = [first, second].find(({ predictions }) => !predictions);
  if (!a || !b) return without(`${none!.entry.name} has not predicted its validation images`);
  const known = new Set(a.ids), common = b.ids.filter((id) => known.has(id)).length;
  if (common < a.ids.length || common < b.ids.length) {
    return without(
      `they did not predict the same images: the first ${a.ids.length}, the second ${b.ids.length}, both ${common}`,
    );
  }
  const aligned: Predictions = alignPredictions(b, a.ids);
  const relabelled = a.ids.filter((_, i) => a.labels[i] !== aligned.labels[i]);
  if (relabelled.length > 0) {
    return without(`${relabelled.length} images have other labels, ${show(relabelled[0])} the first`);
  }
  const persons = first.persons ?? second.persons;
  const other = second.persons && a.ids.find((id) => persons!.get(id) !== second.persons!.get(id));
  const agree = other === null || other === undefined;
  const note = !persons
    ? "no intervals, as the runs do not say who is on their images"
    : agree
    ? null
    : `no intervals, as the runs disagree on who is on ${show(other)}`;
  const scores = pairScores(a, aligned, { ...options, persons: agree ? persons : null });
  return scores ? { scores, note } : without("no image is labelled");
}
