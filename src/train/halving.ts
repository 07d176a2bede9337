/**
 * Successive halving: many trials for few epochs, and of each rung the best share for more (Li et al., 2018,
 * https://arxiv.org/abs/1603.06560, one bracket of its algorithm 1).
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { OptionRanges } from "./ranges.ts";

/** How trials are thinned out. */
export interface HalvingOptions {
  /** Epochs of the first rung; 1 by default. */
  readonly minEpochs?: number;
  /** A rung keeps one of so many trials and has so many times the epochs of the rung before; 3 by default. */
  readonly eta?: number;
  /** Rungs; as many as leave at least one trial by default. */
  readonly rungs?: number;
}

/** A step of halving; without epochs each trial has its own. */
export interface Rung {
  /** Epochs of each trial. */
  readonly epochs?: number;
  /** Trials, the best of the rung before. */
  readonly trials: number;
}

/**
 * How many trials there are in each rung, and for how long.
 *
 * @param options Number of trials, how they are thinned out, and what is searched.
 * @returns The rungs; a single one without halving.
 * @throws {RangeError} If a number is out of range, or more rungs are asked for than leave a trial.
 * @throws {TypeError} If the rungs' epochs are searched too.
 */
export function planRungs(
  { trials, halving, ranges }: {
    readonly trials: number;
    readonly halving?: HalvingOptions;
    readonly ranges: OptionRanges;
  },
): readonly Rung[] {
  checkInteger("sweep", "trials", trials, { min: 1, max: 9999 });
  if (!halving) return [{ trials }];
  const { minEpochs = 1, eta = 3 } = halving;
  checkInteger("sweep by halving", "minEpochs", minEpochs, { min: 1 });
  checkInteger("sweep by halving", "eta", eta, { min: 2 });
  let most = 1;
  while (eta ** most <= trials) most++; // rungs that leave at least one trial
  const { rungs = most } = halving;
  checkInteger("sweep by halving", "rungs", rungs, { min: 1, max: most });
  if (Object.hasOwn(ranges, "epochs")) {
    throw new TypeError("Cannot sweep by halving over epochs as the rungs say how many there are");
  }
  return Array.from({ length: rungs }, (_, k) => ({
    epochs: minEpochs * eta ** k,
    trials: Math.floor(trials / eta ** k),
  }));
}
