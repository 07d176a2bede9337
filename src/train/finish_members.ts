/**
 * Finished runs as members of a chain: checked against the data and each other, and what they say of images view by view.
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import { type Dataset, type ImageSet, UNKNOWN_LABEL } from "../core/records.ts";
import type { Schema } from "../core/schema.ts";
import type { DetailedPredictions } from "../frame/mod.ts";
import { buildViews, ensemble, joinFolds, type ViewSpec } from "../predict/mod.ts";
import type { PreprocessNote } from "../preprocess/mod.ts";
import type { TrainConfig } from "./config.ts";
import { memberViews } from "./member_views.ts";
import { packDataset } from "./pack_dataset.ts";
import type { Run } from "./run.ts";

/** A member of the chain: a run, or the folds of a cross-validation. */
export interface Member {
  /** Its folder. */
  readonly dir: string;
  /** Its run, or one for each fold. */
  readonly runs: readonly Run[];
}

/** Where work is kept, and who hears of it. */
export interface MemberWork {
  /** Folder of the results; packed images in `cache`, predictions in `views`. */
  readonly dir: string;
  /** Stops the work; the same call goes on. */
  readonly signal?: AbortSignal;
  /** Called as images are preprocessed, packed or predicted; those predicted are counted by model and view. */
  readonly onProgress?: (
    state: { readonly stage: "preprocess" | "pack" | "predict"; readonly done: number; readonly total: number },
  ) => void;
  /** Called with what preprocessing could not do as usual. */
  readonly onNotes?: (notes: readonly PreprocessNote[]) => void;
}

/** What members say of images. */
export interface MembersSaid {
  /** Each member: out-of-fold, or the mean of its models. */
  readonly members: readonly DetailedPredictions[];
  /** Each model by itself. */
  readonly models: readonly DetailedPredictions[];
  /** Milliseconds that a model takes for an image, by view: the least of all models'. */
  readonly cost: Readonly<Record<string, number>>;
  /** Digest of the weights of each member's models. */
  readonly weights: readonly (readonly string[])[];
}

/**
 * Checks that members are of one task and of the data.
 *
 * @param dataset The data.
 * @param members The members.
 * @param options Whether the data are other images than those of the runs, of the same classes.
 * @throws {TypeError} If attributes or classes differ, or a label is another one now than it was in training.
 * @throws {RangeError} If there is no member.
 */
export function checkMembers(
  dataset: Dataset,
  members: readonly Member[],
  { others = false }: { readonly others?: boolean } = {},
): void {
  if (members.length === 0) throw new RangeError("Cannot finish as there must be at least one run");
  const labels = new Map(dataset.samples.map(({ id, label }) => [id, label]));
  for (const { runs } of members) {
    for (const { dir, schema, valid } of runs) {
      const difference = schemaDifference(dataset.schema, schema);
      if (difference !== "") {
        throw new TypeError(`Cannot finish with ${show(dir)} as it is of other classes: ${difference}`);
      }
      if (others) continue;
      const gone = valid.ids.filter((id) => !labels.has(id));
      if (gone.length > 0) {
        throw new TypeError(
          `Cannot finish with ${
            show(dir)
          } as the data must hold the images that it was validated on: ${gone.length} of ` +
            `${valid.ids.length} are missing (${show(gone.slice(0, 3))})`,
        );
      }
      const other = valid.ids.findIndex((id, i) =>
        valid.labels[i] !== UNKNOWN_LABEL && labels.get(id) !== valid.labels[i]
      );
      if (other >= 0) {
        const id = valid.ids[other]!, name = (label: number) => show(schema.classes[label]);
        throw new TypeError(
          `Cannot finish with ${show(dir)} as labels must be those of its training: that of ${show(id)} was ${
            name(valid.labels[other]!)
          } and is ${name(labels.get(id)!)}`,
        );
      }
    }
  }
}

/** How two schemas differ, in words; nothing where they are the same. */
function schemaDifference(data: Schema, run: Schema): string {
  const missing = data.classes.filter((name) => !run.classes.includes(name));
  const extra = run.classes.filter((name) => !data.classes.includes(name));
  if (missing.length + extra.length > 0) {
    return `it lacks [${list(missing)}] of the data's and has [${list(extra)}] besides`;
  }
  if (data.classes.some((name, c) => name !== run.classes[c])) {
    return `it has them in another order, ${show(run.classes)} for ${show(data.classes)}`;
  }
  const text = ({ attributes }: Schema) => attributes.map(({ name, levels }) => `${name} [${list(levels)}]`).join(", ");
  return text(data) === text(run) ? "" : `its attributes are ${text(run)}, those of the data ${text(data)}`;
}

/** What members say out-of-fold: each image by the model that was validated on it. */
export async function sayValid(
  dataset: Dataset,
  members: readonly Member[],
  views: readonly ViewSpec[],
  work: MemberWork,
): Promise<MembersSaid> {
  const said = await say(dataset, members, views, { ...work, part: "valid", idsOf: ({ valid }) => valid.ids });
  members.forEach(({ runs }, m) => runs.forEach((run, k) => checkSame(run, said.byRun[m]![k]!)));
  const joined = said.byRun.map((runs) => joinFolds(runs));
  return { ...said, members: joined, models: joined };
}

/** What members say of other images: each the mean of its models, view by view. */
export async function sayTest(
  dataset: Dataset,
  members: readonly Member[],
  views: readonly ViewSpec[],
  work: MemberWork,
): Promise<MembersSaid> {
  const said = await say(dataset, members, views, { ...work, part: "test", idsOf: () => undefined });
  const mean = (runs: readonly DetailedPredictions[]): DetailedPredictions => {
    const views = runs[0]!.views!.map(({ name }, v) => ({
      name,
      probabilities:
        ensemble(runs.map((run) => ({ ...run, probabilities: run.views![v]!.probabilities }))).probabilities,
    }));
    return { ...ensemble(runs), views };
  };
  return { ...said, members: said.byRun.map(mean), models: said.byRun.flat() };
}

/** Predicts with every run, images packed once for each way to preprocess them. */
async function say(
  dataset: Dataset,
  members: readonly Member[],
  views: readonly ViewSpec[],
  { part, idsOf, dir, signal, onProgress, onNotes }: MemberWork & {
    readonly part: string;
    readonly idsOf: (run: Run) => readonly string[] | undefined;
  },
): Promise<Omit<MembersSaid, "members" | "models"> & { readonly byRun: DetailedPredictions[][] }> {
  const packs = new Map<string, ImageSet>();
  const packOf = async (config: TrainConfig) => {
    const { preprocess, resize, crop, interpolation } = config;
    const key = JSON.stringify([preprocess, resize, crop, interpolation]);
    const images = packs.get(key) ??
      await packDataset(dataset, config, { cacheDir: `${dir}/cache`, signal, onProgress, onNotes });
    packs.set(key, images);
    return images;
  };
  const sizes = members.map(({ runs }) => runs.map((run) => idsOf(run)?.length ?? dataset.samples.length));
  const total = views.length * sizes.flat().reduce((a, b) => a + b, 0);
  const byRun: DetailedPredictions[][] = [], weights: string[][] = [], cost: Record<string, number> = {};
  let before = 0;
  try {
    for (const { runs } of members) {
      byRun.push([]);
      weights.push([]);
      for (const run of runs) {
        const images = await packOf(run.config), ids = idsOf(run);
        const said = await memberViews(run, {
          ...{ dataset, images, ids, views, dir: `${dir}/views`, part, signal },
          onProgress: (state) =>
            onProgress?.({ stage: "predict", done: before + state.view * state.total + state.done, total }),
        });
        before += views.length * said.predictions.ids.length;
        byRun.at(-1)!.push(said.predictions);
        weights.at(-1)!.push(said.weights);
        for (const [name, took] of Object.entries(said.cost)) cost[name] = Math.min(cost[name] ?? Infinity, took);
      }
    }
  } finally {
    for (const images of packs.values()) images.close();
  }
  return { byRun, weights, cost };
}

/** How far probabilities may be on average from those of the training, which another backend may have made. */
const TOLERANCE = 0.01;

/** Checks that a run says what it said in training, where its views are among those predicted. */
function checkSame({ dir, config, valid }: Run, { ids, views = [] }: DetailedPredictions): void {
  const wanted = buildViews(config.views), total = wanted.reduce((sum, { weight }) => sum + weight, 0);
  const found = wanted.map(({ name }) => views.find((view) => view.name === name)?.probabilities);
  if (config.viewAverage !== "probabilities" || found.includes(undefined) || ids.length === 0) return;
  let distance = 0;
  for (let i = 0; i < valid.probabilities.length; i++) {
    const mean = found.reduce((sum, values, k) => sum + wanted[k]!.weight / total * values![i]!, 0);
    distance += Math.abs(mean - valid.probabilities[i]!) / valid.probabilities.length;
  }
  if (distance <= TOLERANCE) return;
  throw new Error(
    `Cannot finish with ${show(dir)} as it must say what it said in training: probabilities are ${
      distance.toFixed(3)
    } away on average; are these the images that it was trained with?`,
  );
}
