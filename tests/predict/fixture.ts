/** Predictions with labels, as tests of what is fitted to them need them. @module */
import type { Predictions } from "../../src/core/records.ts";
import { randomNormal, type Rng } from "../../src/core/rng.ts";

/** What predictions are made like. */
export interface MadeOptions {
  /** Number of rows N. */
  readonly rows: number;
  /** Number of classes C; class c is about 1/(c+1) as frequent as class 0. */
  readonly classes: number;
  /** Factor of the logits, above 1 for predictions that are too sure; 1 by default, which is calibrated. */
  readonly sharpness?: number;
  /** Photographs of each person, whose logits have half of their noise in common; 3 by default. */
  readonly each?: number;
  /** Spread of the logits: how much of the class they tell; 1.5 by default. */
  readonly spread?: number;
}

/** Predictions whose labels are drawn by their probabilities, as they are before they are made too sure, and the persons. */
export function makePredictions(
  rng: Rng,
  { rows, classes, sharpness = 1, each = 3, spread = 1.5 }: MadeOptions,
): { readonly predictions: Predictions; readonly groups: string[] } {
  const probabilities = new Float32Array(rows * classes), labels = new Int32Array(rows);
  let person: number[] = [];
  for (let i = 0; i < rows; i++) {
    if (i % each === 0) person = Array.from({ length: classes }, () => randomNormal(rng));
    const logits = person.map((own, c) => spread * (own + randomNormal(rng)) / Math.SQRT2 - Math.log(c + 1));
    probabilities.set(softmax(logits.map((x) => sharpness * x)), i * classes);
    let left = rng();
    labels[i] = softmax(logits).findIndex((p) => (left -= p) < 0);
    if (labels[i]! < 0) labels[i] = classes - 1; // rounding
  }
  return {
    predictions: {
      ids: Array.from(labels, (_, i) => `id${i}`),
      classes: Array.from({ length: classes }, (_, c) => `class ${c}`),
      probabilities,
      labels,
    },
    groups: Array.from(labels, (_, i) => `person ${Math.floor(i / each)}`),
  };
}

function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits), parts = logits.map((x) => Math.exp(x - highest));
  const sum = parts.reduce((a, b) => a + b);
  return parts.map((part) => part / sum);
}

/** The same rows in another order. */
export function reordered({ ids, classes, probabilities, labels }: Predictions, order: readonly number[]): Predictions {
  const C = classes.length, out = new Float32Array(order.length * C);
  order.forEach((from, to) => out.set(probabilities.subarray(from * C, (from + 1) * C), to * C));
  return {
    ids: order.map((i) => ids[i]!),
    classes,
    probabilities: out,
    labels: Int32Array.from(order, (i) => labels[i]!),
  };
}
