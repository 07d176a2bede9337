/** Predictions from plain lists. @module */
import type { Predictions } from "../src/core/records.ts";

/** Predictions of examples `id0`, `id1`, ... over `class 0`, `class 1`, ...: probabilities row by row, and labels. */
export function predictionsOf(probabilities: readonly number[], labels: readonly number[]): Predictions {
  return {
    ids: labels.map((_, i) => `id${i}`),
    classes: Array.from({ length: probabilities.length / labels.length }, (_, c) => `class ${c}`),
    probabilities: Float32Array.from(probabilities),
    labels: Int32Array.from(labels),
  };
}
