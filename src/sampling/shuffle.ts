/**
 * The plain sampler: every example once an epoch, in random order.
 *
 * @module
 */
import { shuffled } from "../core/rng.ts";
import type { Sampler } from "./sampler.ts";

/**
 * Shows each example once, in random order: an epoch is as long as the data and draws without replacement.
 *
 * @example
 * ```ts
 * import { build, SAMPLERS, seededRng } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const sampler = build("sampler", SAMPLERS, { name: "shuffle" });
 * assertEquals(sampler([0, 0, 1, 2], seededRng(1)).toSorted(), Int32Array.of(0, 1, 2, 3));
 * ```
 *
 * @returns The sampler.
 */
export function shuffle(): Sampler {
  return (labels, rng) => Int32Array.from(shuffled(Array(labels.length).keys(), rng));
}
