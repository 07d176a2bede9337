/**
 * How well a run predicts its validation images, and how sure that is by its persons.
 *
 * @module
 */
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { bootstrapScore, predictedClasses, score } from "../metrics/mod.ts";

/** A score, and how much other persons could change it. */
export interface RunScore {
  /** The score, 0..1. */
  readonly score: number;
  /** Ends of its interval over persons; null where the run does not say who is on its images, as older runs do not. */
  readonly interval: readonly [low: number, high: number] | null;
}

/** How well a run predicts its validation images. */
export interface RunScores {
  /** Labelled images scored. */
  readonly images: number;
  /** Persons on them; null where the run does not say. */
  readonly persons: number | null;
  /** Macro F1. */
  readonly macroF1: RunScore;
  /** Accuracy. */
  readonly accuracy: RunScore;
  /** Mean negative log probability of the true class, in nats. */
  readonly logLoss: number;
}

/** How intervals are drawn. */
export interface IntervalOptions {
  /** How often persons are drawn with replacement. */
  readonly resamples: number;
  /** Seed of the draws. */
  readonly seed: number | string;
}

/**
 * Scores predictions, with intervals where all persons are known.
 *
 * @param predictions Probabilities with labels.
 * @param persons The person on each image, by id.
 * @returns The scores; null where no image is labelled.
 */
export function scoreRun(
  predictions: Predictions,
  persons: ReadonlyMap<string, string> | null,
  { resamples, seed }: IntervalOptions,
): RunScores | null {
  const { ids, labels, classes } = predictions;
  const known = [...labels.keys()].filter((i) => labels[i] !== UNKNOWN_LABEL);
  if (known.length === 0) return null;
  const decided = predictedClasses(predictions);
  const { count, macroF1, accuracy, logLoss } = score(predictions, { predicted: decided });
  const groups = groupsOf(known.map((i) => ids[i]!), persons);
  const drawn = groups && bootstrapScore([known.map((i) => decided[i]!)], {
    labels: known.map((i) => labels[i]!),
    groups,
    classes: classes.length,
    resamples,
    seed,
  });
  const withInterval = (score: number, key: "macroF1" | "accuracy"): RunScore => ({
    score,
    interval: drawn && [drawn[key].low, drawn[key].high],
  });
  return {
    images: count,
    persons: groups && new Set(groups).size,
    macroF1: withInterval(macroF1, "macroF1"),
    accuracy: withInterval(accuracy, "accuracy"),
    logLoss,
  };
}

/**
 * The person on each image.
 *
 * @param ids The images.
 * @param persons Persons by id, where they are known.
 * @returns A person for each id; null unless all are known.
 */
export function groupsOf(ids: readonly string[], persons: ReadonlyMap<string, string> | null): string[] | null {
  if (!persons?.size) return null;
  const groups = ids.map((id) => persons.get(id));
  return groups.includes(undefined) ? null : groups as string[];
}
