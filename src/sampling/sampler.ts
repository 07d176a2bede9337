/**
 * What a sampler is.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";

/**
 * Draws one epoch.
 *
 * @param labels Class numbers `[N]` of the training examples.
 * @param rng Where it is drawn from; a new fork for each epoch.
 * @returns Positions in `labels`, in the order in which they are shown.
 */
export type Sampler = (labels: ArrayLike<number>, rng: Rng) => Int32Array;
