/**
 * What a model card tells of runs, gathered from their records: no image, no id and no person's name.
 *
 * @module
 */
import { basename } from "node:path";
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { decodeLabel, type Schema } from "../core/schema.ts";
import { findWeights, IMAGENET_INPUT, type InputSpec } from "../models/mod.ts";
import {
  bootstrapCalibration,
  bootstrapScore,
  calibrationError,
  type ClassificationReport,
  classificationReport,
  predictedClasses,
  type ScoreInterval,
} from "../metrics/mod.ts";
import { joinFolds } from "../predict/mod.ts";
import { resolveConfig, type Run, type TrainConfig } from "../train/mod.ts";
import { type Difference, differencesOf, flatten } from "../train/differences.ts";
import { readRun } from "../train/read_run.ts";

/** A score, and the interval over persons where they are known. */
export type CardScore = Pick<ScoreInterval, "score"> & Partial<ScoreInterval>;

/** How well the models predict images that they were not trained on. */
export interface CardScores {
  /** Images scored. */
  readonly images: number;
  /** Persons on them; null where a run does not say. */
  readonly persons: number | null;
  /** Macro F1 over the classes. */
  readonly macroF1: CardScore;
  /** Share predicted right. */
  readonly accuracy: CardScore;
  /** Precision, recall and support by class. */
  readonly perClass: ClassificationReport["perClass"];
  /** F1 by class; null for one that neither occurs nor is predicted. */
  readonly classF1: readonly (CardScore | null)[];
  /** Each attribute by itself, if there are several. */
  readonly perAttribute: readonly {
    readonly name: string;
    readonly macroF1: CardScore;
    readonly accuracy: CardScore;
  }[];
  /** Expected calibration error of the likeliest class. */
  readonly calibrationError: CardScore;
  /** Mean negative log probability of the true class, in nats. */
  readonly logLoss: CardScore;
}

/** What a card is written from. */
export interface CardFacts {
  /** Attributes and classes. */
  readonly schema: Schema;
  /** Options of the first run. */
  readonly config: TrainConfig;
  /** What the network takes. */
  readonly input: InputSpec;
  /** In what the options differ from the defaults; the default stands first. */
  readonly changed: readonly Difference[];
  /** How many models there are. */
  readonly models: number;
  /** What each of several is for. */
  readonly each: "fold" | "seed";
  /** Images that each was trained on. */
  readonly trained: readonly number[];
  /** Digests of the runs' data, 64 hexadecimal digits each. */
  readonly digests: readonly string[];
  /** Images that were left out. */
  readonly leftOut: number;
  /** Whether any was trained on other models' probabilities too. */
  readonly softTargets: boolean;
  /** Which epochs' weights were kept. */
  readonly epochs: readonly number[];
  /** Images of each class among those that are scored. */
  readonly counts: readonly number[];
  /** Scores; null where no images were kept back. */
  readonly scores: CardScores | null;
}

/** How intervals are drawn. */
export interface CardOptions {
  /** How often persons are drawn with replacement; 2000 by default. */
  readonly resamples?: number;
  /** Seed of the draws; 0 by default. */
  readonly seed?: number | string;
}

/**
 * Gathers what a card tells.
 *
 * @param runs Finished runs of one configuration: one, or the folds of a cross-validation, which are scored out-of-fold.
 */
export async function cardFacts(
  runs: readonly Run[],
  { resamples = 2000, seed = 0 }: CardOptions = {},
): Promise<CardFacts> {
  const [first] = runs;
  if (!first) throw new RangeError("Cannot write a card as there must be at least one run");
  const { schema, config } = first, files = await Promise.all(runs.map(({ dir }) => readRun(dir)));
  const { input } = await findWeights(`${first.dir}/best.safetensors`);
  const records = files.flatMap(({ data }) => data ?? []);
  const scored = runs.map(({ valid }) => valid).filter(({ ids }) => ids.length > 0);
  const predictions = scored.length > 0 ? labelled(joinFolds(scored)) : undefined;
  const persons = files.every(({ persons }) => persons) ? new Map(files.flatMap((file) => [...file.persons!])) : null;
  const groups = predictions?.ids.map((id) => persons?.get(id));
  const known = groups?.every((group) => group !== undefined) ? groups as string[] : null;
  const counts = schema.classes.map((_, c) => predictions?.labels.filter((label) => label === c).length ?? 0);
  const { crop } = config, side = typeof crop === "number" ? [crop, crop] as const : crop;
  return {
    schema,
    config,
    input: { ...IMAGENET_INPUT, ...input, size: side },
    changed: differencesOf([flatten(resolveConfig({})), flatten(config)]),
    models: runs.length,
    each: basename(first.dir).startsWith("seed-") ? "seed" : "fold",
    trained: records.map(({ train }) => train),
    digests: records.map(({ digest }) => digest),
    leftOut: new Set(records.flatMap(({ leftOut }) => leftOut)).size,
    softTargets: records.some(({ softTargets }) => softTargets !== undefined),
    epochs: runs.map(({ best }) => best.epoch),
    counts,
    scores: predictions && predictions.ids.length > 0
      ? scoresOf(predictions, schema, { groups: known, resamples, seed })
      : null,
  };
}

/** The rows whose class is known. */
function labelled({ ids, classes, probabilities, labels }: Predictions): Predictions {
  const rows = [...labels.keys()].filter((row) => labels[row] !== UNKNOWN_LABEL), C = classes.length;
  return {
    ids: rows.map((row) => ids[row]!),
    classes,
    labels: Int32Array.from(rows, (row) => labels[row]!),
    probabilities: Float32Array.from(
      { length: rows.length * C },
      (_, i) => probabilities[rows[Math.floor(i / C)]! * C + i % C]!,
    ),
  };
}

function scoresOf(
  predictions: Predictions,
  schema: Schema,
  { groups, resamples, seed }: Required<CardOptions> & { readonly groups: readonly string[] | null },
): CardScores {
  const { labels } = predictions, decided = predictedClasses(predictions), { classes } = schema;
  // Without persons each image stands for itself and one draw is made, of which only the scores are taken.
  const drawing = { groups: groups ?? predictions.ids, resamples: groups ? resamples : 1, seed };
  const shown = (found: ScoreInterval): CardScore => groups ? found : { score: found.score };
  const bootstrap = (toLevel: (label: number) => number, levels: number) =>
    bootstrapScore([Array.from(decided, toLevel)], {
      ...drawing,
      labels: Array.from(labels, toLevel),
      classes: levels,
    });
  const all = bootstrap((label) => label, classes.length), calibration = bootstrapCalibration(predictions, drawing);
  return {
    images: predictions.ids.length,
    persons: groups && new Set(groups).size,
    macroF1: shown(all.macroF1),
    accuracy: shown(all.accuracy),
    perClass: classificationReport(decided, labels, { classes }).perClass,
    classF1: all.perClass.map((found) => found && shown(found)),
    perAttribute: schema.attributes.length < 2 ? [] : schema.attributes.map(({ name, levels }, place) => {
      const { macroF1, accuracy } = bootstrap((label) => decodeLabel(schema, label)[place]!, levels.length);
      return { name, macroF1: shown(macroF1), accuracy: shown(accuracy) };
    }),
    calibrationError: groups ? calibration.calibrationError : { score: calibrationError(predictions).expected },
    logLoss: shown(calibration.logLoss),
  };
}
