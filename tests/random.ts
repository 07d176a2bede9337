/** Random inputs for tests, from a seed that is printed. @module */
import { randomInt, type Rng, seededRng } from "../src/core/rng.ts";

/**
 * A generator with the same values each time; `SEED=17 deno task test` gives others, and `SEED=random` others each time,
 * whose seed is printed, so that a failure can be had again.
 */
export function printedRng(): Rng {
  const chosen = Deno.env.get("SEED") ?? "1";
  const seed = chosen === "random" ? `${Math.floor(performance.timeOrigin) % 100_000}` : chosen;
  console.log(`seed ${seed}`);
  return seededRng(seed);
}

/** A whole number from low to high. */
export function between(rng: Rng, low: number, high: number): number {
  return low + randomInt(rng, high - low + 1);
}
