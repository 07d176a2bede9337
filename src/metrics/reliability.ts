/**
 * Reliability: examples gathered by the probability they were given, and how often that came true. DeGroot and Fienberg,
 * 1983, https://doi.org/10.2307/2987588; with the bins of scikit-learn's `calibration_curve`
 * (https://scikit-learn.org/stable/modules/generated/sklearn.calibration.calibration_curve.html).
 *
 * @module
 */
import { checkInteger, list, show } from "../core/check.ts";
import type { Predictions } from "../core/records.ts";
import { checkLabelled } from "./calibration_check.ts";
import { predictedClasses } from "./score.ts";

/** Which probabilities are gathered, and how. */
export interface ReliabilityOptions {
  /**
   * `"topLabel"` (the default) takes each example's highest probability, which comes true where that class is right;
   * `"classWise"` takes every class by itself, whose probability comes true where the example is of it.
   */
  readonly kind?: "topLabel" | "classWise";
  /**
   * `"equalWidth"` (the default) divides 0..1 evenly; `"equalMass"` puts as many examples into each bin, but for equal
   * probabilities, which always share one.
   */
  readonly binning?: "equalWidth" | "equalMass";
  /** Number of bins, of each class for `"classWise"`; 15 by default. */
  readonly bins?: number;
}

/** The examples of one bin. */
export interface ReliabilityRow {
  /** The class, or null for the top label. */
  readonly name: string | null;
  /** Lower end of the bin, which belongs to the bin below, but for the lowest bin. */
  readonly low: number;
  /** Upper end of the bin, which belongs to it. */
  readonly high: number;
  /** Examples in the bin, at least 1. */
  readonly count: number;
  /** Their mean probability, 0..1. */
  readonly confidence: number;
  /** Share of them for which it came true, 0..1. */
  readonly frequency: number;
}

const KINDS = ["topLabel", "classWise"] as const, BINNINGS = ["equalWidth", "equalMass"] as const;

/**
 * Gathers examples by probability: where predictions are calibrated, `confidence` and `frequency` agree in every row.
 *
 * @example
 * ```ts
 * import { reliability } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = reliability({
 *   ids: ["a", "b", "c"],
 *   classes: ["worn", "not worn"],
 *   probabilities: Float32Array.of(0.75, 0.25, 0.75, 0.25, 0, 1),
 *   labels: Int32Array.of(0, 1, 1),
 * }, { bins: 2, binning: "equalMass" });
 * assertEquals(rows.map(({ count, confidence, frequency }) => [count, confidence, frequency]), [
 *   [2, 0.75, 0.5], // too sure: of two only one is right
 *   [1, 1, 1],
 * ]);
 * ```
 *
 * @param predictions Probabilities `[N, C]` with known labels.
 * @param options Which probabilities, and which bins.
 * @returns A row for each bin that holds an example, from low to high, class after class.
 * @throws {TypeError} If the columns differ in length.
 * @throws {RangeError} If there is no example, a label is unknown, a probability is not in 0..1, or an option is out of range.
 */
export function reliability(predictions: Predictions, options: ReliabilityOptions = {}): ReliabilityRow[] {
  const { kind = "topLabel", binning = "equalWidth", bins = 15 } = options;
  const attempt = "measure reliability";
  checkChoice(attempt, "kind", kind, KINDS);
  checkChoice(attempt, "binning", binning, BINNINGS);
  checkInteger(attempt, "bins", bins, { min: 1 });
  checkLabelled(attempt, predictions);
  const rows: ReliabilityRow[] = [];
  for (const column of columnsOf(predictions, kind)) {
    const edges = binning === "equalWidth" ? evenEdges(bins) : massEdges(column.values, bins);
    rows.push(...gather(column, edges));
  }
  return rows;
}

/** Probabilities of one kind of event, and whether it came true. */
interface Column {
  readonly name: string | null;
  readonly values: Float32Array;
  readonly hits: Uint8Array;
}

/** The columns one after the other, each in the same two arrays. */
function* columnsOf(predictions: Predictions, kind: "topLabel" | "classWise"): Generator<Column> {
  const { ids, classes, probabilities, labels } = predictions;
  const values = new Float32Array(ids.length), hits = new Uint8Array(ids.length);
  if (kind === "topLabel") {
    const predicted = predictedClasses(predictions);
    for (let i = 0; i < ids.length; i++) {
      values[i] = probabilities[i * classes.length + predicted[i]!]!;
      hits[i] = predicted[i] === labels[i] ? 1 : 0;
    }
    yield { name: null, values, hits };
    return;
  }
  for (const [c, name] of classes.entries()) {
    for (let i = 0; i < ids.length; i++) {
      values[i] = probabilities[i * classes.length + c]!;
      hits[i] = labels[i] === c ? 1 : 0;
    }
    yield { name, values, hits };
  }
}

function evenEdges(bins: number): Float64Array {
  return Float64Array.from({ length: bins + 1 }, (_, k) => k / bins);
}

/** Quantiles of the values, interpolated linearly as NumPy does. */
function massEdges(values: Float32Array, bins: number): Float64Array {
  const sorted = values.slice().sort(), last = sorted.length - 1;
  return Float64Array.from({ length: bins + 1 }, (_, k) => {
    const place = k * last / bins, below = Math.floor(place);
    const low = sorted[below]!, high = sorted[Math.min(below + 1, last)]!;
    return low + (high - low) * (place - below);
  });
}

function gather({ name, values, hits }: Column, edges: Float64Array): ReliabilityRow[] {
  const bins = edges.length - 1;
  const counts = new Float64Array(bins), sums = new Float64Array(bins), came = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    const b = binOf(values[i]!, edges);
    counts[b]!++;
    sums[b]! += values[i]!;
    came[b]! += hits[i]!;
  }
  return Array.from(counts, (count, b) => ({
    name,
    low: edges[b]!,
    high: edges[b + 1]!,
    count,
    confidence: sums[b]! / count,
    frequency: came[b]! / count,
  })).filter(({ count }) => count > 0);
}

/** The first bin whose upper end is not below the value, else the last. */
function binOf(value: number, edges: Float64Array): number {
  let low = 0, high = edges.length - 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle + 1]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function checkChoice(attempt: string, name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new RangeError(`Cannot ${attempt} as ${name} must be one of ${list(choices)}: current value is ${show(value)}`);
}
