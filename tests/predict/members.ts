/** Members for the tests of ensembles: random ones, and those of the reference. @module */
import type { Predictions } from "../../src/core/records.ts";
import { randomInt, randomNormal, type Rng, shuffled } from "../../src/core/rng.ts";

/** A reference made by NumPy, SciPy and scikit-learn. */
export interface Reference {
  readonly rows: number;
  readonly classes: number;
  readonly labels: readonly number[];
  readonly members: readonly (readonly number[])[];
  readonly weights: readonly number[];
  readonly means: readonly { readonly mean: never; readonly probabilities: readonly number[] }[];
  readonly votes: readonly { readonly weights: readonly number[]; readonly decided: readonly number[] }[];
  readonly pool: { readonly weights: readonly number[]; readonly loss: number };
  readonly greedy: readonly {
    readonly objective: "logLoss" | "macroF1";
    readonly picks: readonly { readonly member: number; readonly score: number }[];
  }[];
  readonly stacking: readonly { readonly options: never; readonly probabilities: readonly number[] }[];
}

/** The reference, and its members as predictions. */
export async function readReference(): Promise<Reference & { readonly predictions: readonly Predictions[] }> {
  const url = new URL("../reference/ensemble.json", import.meta.url);
  const reference = JSON.parse(await Deno.readTextFile(url)) as Reference;
  const ids = Array.from({ length: reference.rows }, (_, i) => `${i}`);
  const predictions = reference.members.map((values): Predictions => ({
    ids,
    classes: names(reference.classes),
    probabilities: Float32Array.from(values),
    labels: Int32Array.from(reference.labels),
  }));
  return { ...reference, predictions };
}

/** Names of classes. */
export function names(classes: number): string[] {
  return Array.from({ length: classes }, (_, c) => `class ${c}`);
}

/** Labels of N rows, every class at least once where there are enough rows. */
export function randomLabels(rng: Rng, rows: number, classes: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row < classes ? row : randomInt(rng, classes));
}

/** A member that knows something of the labels, as softmaxes of noisy logits. */
export function randomMember(
  rng: Rng,
  labels: Int32Array,
  classes: number,
  { strength = 1.5 }: { strength?: number } = {},
): Predictions {
  const probabilities = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    const raw = Array.from({ length: classes }, (_, c) => Math.exp(randomNormal(rng) + (c === label ? strength : 0)));
    const sum = raw.reduce((a, b) => a + b);
    raw.forEach((value, c) => probabilities[row * classes + c] = value / sum);
  });
  return { ids: Array.from(labels, (_, row) => `image ${row}`), classes: names(classes), probabilities, labels };
}

/** The same predictions with their rows in another order. */
export function reordered({ ids, classes, probabilities, labels }: Predictions, rng: Rng): Predictions {
  const order = shuffled(ids.keys(), rng), width = classes.length;
  return {
    ids: order.map((row) => ids[row]!),
    classes,
    probabilities: Float32Array.from(
      order.flatMap((row) => [...probabilities.subarray(row * width, (row + 1) * width)]),
    ),
    labels: Int32Array.from(order, (row) => labels[row]!),
  };
}

/** The largest difference of two lists of numbers. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference; // which keeps what is no number
  }
  return largest;
}
