/**
 * From probabilities of classes to log probabilities of one attribute's levels, of images and of whole persons.
 *
 * @module
 */
import type { Predictions } from "../core/records.ts";
import { levelProbabilities, type Schema } from "../core/schema.ts";

/** Probabilities below this count as this, so that no single image decides alone. */
const LEAST = 1e-6;

/**
 * Log probabilities of an attribute's levels: those of the classes that share a level, summed.
 *
 * @param predictions N examples over the schema's classes.
 * @param schema The attributes.
 * @param place The attribute's place in the schema; L is its number of levels.
 * @returns Logarithms of probabilities `[N, L]`, in nats.
 */
export function logMarginals({ probabilities }: Predictions, schema: Schema, place: number): Float64Array {
  return levelProbabilities(schema, place, probabilities).map((p) => Math.log(Math.max(p, LEAST)));
}

/**
 * The log probabilities that several images give together: their sums, divided by the number of images, as images of one
 * person mislead a network alike and so are one witness rather than several. The sums' order is kept.
 *
 * @param logs Logarithms of probabilities `[N, L]`, in nats.
 * @param levels L.
 * @param groups Images of each of P persons.
 * @returns Logarithms of probabilities `[P, L]`, in nats; those of a person sum to one as probabilities.
 */
export function combineLogs(
  logs: Float64Array,
  levels: number,
  groups: readonly (readonly number[])[],
): Float64Array {
  const out = new Float64Array(groups.length * levels);
  groups.forEach((images, g) => {
    const row = out.subarray(g * levels, (g + 1) * levels);
    for (const i of images) {
      for (let l = 0; l < levels; l++) row[l]! += logs[i * levels + l]! / images.length;
    }
    const most = row.reduce((a, b) => Math.max(a, b));
    const total = most + Math.log(row.reduce((sum, log) => sum + Math.exp(log - most), 0));
    for (let l = 0; l < levels; l++) row[l]! -= total;
  });
  return out;
}
