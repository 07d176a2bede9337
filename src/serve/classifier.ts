/**
 * The network of an exported page on a server: the same weights, the same views, the same answer.
 *
 * @module
 */
import { z } from "zod";
import { levelProbabilities, type Schema } from "../core/schema.ts";
import { pairOf } from "../io/geometry.ts";
import { makeImageSet } from "../io/image_set.ts";
import { fitPixels } from "../io/images.ts";
import { fileDigest, type Pixels, readJson } from "../io/mod.ts";
import { createModel, loadWeights, type Model } from "../models/mod.ts";
import { applyCalibration, ensemble, predict } from "../predict/mod.ts";
import type { PageModel } from "./page_model.ts";

/** What a network says of a picture. */
export interface Answer {
  /** The likeliest class. */
  readonly class: string;
  /** Its probability. */
  readonly probability: number;
  /** Of each attribute the likeliest level, and every level's probability. */
  readonly attributes: Readonly<Record<string, LevelAnswer>>;
  /** Every class's probability. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** What a network says of an attribute. */
export interface LevelAnswer {
  /** The likeliest level. */
  readonly level: string;
  /** Every level's probability. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** Networks that are ready. */
export interface Classifier extends Disposable {
  /** What model.json says. */
  readonly about: PageModel;
  /** Brings a picture to the network's size. */
  fit(picture: Pixels): Uint8Array;
  /** Answers for pictures of that size. */
  classify(pictures: readonly Uint8Array[]): Promise<Answer[]>;
}

/** What is looked at of model.json here; models and views check their own options. */
const ABOUT = z.looseObject({
  version: z.literal(1),
  schema: z.looseObject({ attributes: z.array(z.unknown()), classes: z.array(z.string()).min(1) }),
  members: z.array(z.object({ file: z.string().regex(/^[\w.-]+$/), bytes: z.number(), sha256: z.string() })).min(1),
});

/**
 * Reads what model.json says.
 *
 * @param dir The page's folder.
 * @throws {TypeError} If it is not a page's.
 */
export async function readPageModel(dir: string): Promise<PageModel> {
  const value = await readJson(`${dir}/model.json`), { success, error } = ABOUT.safeParse(value);
  if (success) return value as PageModel;
  const faults = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw new TypeError(`Cannot read "${dir}/model.json" as it must be what export:web writes: ${faults}`);
}

/**
 * Opens the networks of a page. The backend must have been started.
 *
 * @param dir The page's folder.
 * @throws {TypeError} If a file is not the one that model.json names.
 */
export async function openClassifier(dir: string): Promise<Classifier> {
  const about = await readPageModel(dir), { schema: { classes, attributes }, input, image, views, average } = about;
  const levels = attributes.map((attribute) => attribute.levels.length), size = pairOf(input.size);
  const models: Model[] = [];
  const dispose = () => models.splice(0).forEach((model) => model.dispose());
  try {
    for (const { file, sha256 } of about.members) {
      if (await fileDigest(`${dir}/${file}`) !== sha256) {
        throw new TypeError(`Cannot use "${dir}/${file}" as it must be the file that model.json names`);
      }
      const model = await createModel({ ...about.model, weights: null }, { classes, levels, seed: 0, size, input });
      models.push(model);
      await loadWeights(model, `${dir}/${file}`, { head: "exact" });
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    about,
    fit: (picture) => fitPixels(picture, image).data,
    async classify(pictures) {
      const ids = pictures.map((_, i) => `${i}`), copy = (i: number, out: Uint8Array) => out.set(pictures[i]!);
      const images = makeImageSet({ ids, size, digest: "", faults: [] }, copy, () => {});
      const members = [];
      for (const model of models) {
        members.push(await predict(model, images, { views, average, batchSize: Math.max(1, ids.length) }));
      }
      const mean = ensemble(members), width = classes.length;
      const { probabilities } = about.calibration ? applyCalibration(mean, about.calibration) : mean;
      return ids.map((_, i) => answerOf(about.schema, probabilities.subarray(i * width, (i + 1) * width)));
    },
    [Symbol.dispose]: dispose,
  };
}

function answerOf(schema: Schema, probabilities: Float32Array): Answer {
  const { attributes, classes } = schema, best = largest(probabilities);
  return {
    class: classes[best]!,
    probability: probabilities[best]!,
    attributes: Object.fromEntries(attributes.map(({ name, levels }, place) => {
      const shares = levelProbabilities(schema, place, probabilities);
      return [name, { level: levels[largest(shares)]!, probabilities: named(levels, shares) }];
    })),
    probabilities: named(classes, probabilities),
  };
}

function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function named(names: readonly string[], values: ArrayLike<number>): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}
