/**
 * Joining and averaging predictions, always by id.
 *
 * @module
 */
import { show } from "../core/check.ts";
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";

/**
 * Joins the predictions of folds, which share no id, into the out-of-fold predictions.
 *
 * @param parts Predictions over the same classes.
 * @returns All rows, part after part.
 * @throws {TypeError} If the classes differ or an id occurs twice.
 */
export function joinFolds(parts: readonly Predictions[]): Predictions {
  const first = checkClasses("join folds", parts);
  const ids = parts.flatMap((part) => part.ids);
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new TypeError(`Cannot join folds as each id must occur once: ${show(id)} occurs again`);
    seen.add(id);
  }
  const probabilities = new Float32Array(ids.length * first.classes.length);
  const labels = new Int32Array(ids.length);
  let row = 0;
  for (const part of parts) {
    probabilities.set(part.probabilities, row * first.classes.length);
    labels.set(part.labels, row);
    row += part.ids.length;
  }
  return { ids, classes: first.classes, probabilities, labels };
}

/** How members are averaged. */
export interface EnsembleOptions {
  /** A weight for each member, at least 0 and not all 0; equal by default. */
  readonly weights?: readonly number[];
}

/**
 * The weighted mean of several members' probabilities for the same ids.
 *
 * @example
 * ```ts
 * import { ensemble } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const member = (ids: string[], ...probabilities: number[]) => ({
 *   ids,
 *   classes: ["cat", "dog"],
 *   probabilities: Float32Array.from(probabilities),
 *   labels: new Int32Array(2).fill(-1),
 * });
 * const mean = ensemble([member(["a", "b"], 1, 0, 0, 1), member(["b", "a"], 0.5, 0.5, 0, 1)]);
 * assertEquals([...mean.probabilities], [0.5, 0.5, 0.25, 0.75]); // rows follow the first member
 * ```
 *
 * @param members Predictions over the same ids, in any order, and the same classes.
 * @returns Rows in the first member's order.
 * @throws {TypeError} If the ids or classes differ.
 * @throws {RangeError} If the weights do not fit.
 */
export function ensemble(members: readonly Predictions[], { weights }: EnsembleOptions = {}): Predictions {
  const first = checkClasses("ensemble", members);
  const shares = checkWeights(weights ?? members.map(() => 1), members.length);
  const classes = first.classes.length;
  const sum = new Float64Array(first.probabilities.length);
  const labels = first.labels.slice();
  members.forEach((member, m) => {
    const rows = alignRows(first.ids, member.ids);
    rows.forEach((from, to) => {
      for (let c = 0; c < classes; c++) {
        sum[to * classes + c]! += shares[m]! * member.probabilities[from * classes + c]!;
      }
      if (labels[to] === UNKNOWN_LABEL) labels[to] = member.labels[from]!;
    });
  });
  return { ids: first.ids, classes: first.classes, probabilities: Float32Array.from(sum), labels };
}

/**
 * Puts rows into the order of `ids`.
 *
 * @param predictions Rows in any order; those whose ids are not asked for are left out.
 * @returns A row for each of `ids`.
 * @throws {TypeError} If an id has no row.
 */
export function alignPredictions(predictions: Predictions, ids: readonly string[]): Predictions {
  const classes = predictions.classes.length;
  const places = new Map(predictions.ids.map((id, row) => [id, row]));
  const probabilities = new Float32Array(ids.length * classes);
  const labels = new Int32Array(ids.length);
  ids.forEach((id, to) => {
    const from = places.get(id);
    if (from === undefined) throw new TypeError(`Cannot align predictions as id ${show(id)} has none`);
    probabilities.set(predictions.probabilities.subarray(from * classes, (from + 1) * classes), to * classes);
    labels[to] = predictions.labels[from]!;
  });
  return { ids, classes: predictions.classes, probabilities, labels };
}

function alignRows(wanted: readonly string[], found: readonly string[]): number[] {
  const places = new Map(found.map((id, row) => [id, row]));
  const missing = wanted.filter((id) => !places.has(id));
  if (missing.length > 0 || found.length !== wanted.length || places.size !== found.length) {
    const known = new Set(wanted);
    const extra = found.filter((id) => !known.has(id));
    throw new TypeError(
      `Cannot ensemble as the members must have the same ids: ${missing.length} missing (${
        show(missing.slice(0, 3))
      }), ${extra.length} left over (${show(extra.slice(0, 3))})`,
    );
  }
  return wanted.map((id) => places.get(id)!);
}

function checkClasses(attempt: string, parts: readonly Predictions[]): Predictions {
  const first = parts[0];
  if (!first) throw new RangeError(`Cannot ${attempt} as there must be at least one set of predictions`);
  for (const { classes } of parts) {
    if (classes.length !== first.classes.length || classes.some((name, c) => name !== first.classes[c])) {
      throw new TypeError(
        `Cannot ${attempt} as the classes must be the same: ${show(first.classes)} and ${show(classes)}`,
      );
    }
  }
  return first;
}

/** Weights that sum to 1. */
function checkWeights(weights: readonly number[], members: number): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (weights.length !== members || weights.some((weight) => !(weight >= 0)) || !(sum > 0 && sum < Infinity)) {
    throw new RangeError(
      `Cannot ensemble as weights must be ${members} numbers of at least 0, not all 0: current weights are [${weights}]`,
    );
  }
  return weights.map((weight) => weight / sum);
}
