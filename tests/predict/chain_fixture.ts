/** Members with views, as a chain needs them. @module */
import type { Predictions } from "../../src/core/records.ts";
import { randomNormal, type Rng } from "../../src/core/rng.ts";
import type { DetailedPredictions } from "../../src/frame/mod.ts";
import { randomMember } from "./members.ts";

/** What members are made like. */
export interface MadeMembers {
  /** Number of persons, with three images each. */
  readonly persons: number;
  /** Number of classes. */
  readonly classes: number;
  /** Number of members. */
  readonly members: number;
  /** Names of the views; the later ones are noisier. */
  readonly views?: readonly string[];
  /** How noisy views are; 0.4 by default. */
  readonly noise?: number;
  /** How much members know of the labels; 0 is nothing. */
  readonly strength?: number;
}

/** Members that agree in part, and what they are judged by. */
export function makeMembers(
  rng: Rng,
  { persons, classes, members, views = ["identity"], noise = 0.4, strength = 1.5 }: MadeMembers,
): { readonly members: DetailedPredictions[]; readonly labels: Int32Array; readonly groups: string[] } {
  const labels = Int32Array.from({ length: persons * 3 }, (_, i) => (i + Math.floor(i / 3)) % classes);
  const made = Array.from({ length: members }, (): DetailedPredictions => {
    const own = randomMember(rng, labels, classes, { strength });
    const apart = views.map((name, v) => ({ name, probabilities: blurred(own, rng, noise * (1 + v / 2)) }));
    return { ...own, ids: own.ids.map((_, i) => idOf(i)), probabilities: apart[0]!.probabilities, views: apart };
  });
  return { members: made, labels, groups: Array.from(labels, (_, i) => `person ${Math.floor(i / 3)}`) };
}

/** An id whose order as text is that of the rows. */
function idOf(row: number): string {
  return `image ${`${row}`.padStart(5, "0")}`;
}

/** The same with noise on the log-probabilities. */
function blurred({ probabilities, classes: { length: width } }: Predictions, rng: Rng, spread: number): Float32Array {
  const out = probabilities.map((p) => p * Math.exp(spread * randomNormal(rng)));
  for (let row = 0; row < out.length; row += width) {
    const sum = out.subarray(row, row + width).reduce((a, b) => a + b);
    for (let c = 0; c < width; c++) out[row + c]! /= sum;
  }
  return out;
}

/** The same rows in another order, views too. */
export function reorderedViews(predictions: DetailedPredictions, order: readonly number[]): DetailedPredictions {
  const { ids, classes: { length: width }, labels, views = [] } = predictions;
  const pick = (values: Float32Array) =>
    Float32Array.from(order.flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]));
  return {
    ...predictions,
    ids: order.map((row) => ids[row]!),
    labels: Int32Array.from(order, (row) => labels[row]!),
    probabilities: pick(predictions.probabilities),
    views: views.map(({ name, probabilities }) => ({ name, probabilities: pick(probabilities) })),
  };
}
