/** Random inputs for tests, from a seed that is printed. @module */
import { randomInt, type Rng, seededRng } from "../src/core/rng.ts";

/** A generator whose seed is printed, so that a failure can be had again: `SEED=... deno test`. */
export function printedRng(): Rng {
  const seed = Deno.env.get("SEED") ?? `${Math.floor(performance.timeOrigin) % 100_000}`;
  console.log(`seed ${seed}`);
  return seededRng(seed);
}

/** A whole number from low to high. */
export function between(rng: Rng, low: number, high: number): number {
  return low + randomInt(rng, high - low + 1);
}
