/**
 * Averaging predictions, always by id.
 *
 * @module
 */
import { build } from "../core/parts.ts";
import type { Predictions } from "../core/records.ts";
import { alignMembers } from "./align.ts";
import { MEANS, type MeanSpec } from "./means.ts";

/** How members are averaged. */
export interface EnsembleOptions {
  /** A weight for each member, at least 0 and not all 0; equal by default. */
  readonly weights?: readonly number[];
  /** Which mean is taken; the arithmetic one by default. */
  readonly mean?: MeanSpec;
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
 * @returns Rows in the first member's order, with the labels that any member knows.
 * @throws {TypeError} If ids or classes differ, or members contradict each other's labels.
 * @throws {RangeError} If the weights do not fit, or a probability is negative or no finite number.
 */
export function ensemble(
  members: readonly Predictions[],
  { weights, mean = { name: "arithmetic" } }: EnsembleOptions = {},
): Predictions {
  const average = build("mean", MEANS, mean);
  const aligned = alignMembers("ensemble", members);
  const shares = checkWeights(weights ?? members.map(() => 1), members.length);
  const { ids, classes, labels } = aligned;
  return { ids, classes, probabilities: average(aligned, shares), labels };
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
