/**
 * Class offsets: a number for each class, added to its log-probability before the highest one is decided for, and fitted to
 * macro F1, which probabilities fitted to log loss do not serve best: it counts rare classes as much as common ones. See
 * Lipton, Elkan and Narayanaswamy, 2014, https://arxiv.org/abs/1402.1892 on thresholds that maximise F1, and Menon et al.,
 * 2021, https://arxiv.org/abs/2007.07314 on adjusting logits by class.
 *
 * @module
 */
import { checkInteger, checkSameLength, show } from "../core/check.ts";
import type { Predictions } from "../core/records.ts";
import { seededRng, shuffled } from "../core/rng.ts";
import { checkLabelled } from "../metrics/mod.ts";
import { logsOf, type Unlabelled } from "./calibration.ts";
import { highestOf, macroF1At, type OffsetCost, searchOffsets } from "./offsets_search.ts";

/** Fitted offsets: plain JSON, to be kept and used to decide on other predictions. */
export interface ClassOffsets {
  /** Class names, by class number. */
  readonly classes: readonly string[];
  /** What is added to the log-probability of each class `[C]`, in nats: above 0 the class is decided for more often. */
  readonly offsets: readonly number[];
}

/** How offsets are fitted. */
export interface FitOffsetsOptions {
  /**
   * What the mean square of the offsets costs, in macro F1 a square nat; 0.02 by default. It holds offsets near 0 unless many
   * examples ask for them; at 0 they are fitted to every single one.
   */
  readonly penalty?: number;
  /** The largest offset either way, in nats; 3 by default, which is a factor of 20. */
  readonly limit?: number;
  /**
   * Fits to random halves of the persons and takes the mean of what is found: what is true of all persons stays, and what only
   * a few of them said cancels. All examples are fitted to at once by default.
   */
  readonly halves?: HalvesOptions;
}

/** Random halves of the persons. */
export interface HalvesOptions {
  /** The person of each example `[N]`. */
  readonly groups: readonly string[];
  /** How many halves; 10 by default. */
  readonly count?: number;
  /** Where they are drawn from. */
  readonly seed: number | string;
}

/**
 * Finds the offsets of highest macro F1 less the penalty, starting from none. Class by class, in the order of their numbers,
 * each place where an offset changes a decision is tried, until no class betters the whole. That is the best of each offset
 * alone, and not always of all together.
 *
 * Macro F1 on these examples never falls, and rises even where labels follow no rule: what offsets gain on other persons is
 * what {@linkcode nestedGain} tells. With `halves` it is mostly more, and takes longer. The mean of the halves is halved in turn
 * while it lowers macro F1 on all examples. The order of rows does not matter.
 *
 * @example
 * ```ts
 * import { decide, fitOffsets } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   ids: ["a", "b", "c", "d"],
 *   classes: ["common", "rare"],
 *   probabilities: Float32Array.of(0.9, 0.1, 0.8, 0.2, 0.6, 0.4, 0.55, 0.45),
 *   labels: Int32Array.of(0, 0, 1, 1),
 * };
 * assertEquals([...decide(predictions)], [0, 0, 0, 0]);
 * assertEquals([...decide(predictions, { offsets: fitOffsets(predictions) })], [0, 0, 1, 1]);
 * ```
 *
 * @param predictions Probabilities `[N, C]` with known labels, of images that the model was not trained on.
 * @param options How far offsets may go.
 * @returns The offsets.
 * @throws {TypeError} If the columns differ in length.
 * @throws {RangeError} If there is no example, a label is unknown, a probability is not in 0..1, or an option is out of range.
 */
export function fitOffsets(predictions: Predictions, options: FitOffsetsOptions = {}): ClassOffsets {
  const { penalty = 0.02, limit = 3, halves } = options, attempt = "fit offsets";
  if (!(penalty >= 0 && penalty < Infinity)) {
    throw new RangeError(`Cannot ${attempt} as penalty must be at least 0: current value is ${show(penalty)}`);
  }
  if (!(limit > 0 && limit < Infinity)) {
    throw new RangeError(`Cannot ${attempt} as limit must be above 0: current value is ${show(limit)}`);
  }
  checkLabelled(attempt, predictions);
  const { classes, labels } = predictions, C = classes.length;
  const logs = logsOf(predictions.probabilities);
  const cost = { penalty, limit };
  const found = halves === undefined
    ? searchOffsets(logs, labels, C, cost)
    : meanOfHalves(logs, labels, C, { ...cost, ...checkHalves(attempt, halves, labels.length) });
  return { classes, offsets: [...found] };
}

function checkHalves(
  attempt: string,
  { groups, count = 10, seed }: HalvesOptions,
  rows: number,
): Required<HalvesOptions> {
  checkInteger(attempt, "halves.count", count, { min: 1 });
  checkSameLength(attempt, { "halves.groups": groups, ids: { length: rows } });
  return { groups, count, seed };
}

/** The mean of what is found on random halves of the persons, halved while it lowers macro F1 on all of them. */
function meanOfHalves(
  logs: Float64Array,
  labels: Int32Array,
  classes: number,
  { groups, count, seed, ...cost }: OffsetCost & Required<HalvesOptions>,
): Float64Array {
  const names = [...new Set(groups)].sort(), rng = seededRng(seed).fork("halves");
  const sum = new Float64Array(classes);
  for (let k = 0; k < count; k++) {
    const half = new Set(shuffled(names, rng).slice(0, Math.ceil(names.length / 2)));
    const rows = Int32Array.from(labels.keys()).filter((i) => half.has(groups[i]!));
    const own = new Float64Array(rows.length * classes);
    rows.forEach((from, to) => own.set(logs.subarray(from * classes, (from + 1) * classes), to * classes));
    searchOffsets(own, rows.map((i) => labels[i]!), classes, cost).forEach((offset, c) => sum[c]! += offset);
  }
  const least = macroF1At(new Float64Array(classes), logs, labels);
  for (let share = 1; share > 1e-3; share /= 2) {
    const tried = sum.map((offset) => share * offset / count);
    if (macroF1At(tried, logs, labels) >= least) return tried;
  }
  return new Float64Array(classes);
}

/**
 * The class of the highest sum of log-probability and offset; of several equal ones the first.
 *
 * @param predictions Probabilities `[N, C]`.
 * @param offsets A number for each class `[C]`, in nats.
 * @returns Class numbers `[N]`.
 */
export function decideWith({ ids, probabilities }: Unlabelled, offsets: readonly number[]): Int32Array {
  return highestOf(Float64Array.from(offsets), logsOf(probabilities), ids.length);
}
