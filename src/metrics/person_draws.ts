/**
 * Scores of predictions on persons drawn with replacement: each person's confusion is counted once, and a draw sums them.
 *
 * @module
 */
import { checkInteger, checkLabels, checkSameLength, show } from "../core/check.ts";
import { UNKNOWN_LABEL } from "../core/records.ts";
import { randomInt, seededRng } from "../core/rng.ts";
import { reportOf } from "./report.ts";

/** Predicted classes `[N]` of each training seed; -1 where a seed says nothing of an example. */
export type SeedPredictions = readonly ArrayLike<number>[];

/** What is drawn, and how often. */
export interface BootstrapOptions {
  /** True classes `[N]`, 0..C-1. */
  readonly labels: ArrayLike<number>;
  /** The person of each example `[N]`. */
  readonly groups: readonly string[];
  /** Number of classes C. */
  readonly classes: number;
  /** How often as many persons as there are are drawn with replacement; 2000 by default. */
  readonly resamples?: number;
  /** Seed of the draws. */
  readonly seed: number | string;
  /** Share of the resamples that the interval holds, between 0 and 1; 0.95 by default. */
  readonly level?: number;
}

/** Scores averaged over seeds. */
export interface MeanScore {
  /** Macro F1, 0..1. */
  readonly macroF1: number;
  /** Accuracy, 0..1. */
  readonly accuracy: number;
  /** F1 of each class over the seeds that hold or predict it, 0..1; null for one that none does. */
  readonly f1: readonly (number | null)[];
}

/** Confusion counts of each person that are not zero, as a list: of a few photographs most of C x C are. */
interface PersonCounts {
  readonly person: Int32Array;
  readonly cell: Int32Array;
  readonly count: Int32Array;
}

/**
 * Scores every side on all examples, and on each draw of persons; all sides on the same draws.
 *
 * @param attempt What cannot be done otherwise, for messages.
 * @param sides Predictions by what they are called in messages.
 * @param options Labels, persons, and how often they are drawn.
 * @returns Scores by side, on all examples and by draw.
 * @throws {TypeError} If columns differ in length, or a side has no seed.
 * @throws {RangeError} If a value is not a class number, or an option is out of range.
 */
export function scoreDraws(
  attempt: string,
  sides: Readonly<Record<string, SeedPredictions>>,
  options: BootstrapOptions,
): { readonly whole: readonly MeanScore[]; readonly draws: readonly (readonly MeanScore[])[] } {
  const { labels, groups, classes, resamples = 2000, seed, level = 0.95 } = options;
  checkInteger(attempt, "classes", classes, { min: 1 });
  checkInteger(attempt, "resamples", resamples, { min: 1 });
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`Cannot ${attempt} as level must be between 0 and 1: current value is ${show(level)}`);
  }
  checkSameLength(attempt, { labels, groups });
  checkLabels(attempt, "labels", labels, { classes });
  const numbers = new Map([...new Set(groups)].sort().map((name, person) => [name, person]));
  const persons = Int32Array.from(groups, (name) => numbers.get(name)!);
  const counts = Object.entries(sides).map(([name, side]) => {
    if (side.length === 0) throw new TypeError(`Cannot ${attempt} as ${name} must hold the predictions of a seed`);
    return side.map((predicted, k) => {
      checkSameLength(attempt, { [`${name}[${k}]`]: predicted, labels });
      const given = Array.from(predicted).filter((value) => value !== UNKNOWN_LABEL);
      checkLabels(attempt, `${name}[${k}]`, given, { classes });
      return countPersons(predicted, labels, { persons, classes });
    });
  });
  const names = Array.from({ length: classes }, (_, c) => `${c}`);
  const confusion = new Int32Array(classes * classes);
  const scoreOf = (weights: Int32Array, side: readonly PersonCounts[]): MeanScore | undefined => {
    let macroF1 = 0, accuracy = 0, seeds = 0;
    const f1 = new Float64Array(classes), present = new Int32Array(classes);
    for (const { person, cell, count } of side) {
      confusion.fill(0);
      let seen = 0;
      for (let i = 0; i < person.length; i++) {
        const times = weights[person[i]!]! * count[i]!;
        confusion[cell[i]!]! += times;
        seen += times;
      }
      if (seen === 0) continue;
      const report = reportOf(confusion, names);
      macroF1 += report.macro.f1;
      accuracy += report.accuracy;
      seeds++;
      report.perClass.forEach((row, c) => {
        if (row.support === 0 && !isPredicted(c, confusion, classes)) return;
        f1[c]! += row.f1;
        present[c]!++;
      });
    }
    if (seeds === 0) return undefined;
    const perClass = Array.from(f1, (sum, c) => present[c] === 0 ? null : sum / present[c]!);
    return { macroF1: macroF1 / seeds, accuracy: accuracy / seeds, f1: perClass };
  };
  const scores = (weights: Int32Array) => {
    const found = counts.map((side) => scoreOf(weights, side)).filter((score) => score !== undefined);
    return found.length === counts.length ? found : undefined;
  };
  const rng = seededRng(seed).fork("bootstrap");
  const weights = new Int32Array(numbers.size).fill(1);
  const whole = scores(weights)!;
  const draws: MeanScore[][] = [];
  while (draws.length < resamples) {
    weights.fill(0);
    for (let i = 0; i < weights.length; i++) weights[randomInt(rng, weights.length)]!++;
    const found = scores(weights);
    if (found) draws.push(found); // a draw of persons of whom no seed says anything is drawn again
  }
  return { whole, draws };
}

function isPredicted(c: number, confusion: Int32Array, classes: number): boolean {
  for (let k = 0; k < classes; k++) if (confusion[k * classes + c]! > 0) return true;
  return false;
}

function countPersons(
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
  { persons, classes }: { readonly persons: Int32Array; readonly classes: number },
): PersonCounts {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    if (predicted[i] === UNKNOWN_LABEL) continue;
    const key = (persons[i]! * classes + labels[i]!) * classes + predicted[i]!;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const keys = [...counts.keys()], cells = classes * classes;
  return {
    person: Int32Array.from(keys, (key) => Math.floor(key / cells)),
    cell: Int32Array.from(keys, (key) => key % cells),
    count: Int32Array.from(counts.values()),
  };
}
