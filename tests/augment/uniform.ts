/**
 * Tests of what is drawn, against its distribution. All are made so that a right generator fails one in a million.
 *
 * @module
 */
import { assert } from "@std/assert";

/** Standard deviations that a normal variate exceeds, either way, once in a million. */
const SIGMAS = 4.9;

/** Asserts by Kolmogorov and Smirnov that values follow a distribution function. */
export function assertFollows(values: readonly number[], below: (value: number) => number, what: string): void {
  const sorted = values.toSorted((a, b) => a - b), n = sorted.length;
  let distance = 0;
  sorted.forEach((value, i) => {
    distance = Math.max(distance, (i + 1) / n - below(value), below(value) - i / n);
  });
  const bound = Math.sqrt(Math.log(2e6) / (2 * n)); // by Dvoretzky, Kiefer, Wolfowitz and Massart
  assert(distance <= bound, `${what}: the distribution functions are ${distance} apart, the bound is ${bound}`);
}

/** Asserts that values lie within bounds and are uniform there; whole numbers may stand at both ends. */
export function assertUniform(values: readonly number[], [low, high]: readonly [number, number], what: string): void {
  for (const value of values) {
    assert(value >= low && value <= high, `${what}: ${value} is not within ${low} to ${high}`);
  }
  assertFollows(values, (value) => (value - low) / (high - low), what);
}

/** Asserts that each of some outcomes comes up as often as its probability says. */
export function assertFrequencies<T>(values: readonly T[], probabilities: ReadonlyMap<T, number>, what: string): void {
  const n = values.length;
  for (const value of values) assert(probabilities.has(value), `${what}: ${value} is no outcome`);
  for (const [outcome, p] of probabilities) {
    const count = values.filter((value) => value === outcome).length;
    const bound = SIGMAS * Math.sqrt(n * p * (1 - p)) + 1;
    assert(Math.abs(count - n * p) <= bound, `${what}: ${outcome} came up ${count} times in ${n}, expected ${n * p}`);
  }
}

/** As many outcomes, each as likely as any other. */
export function evenly<T>(outcomes: readonly T[]): Map<T, number> {
  return new Map(outcomes.map((outcome) => [outcome, 1 / outcomes.length]));
}
