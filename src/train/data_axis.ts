/**
 * What an ablation trains on as an axis of its own: the real images alone, with images of a folder added, or again and again, in
 * equal numbers of steps and scored on the same real images.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { list, show } from "../core/check.ts";
import { build } from "../core/parts.ts";
import type { Dataset, Fold, ImageSet, Sample } from "../core/records.ts";
import { seededRng } from "../core/rng.ts";
import { isSynthetic, SYNTHETIC_PREFIX } from "../core/synthetic.ts";
import { exists, readJson } from "../io/mod.ts";
import { SAMPLERS } from "../sampling/mod.ts";
import { stepsPerEpoch } from "./batches.ts";
import type { TrainConfig } from "./config.ts";
import { joinImages } from "./join_images.ts";
import { packDataset, type PackDatasetOptions } from "./pack_dataset.ts";
import { trainingLabels } from "./training_labels.ts";

/** What one side of an ablation trains on. */
export interface DataArm {
  /** What it is called: letters, digits, `_` and `-`. */
  readonly name: string;
  /** Images that are added to the training part of every fold. */
  readonly added?: Dataset;
  /** Real images of each class that are shown again, as many as this has, `[C]`; they are repeated in turn. */
  readonly repeated?: readonly number[];
  /** Ids of real images that were not known to the generator of the added ones; without it they are no generator's. */
  readonly heldOut?: readonly string[];
}

/** An arm as the command line has it: `real`, `oversampled`, or `NAME=DIR`. */
export interface DataArmText {
  /** What it is called. */
  readonly name: string;
  /** The folder whose images are added, if any. */
  readonly dir?: string;
}

/** The arms that need no folder. */
const REAL = "real", OVERSAMPLED = "oversampled";

/**
 * Reads a data axis: `real,painted=DIR,gan=DIR,oversampled`.
 *
 * @example
 * ```ts
 * import { parseDataAxis } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseDataAxis("real,gan=runs/made,oversampled"), [
 *   { name: "real" },
 *   { name: "gan", dir: "runs/made" },
 *   { name: "oversampled" },
 * ]);
 * ```
 *
 * @param text Arms between commas.
 * @throws {SyntaxError} If an arm is of another form, a name comes twice, or nothing says how often to oversample; all faults are
 * listed.
 */
export function parseDataAxis(text: string): readonly DataArmText[] {
  const faults: string[] = [], names = new Set<string>();
  const arms = text.split(",").map((part): DataArmText => {
    const [, name = "", dir] = /^\s*([\w-]+)(?:=(.+?))?\s*$/.exec(part) ?? [];
    const isBare = name === REAL || name === OVERSAMPLED;
    if (name === "" || isBare !== (dir === undefined)) {
      faults.push(`${show(part)} must be ${REAL}, ${OVERSAMPLED} or NAME=DIR`);
    } else if (names.has(name)) faults.push(`${name} is given twice`);
    names.add(name);
    return dir === undefined ? { name } : { name, dir };
  });
  if (names.has(OVERSAMPLED) && arms.every(({ dir }) => dir === undefined)) {
    faults.push(`${OVERSAMPLED} needs an arm with a folder, as it repeats as many images of each class as that adds`);
  }
  if (faults.length > 0) throw new SyntaxError(`Cannot read the data axis as ${faults.join("; ")}`);
  return arms;
}

/** What stands beside generated images, in {@linkcode SOURCE_FILE}. */
export interface SyntheticSource {
  /** Ids of the real images that the generator was not trained on. */
  readonly heldOut: readonly string[];
}

/** The file in a folder of generated images that tells where they come from. */
export const SOURCE_FILE = "synthetic.json";

/**
 * The arms of an axis, with their images. `oversampled` repeats as many of each class as the first folder adds.
 *
 * @param arms From {@linkcode parseDataAxis}.
 * @param load Reads a folder.
 */
export async function readDataArms(
  arms: readonly DataArmText[],
  load: (dir: string) => Promise<Dataset>,
): Promise<readonly DataArm[]> {
  const read: DataArm[] = [];
  for (const { name, dir } of arms) {
    if (dir === undefined) {
      read.push({ name });
      continue;
    }
    const source = join(dir, SOURCE_FILE), added = await load(dir);
    read.push(await exists(source) ? { name, added, ...await readJson(source) as SyntheticSource } : { name, added });
  }
  const first = read.find(({ added }) => added)?.added;
  return read.map((arm) => arm.name === OVERSAMPLED ? { ...arm, repeated: countsOf(first!) } : arm);
}

/**
 * Refuses arms whose images are the real ones themselves, of other classes, or of a generator that knows whom a fold validates
 * on.
 *
 * @param folds The folds that are scored.
 * @throws {TypeError} If there is such an arm.
 */
export function checkArms(arms: readonly DataArm[], dataset: Dataset, folds: readonly Fold[]): void {
  const valid = folds.flatMap(({ valid }) => Array.from(valid, (i) => dataset.samples[i]!.id));
  for (const { name, added, heldOut = valid } of arms) {
    const refuse = (why: string) => {
      throw new TypeError(`Cannot add the images of ${show(name)} as ${why}`);
    };
    if (!added) continue;
    if (resolve(added.root) === resolve(dataset.root)) {
      refuse(`they are those of the data set itself, which are validated on: ${show(added.root)}`);
    }
    if (added.schema.classes.join("\n") !== dataset.schema.classes.join("\n")) {
      refuse("their classes must be those of the real ones");
    }
    const unseen = new Set(heldOut), seen = valid.filter((id) => !unseen.has(id));
    if (seen.length === 0) continue;
    refuse(
      `their generator was trained on ${seen.length} of ${valid.length} images that are validated on, ` +
        `${
          list(seen.slice(0, 3))
        } among them: score the generator's fold alone, with its number of folds, and with its ` +
        "seed as splitSeed",
    );
  }
}

/** Samples of each class. */
function countsOf({ samples, schema }: Dataset): number[] {
  const counts = schema.classes.map(() => 0);
  for (const { label } of samples) counts[label]!++;
  return counts;
}

/** What is trained on. */
export interface ArmData {
  /** The real samples, then those added, whose ids say that they are none of them. */
  readonly dataset: Dataset;
  /** Folds with the arm's training parts, and the validation parts as they were. */
  readonly folds: readonly Fold[];
  /** All images, in the samples' order; those made for it go when it is closed. */
  readonly images: ImageSet;
}

/**
 * Adds an arm's images to what is trained on.
 *
 * @param data The real samples, their folds and images.
 * @param arm The arm.
 * @param options The config, which says how images are packed, and where they are kept.
 */
export async function addArm(
  { dataset, folds, images }: ArmData,
  arm: DataArm,
  { config, ...packing }: PackDatasetOptions & { readonly config: TrainConfig },
): Promise<ArmData> {
  const { added, repeated } = arm;
  if (repeated) {
    return { dataset, images, folds: folds.map((fold) => ({ ...fold, train: again(fold.train, dataset, repeated) })) };
  }
  if (!added || added.samples.length === 0) return { dataset, folds, images };
  const base = added.root === dataset.root ? "" : relative(dataset.root, added.root), from = dataset.samples.length;
  const mark = (text: string) =>
    `${SYNTHETIC_PREFIX}${arm.name}-${isSynthetic(text) ? text.slice(SYNTHETIC_PREFIX.length) : text}`;
  const samples = added.samples.map((sample): Sample => ({
    ...sample,
    id: mark(sample.id),
    group: mark(sample.group),
    path: join(base, sample.path),
  }));
  const more = await packDataset(added, config, packing);
  const named = {
    ...more,
    ids: more.ids.map(mark),
    faults: more.faults.map((fault) => ({ ...fault, ...(fault.id !== undefined && { id: mark(fault.id) }) })),
    close: () => more.close(),
  };
  return {
    dataset: { ...dataset, samples: [...dataset.samples, ...samples] },
    folds: folds.map(({ train, valid }) => ({
      train: Int32Array.from([...train, ...samples.map((_, k) => from + k)]),
      valid,
    })),
    images: joinImages(images, named),
  };
}

/** A fold's training images, and of each class as many again as wanted, one after the other. */
function again(train: Int32Array, { samples }: Dataset, repeated: readonly number[]): Int32Array {
  const byLabel = Map.groupBy(train, (i) => samples[i]!.label);
  const more = repeated.flatMap((count, label) => {
    const own = byLabel.get(label) ?? [];
    return Array.from({ length: own.length === 0 ? 0 : count }, (_, k) => own[k % own.length]!);
  });
  return Int32Array.from([...train, ...more]);
}

/**
 * The steps that an epoch over the real images alone has, in the smallest of the folds: an epoch of each arm is made as short.
 */
export function realSteps(dataset: Dataset, folds: readonly Fold[], config: TrainConfig): number {
  const sampler = build("sampler", SAMPLERS, config.sampler);
  const { keep, labels } = trainingLabels(dataset, config, { train: new Int32Array(0), soft: undefined });
  const kept = new Set(keep);
  const steps = folds.map(({ train }) => {
    const some = train.filter((i) => kept.has(i));
    const context = { batchSize: config.batchSize, groups: Array.from(some, (i) => dataset.samples[i]!.group) };
    const order = sampler(some.map((i) => labels[i]!), seededRng(config.seed), context);
    return stepsPerEpoch(order.length, config.batchSize);
  });
  return Math.min(...steps, config.limitBatches || Infinity);
}
