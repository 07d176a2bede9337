/**
 * A static page that classifies photographs in the browser with a run's network, from any server and under any path.
 *
 * @module
 */
import type { ImageSet, Predictions } from "../core/records.ts";
import type { Schema } from "../core/schema.ts";
import { fileDigest, readSafetensors, statIfThere, writeAtomic, writeSafetensors } from "../io/mod.ts";
import { findWeights, IMAGENET_INPUT, loadWeights } from "../models/mod.ts";
import { applyCalibration, type Calibration, decide, ensemble, predict } from "../predict/mod.ts";
import { loadModel, type Run } from "../train/mod.ts";
import { PAGE_FILES, writePageFiles } from "./page_files.ts";
import type { HalfDifference, PageModel, PageWeights } from "./page_model.ts";

/** How a page is exported. */
export interface ExportWebOptions {
  /** The page's folder; it is made if need be, and files of an earlier page are written over. */
  readonly dir: string;
  /** What the page is called; by default it names the attributes. */
  readonly title?: string;
  /**
   * Images of the network's size: given, weights are written in half precision, and what that changes on these images stands
   * in model.json. The backend must have been started.
   */
  readonly half?: ImageSet;
  /** What the averaged probabilities are corrected by, as `calibrate` or `deno task finish` made it; nothing by default. */
  readonly calibration?: Calibration;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/** A page that was exported. */
export interface WebPage {
  /** Its folder. */
  readonly dir: string;
  /** What its model.json says. */
  readonly model: PageModel;
  /** Its files, by their places in the folder. */
  readonly files: readonly string[];
}

/**
 * Writes the page: `index.html`, `style.css`, `app.js`, `worker.js`, `model.json`, the weights and the compiled kernels. It needs
 * nothing else, asks nobody else, and uploads nothing.
 *
 * @param runs Finished runs of one config; of several, as the folds of a cross-validation, the page averages the probabilities.
 * @param options Folder, title and precision.
 * @returns The folder, its files, and what model.json says.
 * @throws {TypeError} If the runs differ in classes or images, their images are preprocessed, which a page cannot do, or the
 * calibration is of other classes.
 */
export async function exportWeb(
  runs: readonly Run[],
  { dir, title, half, calibration, signal }: ExportWebOptions,
): Promise<WebPage> {
  const [first] = runs;
  if (!first) throw new RangeError("Cannot export a page as there must be at least one run");
  checkRuns(runs);
  const { schema, config: { resize, crop, interpolation, views, viewAverage, ...config } } = first;
  if (calibration) {
    applyCalibration({ ids: [], classes: schema.classes, probabilities: new Float32Array() }, calibration);
  }
  const name = title ?? `${listed(schema.attributes.map((attribute) => attribute.name))} from a photograph`;
  await writePageFiles(dir, { title: name, limits: limitsOf(schema) }, signal);
  const dtype = half ? "F16" : "F32", members: PageWeights[] = [];
  for (const [k, run] of runs.entries()) {
    signal?.throwIfAborted();
    const file = runs.length === 1 ? "weights.safetensors" : `weights-${k}.safetensors`, path = `${dir}/${file}`;
    const { tensors } = await readSafetensors(`${run.dir}/best.safetensors`);
    await writeSafetensors(path, { tensors, metadata: { format: "pt", model: config.model.name } }, { dtype });
    members.push({ file, bytes: (await statIfThere(path))!.size, sha256: await fileDigest(path) });
  }
  const { input } = await findWeights(`${first.dir}/best.safetensors`);
  const scores = runs.map(({ best }) => best.validMacroF1);
  const model: PageModel = {
    version: 1,
    title: name,
    model: { ...config.model, weights: null },
    schema,
    input: { ...IMAGENET_INPUT, ...input, size: typeof crop === "number" ? [crop, crop] : crop },
    image: { resize, crop, interpolation },
    views,
    average: viewAverage,
    calibration: calibration ?? null,
    dtype,
    difference: half && await halfDifference(runs, { dir, members, images: half, calibration, signal }) || null,
    macroF1: scores.every(Number.isFinite) ? scores.reduce((sum, score) => sum + score, 0) / scores.length : null,
    members,
  };
  await writeAtomic(`${dir}/model.json`, `${JSON.stringify(model, null, 1)}\n`);
  return { dir, model, files: [...PAGE_FILES, "model.json", ...members.map(({ file }) => file)] };
}

/** Checks that a page can do what the runs do, and that they do the same. */
function checkRuns(runs: readonly Run[]): void {
  const { config } = runs[0]!;
  if (config.preprocess.length > 0) {
    throw new TypeError(
      `Cannot export a page as it has no preprocessing: the run's steps are ${
        config.preprocess.map(({ name }) => `"${name}"`).join(", ")
      }`,
    );
  }
  const kind = ({ config, schema }: Run) => {
    const { model, resize, crop, interpolation, views, viewAverage } = config;
    return JSON.stringify([{ ...model, weights: null }, resize, crop, interpolation, views, viewAverage, schema]);
  };
  const other = runs.find((run) => kind(run) !== kind(runs[0]!));
  if (other) throw new TypeError(`Cannot export a page as its runs must be of one config: "${other.dir}" differs`);
}

/** What the weights that were written change. */
async function halfDifference(
  runs: readonly Run[],
  { dir, members, images, calibration, signal }: Pick<ExportWebOptions, "dir" | "calibration" | "signal"> & {
    readonly members: readonly PageWeights[];
    readonly images: ImageSet;
  },
): Promise<HalfDifference> {
  const { views, viewAverage: average } = runs[0]!.config, whole: Predictions[] = [], half: Predictions[] = [];
  for (const [k, run] of runs.entries()) {
    const model = await loadModel(run);
    try {
      whole.push(await predict(model, images, { views, average, signal }));
      await loadWeights(model, `${dir}/${members[k]!.file}`, { head: "exact" });
      half.push(await predict(model, images, { views, average, signal }));
    } finally {
      model.dispose();
    }
  }
  const [before, after] = [whole, half].map((members) => {
    const mean = ensemble(members);
    return calibration ? applyCalibration(mean, calibration) : mean;
  }) as [Predictions, Predictions];
  const changes = before.probabilities.map((p, i) => Math.abs(p - after.probabilities[i]!));
  const decided = decide(before), decidedAfter = decide(after);
  return {
    most: changes.reduce((most, change) => Math.max(most, change), 0),
    pictures: before.ids.length,
    decisions: decided.filter((label, i) => label !== decidedAfter[i]).length,
  };
}

/** Attributes that a face does not tell, and that people are wronged by. */
const SENSITIVE = /^(gender|sex|age|race|ethnicity|religion|health)\b/i;

/** What a page must not be used for. */
function limitsOf({ attributes }: Schema): string {
  const guessed = attributes.map(({ name }) => name).filter((name) => SENSITIVE.test(name));
  return [
    "Do not use it to decide anything about a person: not who may enter, buy, work, travel or be insured, and not to watch, " +
    "sort or identify people.",
    ...guessed.length === 0 ? [] : [
      `${listed(guessed)} ${
        guessed.length === 1 ? "is" : "are"
      } guessed from looks alone; such guesses are wrong for many ` +
      "people, more often for some groups than for others, and say nothing about who somebody is.",
    ],
    "Take only pictures of people who agree to it. It is a demonstration of how such a network is trained and where it fails.",
  ].join(" ");
}

/** Names as a sentence begins with them: "Mask, gender and age". */
function listed(names: readonly string[]): string {
  const text = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
