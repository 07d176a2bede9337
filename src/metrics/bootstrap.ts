/**
 * Bootstrap intervals of scores, and of the difference of two sets of predictions of the same examples, with persons drawn
 * and not images: the images of a person are alike, so that drawing them one by one makes intervals too narrow. Efron, 1979,
 * https://doi.org/10.1214/aos/1176344552; the cluster bootstrap of Field and Welsh, 2007,
 * https://doi.org/10.1111/j.1467-9868.2007.00593.x
 *
 * @module
 */
import { UNKNOWN_LABEL } from "../core/records.ts";
import { type BootstrapOptions, scoreDraws, type SeedPredictions } from "./person_draws.ts";

/** A score and its percentile interval. */
export interface ScoreInterval {
  /** The score of all examples, averaged over the seeds, 0..1. */
  readonly score: number;
  /** Lower end of the interval. */
  readonly low: number;
  /** Upper end of the interval. */
  readonly high: number;
}

/** The difference of two scores, the second less the first, and its percentile interval. */
export interface DifferenceInterval {
  /** The difference on all examples, -1..1. */
  readonly difference: number;
  /** Lower end of the interval. */
  readonly low: number;
  /** Upper end of the interval. */
  readonly high: number;
  /** Share of the resamples in which the second is better, 0..1. */
  readonly above: number;
}

/** Intervals of the scores of one set of predictions. */
export interface BootstrapScores {
  /** Of macro F1. */
  readonly macroF1: ScoreInterval;
  /** Of accuracy. */
  readonly accuracy: ScoreInterval;
  /**
   * Of the F1 of each class, by class number, over the draws that hold the class or find it predicted; null for a class of
   * which this is none.
   */
  readonly perClass: readonly (ScoreInterval | null)[];
}

/** Intervals of how much better a second set of predictions is than a first. */
export interface PairedBootstrap {
  /** Of macro F1. */
  readonly macroF1: DifferenceInterval;
  /** Of accuracy. */
  readonly accuracy: DifferenceInterval;
}

type Level = Pick<BootstrapOptions, "level">;

/**
 * How sure macro F1, accuracy and the F1 of each class are, given that other persons could have been photographed. Each
 * seed's predictions are scored by themselves, and the scores averaged. Ends of intervals are quantiles between which values
 * are interpolated linearly, as NumPy does. The same seed gives the same draws whatever the order of the examples: persons are drawn from a
 * list sorted by name. A class that a draw neither holds nor finds predicted is left out of its macro F1, as always.
 *
 * @example
 * ```ts
 * import { bootstrapScore } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const options = { labels: [0, 1, 0, 1], groups: ["ann", "ann", "bob", "bob"], classes: 2, seed: 1 };
 * const { accuracy } = bootstrapScore([[0, 1, 1, 1]], options); // ann is all right, bob half
 * assert(accuracy.score === 0.75 && accuracy.low === 0.5 && accuracy.high === 1);
 * ```
 *
 * @param predicted Predicted classes of each seed, at least of one.
 * @param options Labels, persons, and how often they are drawn.
 * @returns The scores with their intervals.
 * @throws {TypeError} If columns differ in length, or no seed is given.
 * @throws {RangeError} If a value is not a class number, or an option is out of range.
 */
export function bootstrapScore(predicted: SeedPredictions, options: BootstrapOptions): BootstrapScores {
  const { whole, draws } = scoreDraws("bootstrap a score", { predicted }, options);
  const of = (key: "macroF1" | "accuracy") =>
    scoreInterval(whole[0]![key], draws.map(([score]) => score![key]), options);
  const perClass = whole[0]!.f1.map((f1, c) => {
    const drawn = draws.flatMap(([score]) => score!.f1[c] ?? []);
    return f1 === null || drawn.length === 0 ? null : scoreInterval(f1, drawn, options);
  });
  return { macroF1: of("macroF1"), accuracy: of("accuracy"), perClass };
}

/**
 * How much better the second of two sets of predictions is, and how sure that is, given that other persons could have been
 * photographed. Both are scored on the same draws of persons, so that what is hard for both cancels; else as in
 * {@linkcode bootstrapScore}. Equal sides differ by exactly 0 in every draw.
 *
 * @example
 * ```ts
 * import { pairedBootstrap } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { labels: [0, 1, 0, 1], groups: ["ann", "bob", "cem", "dan"], classes: 2, seed: 1 };
 * const { accuracy } = pairedBootstrap([[0, 1, 1, 1]], [[0, 1, 0, 1]], options);
 * assertEquals(accuracy.difference, 0.25); // the second is right about cem too
 * ```
 *
 * @param first Predicted classes of each seed, at least of one.
 * @param second The same of what it is compared with; it may have another number of seeds.
 * @param options Labels, persons, and how often they are drawn.
 * @returns The differences, second less first, with their intervals.
 * @throws {TypeError} If columns differ in length, no seed is given, or the sides say something of different examples.
 * @throws {RangeError} If a value is not a class number, or an option is out of range.
 */
export function pairedBootstrap(
  first: SeedPredictions,
  second: SeedPredictions,
  options: BootstrapOptions,
): PairedBootstrap {
  const attempt = "compare predictions";
  const { whole, draws } = scoreDraws(attempt, { first, second }, options);
  const known = [first, second].map((side) =>
    Array.from(options.groups, (_, i) => side.some((predicted) => predicted[i] !== UNKNOWN_LABEL))
  );
  const differs = known[0]!.findIndex((value, i) => value !== known[1]![i]);
  if (differs >= 0) {
    throw new TypeError(`Cannot ${attempt} as both sides must be of the same examples: only one has index ${differs}`);
  }
  const of = (key: "macroF1" | "accuracy") =>
    differenceInterval(whole[1]![key] - whole[0]![key], draws.map(([a, b]) => b![key] - a![key]), options);
  return { macroF1: of("macroF1"), accuracy: of("accuracy") };
}

/** A score with the interval of its values in the draws. */
export function scoreInterval(score: number, values: readonly number[], { level = 0.95 }: Level): ScoreInterval {
  const sorted = Float64Array.from(values).sort();
  return { score, low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
}

/** A difference with the interval of its values in the draws. */
export function differenceInterval(difference: number, values: readonly number[], level: Level): DifferenceInterval {
  const { low, high } = scoreInterval(difference, values, level);
  return { difference, low, high, above: values.filter((x) => x > 0).length / values.length };
}

/** A quantile of ascending values, interpolated linearly. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1), below = Math.floor(place);
  const low = sorted[below]!, high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}
