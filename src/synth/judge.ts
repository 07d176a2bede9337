/**
 * A classifier as the judge of a generator: how far its images are from the real ones, how well they cover these, and whether
 * their classes can be told.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { Dataset, Fold, ImageSet } from "../core/records.ts";
import type { Rng } from "../core/rng.ts";
import { isSynthetic } from "../core/synthetic.ts";
import type { Model } from "../models/mod.ts";
import { loadModel, openRuns, type Run } from "../train/mod.ts";
import { soundFold } from "../train/same_run.ts";
import type { GanConfig } from "./config.ts";
import { seeImages, type Seen } from "./features.ts";
import { frechetDistance, gaussianOf } from "./frechet.ts";
import { generateImages } from "./generate.ts";
import type { Generator } from "./generator.ts";
import { type Coverage, manifoldOf, precisionRecall } from "./precision_recall.ts";

/** How good images are, in the eyes of a classifier that was trained on real ones. */
export interface GanQuality extends Coverage {
  /** Images that were compared with real ones; all figures but the agreements depend on it. */
  readonly count: number;
  /** Fréchet distance to the real training images, in the classifier's features. */
  readonly frechet: number;
  /** Mean over the classes of the share of images whose class the classifier names. */
  readonly agreement: number;
  /** That share of each class; null for one without images. */
  readonly agreements: readonly (number | null)[];
}

/** Judges generators against one set of real images. The classifier belongs to it until `dispose`. */
export interface GanJudge {
  /** Real images that neither network was trained on, judged as generated ones are; null if there are too few. */
  readonly heldOut: GanQuality | null;
  /** Real training images that the others are compared with. */
  readonly references: number;
  /** The places of all real training images. */
  readonly train: Int32Array;
  /** The places of the images that neither network was trained on. */
  readonly unseen: Int32Array;
  /**
   * Judges a generator by as many images as were held out, of the classes as they are in the training data, and by more of rare
   * classes for their agreement.
   *
   * @param rng Where noise is drawn from.
   */
  judge(generator: Generator, options: { readonly rng: Rng; readonly signal?: AbortSignal }): Promise<GanQuality>;
  /** What the classifier makes of some images of the set, or of some pixels `[N, H, W, 3]`. */
  see(images: Int32Array | Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<Seen>;
  /** Frees the classifier. */
  dispose(): void;
}

/** What a judge is made of. */
export interface JudgeOptions {
  /** The GAN's configuration. */
  readonly config: GanConfig;
  /** The fold that the GAN is trained on. */
  readonly fold: Fold;
  /** Its images. */
  readonly images: ImageSet;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/** Real training images at most, and generated ones: neighbours take the time of a product of their numbers. */
const MOST = { references: 2000, images: 1000 };
/** Real images that must be held out at least to say something of. */
const LEAST_HELD_OUT = 50;
/** Images of each class that its agreement is taken of, at least. */
const LEAST_OF_CLASS = 25;

/**
 * Makes a judge of a finished classifier's run.
 *
 * @param dir The run's folder, or that of a cross-validation, of which the run is taken that held out most of what the GAN's fold
 * holds out. It must be of the same classes and trained on real images alone, prepared as the GAN's are.
 * @param dataset The GAN's data set.
 * @throws {Error} If there is no finished run.
 * @throws {TypeError} If classes or the preparation of images differ.
 */
export async function makeJudge(
  dir: string,
  dataset: Dataset,
  { config, fold, images, signal }: JudgeOptions,
): Promise<GanJudge> {
  const ours = new Set(Array.from(fold.valid, (i) => images.ids[i]!));
  const shared = ({ valid }: Run) => valid.ids.filter((id) => ours.has(id)).length;
  const classifier = (await openRuns(dir)).reduce((best, run) => shared(run) > shared(best) ? run : best);
  checkAlike(classifier, dataset, config);
  const { classes } = dataset.schema, labels = dataset.samples.map(({ label }) => label);
  const { train: shown, valid } = soundFold({ fold, images }), kept = new Set(classifier.valid.ids);
  const train = shown.filter((i) => !isSynthetic(images.ids[i]!));
  const unseen = valid.filter((i) => kept.has(images.ids[i]!)), heldOut = spaced(unseen, labels, MOST.images);
  const references = spaced(train, labels, MOST.references);
  const isEnough = heldOut.length >= LEAST_HELD_OUT;
  const wanted = Array.from(
    isEnough ? spaced(train, labels, heldOut.length) : spaced(train, labels, MOST.images),
    (i) => labels[i]!,
  );
  const more = classes.flatMap((_, label) =>
    Array<number>(Math.max(0, LEAST_OF_CLASS - wanted.filter((other) => other === label).length)).fill(label)
  );
  const model = await loadModel(classifier);
  const see: GanJudge["see"] = (some, options) => seeImages(model, viewOf(some, images, model), options);
  const shares = (named: Int32Array, truth: readonly number[]) => agreementOf(named, truth, classes.length);
  try {
    const real = await see(references, { signal }), { dims } = real;
    const normal = gaussianOf(real.features, { dims }), manifold = manifoldOf(real.features, { dims });
    const compare = ({ features, named }: Seen, truth: readonly number[], count: number): GanQuality => {
      const some = features.subarray(0, count * dims);
      return {
        count,
        frechet: frechetDistance(gaussianOf(some, { dims }), normal),
        ...precisionRecall(manifoldOf(some, { dims }), manifold),
        ...shares(named, truth),
      };
    };
    const truth = Array.from(heldOut, (i) => labels[i]!);
    return {
      heldOut: isEnough ? compare(await see(heldOut, { signal }), truth, heldOut.length) : null,
      references: references.length,
      train,
      unseen,
      async judge(generator, { rng, signal }) {
        const all = [...wanted, ...more];
        const pixels = await generateImages(generator, all, { classes: classes.length, rng, signal });
        return compare(await see(pixels, { signal }), all, wanted.length);
      },
      see,
      dispose: () => model.dispose(),
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Refuses a classifier that knows other classes, or other images. */
function checkAlike({ dir, config, schema }: Run, dataset: Dataset, gan: GanConfig): void {
  const faults = (["preprocess", "resize", "crop", "interpolation"] as const).flatMap((name) => {
    const [its, ours] = [config[name], gan[name]].map((value) => JSON.stringify(value));
    return its === ours ? [] : [`its ${name} is ${its}, the GAN's ${ours}`];
  });
  if (schema.classes.join("\n") !== dataset.schema.classes.join("\n")) faults.push("its classes are others");
  if (faults.length === 0) return;
  throw new TypeError(
    `Cannot judge images by ${show(dir)} as it must know the same classes of images prepared alike: ${
      faults.join("; ")
    }`,
  );
}

/** Some images as a classifier takes them. */
function viewOf(some: Int32Array | Uint8Array, images: ImageSet, { input: { size } }: Model) {
  const stride = size[0] * size[1] * 3;
  return some instanceof Int32Array
    ? {
      count: some.length,
      fill: (first: number, count: number, out: Uint8Array) =>
        images.fillBatch(some.subarray(first, first + count), out),
    }
    : {
      count: some.length / stride,
      fill: (first: number, count: number, out: Uint8Array) =>
        out.set(some.subarray(first * stride, (first + count) * stride)),
    };
}

/** As many places as wanted, evenly spaced when they stand by their classes, so that each class keeps its share. */
export function spaced(places: Int32Array, labels: readonly number[], most: number): Int32Array {
  if (places.length <= most) return places;
  const sorted = Array.from(places).toSorted((a, b) => labels[a]! - labels[b]! || a - b);
  return Int32Array.from({ length: most }, (_, i) => sorted[Math.floor((i + 0.5) * sorted.length / most)]!);
}

/** How often the classifier names the classes. */
function agreementOf(
  named: Int32Array,
  truth: readonly number[],
  classes: number,
): Pick<GanQuality, "agreement" | "agreements"> {
  const right = new Int32Array(classes), counts = new Int32Array(classes);
  truth.forEach((label, i) => {
    counts[label]!++;
    if (named[i] === label) right[label]!++;
  });
  const agreements = Array.from(counts, (count, label) => count === 0 ? null : right[label]! / count);
  const known = agreements.filter((share) => share !== null);
  return { agreement: known.reduce((sum, share) => sum + share, 0) / known.length, agreements };
}
