/**
 * Class offsets: a number for each class, added to its log-probability before the highest one is decided for, and fitted to
 * macro F1, which probabilities fitted to log loss do not serve best: it counts rare classes as much as common ones. See
 * Lipton, Elkan and Naryanaswamy, 2014, https://arxiv.org/abs/1402.1892 on thresholds that maximise F1, and Menon et al.,
 * 2021, https://arxiv.org/abs/2007.07314 on adjusting logits by class.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { Predictions } from "../core/records.ts";
import { checkLabelled } from "../metrics/mod.ts";
import { logsOf, type Unlabelled } from "./calibration.ts";

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
}

/** Rounds over all classes; each betters the objective, and in practice a handful exhausts it. */
const ROUNDS = 50;

/** How far from the place where a decision changes an offset is set, in nats, where there is room. */
const MARGIN = 0.01;

/** What a step must gain in the objective, so that rounding does not drive it in circles. */
const LEAST_GAIN = 1e-12;

/** Places where decisions change that are nearer to each other than this count as one, as rounding might confuse them. */
const APART = 1e-9;

/**
 * Finds the offsets of highest macro F1 less the penalty, starting from none. Class by class, in the order of their numbers,
 * each place where an offset changes a decision is tried, until no class betters the whole. So macro F1 on these examples never
 * falls, and the result depends neither on chance nor on the order of rows. It is the best of each offset alone, not of all.
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
  const { penalty = 0.02, limit = 3 } = options, attempt = "fit offsets";
  if (!(penalty >= 0 && penalty < Infinity)) {
    throw new RangeError(`Cannot ${attempt} as penalty must be at least 0: current value is ${show(penalty)}`);
  }
  if (!(limit > 0 && limit < Infinity)) {
    throw new RangeError(`Cannot ${attempt} as limit must be above 0: current value is ${show(limit)}`);
  }
  checkLabelled(attempt, predictions);
  const { classes, labels } = predictions, C = classes.length;
  const logs = logsOf(predictions.probabilities);
  const offsets = new Float64Array(C);
  const cost = (offset: number) => penalty * offset * offset / C; // the other classes' share stays as it is
  for (let round = 0; round < ROUNDS; round++) {
    let better = false;
    for (let c = 0; c < C; c++) {
      const current = offsets[c]!;
      let best = macroF1At(offsets, logs, labels) - cost(current) + LEAST_GAIN, place = current;
      for (const { low, high, macroF1 } of spansOf(c, offsets, logs, labels, limit)) {
        if (high - low < APART || macroF1 < best) continue;
        const tried = nearestToZero(low, high), value = macroF1 - cost(tried);
        if (value > best) [best, place] = [value, tried];
      }
      better ||= place !== current;
      offsets[c] = place;
    }
    if (!better) break;
  }
  return { classes, offsets: [...offsets] };
}

/** Macro F1 of what is decided with these offsets, ties included. */
function macroF1At(offsets: Float64Array, logs: Float64Array, labels: Int32Array): number {
  const C = offsets.length, counts = noCounts(C);
  for (let i = 0; i < labels.length; i++) {
    counts.support[labels[i]!]!++;
    count(counts, highestOf(logs, i * C, offsets), labels[i]!, 1);
  }
  return meanF1(counts);
}

/** A span of offsets of one class within which all decisions, and so macro F1, are the same. */
interface Span {
  readonly low: number;
  readonly high: number;
  readonly macroF1: number;
}

/** The spans of -limit..limit, ascending, with the other classes' offsets as they are. */
function spansOf(c: number, offsets: Float64Array, logs: Float64Array, labels: Int32Array, limit: number): Span[] {
  const C = offsets.length, counts = noCounts(C);
  const places = new Float64Array(labels.length), rivals = new Int32Array(labels.length);
  const between: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    let highest = -Infinity, rival = 0;
    for (let k = 0; k < C; k++) {
      const value = logs[i * C + k]! + offsets[k]!;
      if (k !== c && value > highest) [highest, rival] = [value, k];
    }
    const place = highest - logs[i * C + c]!; // from here on the example is decided for the class
    places[i] = place;
    rivals[i] = rival;
    if (place > -limit && place < limit) between.push(i);
    counts.support[labels[i]!]!++;
    count(counts, place <= -limit ? c : rival, labels[i]!, 1);
  }
  const order = Int32Array.from(between).sort((a, b) => places[a]! - places[b]!);
  const spans: Span[] = [];
  let low = -limit;
  for (let k = 0; k < order.length;) {
    const place = places[order[k]!]!;
    spans.push({ low, high: place, macroF1: meanF1(counts) });
    for (; k < order.length && places[order[k]!] === place; k++) {
      const i = order[k]!;
      count(counts, rivals[i]!, labels[i]!, -1);
      count(counts, c, labels[i]!, 1);
    }
    low = place;
  }
  spans.push({ low, high: limit, macroF1: meanF1(counts) });
  return spans;
}

interface Counts {
  readonly support: Int32Array;
  readonly predicted: Int32Array;
  readonly right: Int32Array;
}

function noCounts(classes: number): Counts {
  return { support: new Int32Array(classes), predicted: new Int32Array(classes), right: new Int32Array(classes) };
}

function count({ predicted, right }: Counts, decided: number, label: number, by: number): void {
  predicted[decided]! += by;
  if (decided === label) right[label]! += by;
}

/** Macro F1 as `macroF1` of the metrics has it, over the classes that occur or are decided for. */
function meanF1({ support, predicted, right }: Counts): number {
  let sum = 0, present = 0;
  for (let c = 0; c < support.length; c++) {
    const size = support[c]! + predicted[c]!;
    if (size === 0) continue;
    sum += 2 * right[c]! / size;
    present++;
  }
  return sum / present;
}

/** The place within a span that is nearest to 0, but away from its ends. */
function nearestToZero(low: number, high: number): number {
  const margin = Math.min(MARGIN, (high - low) / 2);
  return Math.min(Math.max(0, low + margin), high - margin);
}

/**
 * The class of the highest sum of log-probability and offset; of several equal ones the first.
 *
 * @param predictions Probabilities `[N, C]`.
 * @param offsets A number for each class `[C]`, in nats.
 * @returns Class numbers `[N]`.
 */
export function decideWith({ ids, classes, probabilities }: Unlabelled, offsets: readonly number[]): Int32Array {
  const logs = logsOf(probabilities), summands = Float64Array.from(offsets), out = new Int32Array(ids.length);
  for (let i = 0; i < ids.length; i++) out[i] = highestOf(logs, i * classes.length, summands);
  return out;
}

function highestOf(logs: Float64Array, row: number, offsets: Float64Array): number {
  let highest = -Infinity, best = 0;
  for (let c = 0; c < offsets.length; c++) {
    const value = logs[row + c]! + offsets[c]!;
    if (value > highest) [highest, best] = [value, c];
  }
  return best;
}
