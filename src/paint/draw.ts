/**
 * Draws from a generator in the forms that traits and scenes need.
 *
 * @module
 */
import { randomNormal, type Rng } from "../core/rng.ts";

/** A number, uniform between two bounds. */
export function uniform(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng();
}

/** A normal number cut at two and a half deviations, so that no drawing falls apart. */
export function normal(rng: Rng, mean = 0, deviation = 1): number {
  return mean + deviation * Math.min(Math.max(randomNormal(rng), -2.5), 2.5);
}

/** True with a probability. */
export function chance(rng: Rng, probability: number): boolean {
  return rng() < probability;
}

/** One of a record's keys, drawn in proportion to its weight. */
export function pick<K extends string>(rng: Rng, weights: Readonly<Record<K, number>>): K {
  const keys = Object.keys(weights) as K[];
  let left = rng() * keys.reduce((sum, key) => sum + weights[key], 0);
  for (const key of keys) {
    left -= weights[key];
    if (left < 0) return key;
  }
  return keys.findLast((key) => weights[key] > 0)!;
}

/** One of a list's items, each equally likely. */
export function oneOf<T>(rng: Rng, items: readonly T[]): T {
  return items[Math.floor(rng() * items.length)]!;
}

/** A number between two bounds, moved to the nearer one when outside. */
export function clamp(value: number, low = 0, high = 1): number {
  return Math.min(Math.max(value, low), high);
}

/** The logistic curve, from 0 to 1 around 0. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
