/**
 * How much better one run predicts the same images than another: in all, by class and by attribute, with intervals of the
 * difference over persons.
 *
 * @module
 */
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { decodeLabel, type Schema } from "../core/schema.ts";
import { differenceInterval } from "../metrics/bootstrap.ts";
import { predictedClasses } from "../metrics/mod.ts";
import { type MeanScore, scoreDraws } from "../metrics/person_draws.ts";
import { groupsOf, type IntervalOptions } from "./run_scores.ts";

/** A score of two runs on the same images. */
export interface ScoreDifference {
  /** What is scored: `macro F1`, a class, or an attribute. */
  readonly name: string;
  /** The first run's score, 0..1; null for a class that neither occurs nor is predicted. */
  readonly first: number | null;
  /** The second one's. */
  readonly second: number | null;
  /** The second's score less the first's; null where one has none. */
  readonly difference: number | null;
  /** Ends of the difference's interval over persons; null where the runs do not say who is on their images. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Share of the draws of persons in which the second is better, 0..1. */
  readonly above: number | null;
}

/** How much better the second of two runs is. */
export interface PairedScores {
  /** Images that both predicted. */
  readonly images: number;
  /** Persons on them; null where neither run says. */
  readonly persons: number | null;
  /** Macro F1. */
  readonly macroF1: ScoreDifference;
  /** Accuracy. */
  readonly accuracy: ScoreDifference;
  /** F1 of each class, by class number. */
  readonly perClass: readonly ScoreDifference[];
  /** Macro F1 over each attribute's levels, by the levels of the class decided for; none of a single attribute. */
  readonly perAttribute: readonly ScoreDifference[];
}

/**
 * Scores two runs on the same draws of persons.
 *
 * @param first The first run's predictions.
 * @param second The second's, of the same ids in the same order, with the same labels.
 * @param persons The person on each image, by id, where known.
 * @param schema Attributes and classes of both.
 * @param drawing How intervals are drawn.
 * @returns The scores and their differences; null where no image is labelled.
 */
export function pairScores(
  first: Predictions,
  second: Predictions,
  { persons, schema, ...drawing }: IntervalOptions & {
    readonly persons: ReadonlyMap<string, string> | null;
    readonly schema: Schema;
  },
): PairedScores | null {
  const rows = [...first.labels.keys()].filter((i) => first.labels[i] !== UNKNOWN_LABEL);
  if (rows.length === 0) return null;
  const ids = rows.map((i) => first.ids[i]!), groups = groupsOf(ids, persons);
  const decided = [first, second].map(predictedClasses).map((classes) => rows.map((i) => classes[i]!));
  const labels = rows.map((i) => first.labels[i]!);
  const compare = (toLevel: (label: number) => number, classes: number) => {
    const [a, b] = decided.map((side) => side.map(toLevel)) as [number[], number[]];
    const { whole, draws } = scoreDraws("compare runs", { first: [a], second: [b] }, {
      labels: labels.map(toLevel),
      groups: groups ?? ids,
      classes,
      seed: drawing.seed,
      resamples: groups ? drawing.resamples : 1, // without persons the draws are not looked at
    });
    return (name: string, of: (score: MeanScore) => number | null): ScoreDifference => {
      const [x, y] = whole.map(of) as [number | null, number | null];
      if (x === null || y === null) return { name, first: x, second: y, difference: null, interval: null, above: null };
      const drawn = draws.flatMap(([a, b]) => {
        const [x, y] = [of(a!), of(b!)];
        return x === null || y === null ? [] : [y - x];
      });
      if (groups === null || drawn.length === 0) {
        return { name, first: x, second: y, difference: y - x, interval: null, above: null };
      }
      const { low, high, above } = differenceInterval(y - x, drawn, {});
      return { name, first: x, second: y, difference: y - x, interval: [low, high], above };
    };
  };
  const all = compare((label) => label, schema.classes.length);
  const { attributes } = schema;
  return {
    images: rows.length,
    persons: groups && new Set(groups).size,
    macroF1: all("macro F1", ({ macroF1 }) => macroF1),
    accuracy: all("accuracy", ({ accuracy }) => accuracy),
    perClass: schema.classes.map((name, c) => all(name, ({ f1 }) => f1[c]!)),
    perAttribute: attributes.length < 2 ? [] : attributes.map(({ name, levels }, place) => {
      const levelOf = schema.classes.map((_, label) => decodeLabel(schema, label)[place]!);
      return compare((label) => levelOf[label]!, levels.length)(name, ({ macroF1 }) => macroF1);
    }),
  };
}
