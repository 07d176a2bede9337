/**
 * How long to train on all samples, where no validation can tell: as long as was best in the folds.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { EpochRow } from "../core/records.ts";
import { bestEpoch } from "./best_epoch.ts";
import type { TrainConfig } from "./config.ts";

/** What stays the same between a fold's training and the one on all samples. */
export interface RefitOptions {
  /**
   * `epochs`, the default: passes over the samples, of which there are more. `steps`: optimizer steps, so that there are
   * `(folds - 1) / folds` as many epochs.
   */
  readonly keep?: "epochs" | "steps";
}

/** A fixed schedule for training on all samples. */
export interface RefitEpochs {
  /** Epochs to train, at least 1. */
  readonly epochs: number;
  /** The best epoch of each history. */
  readonly best: readonly number[];
  /** Their median, before scaling and rounding. */
  readonly median: number;
}

/**
 * The median of the folds' best epochs, scaled and rounded: `resolveConfig(config, { epochs, patience: 0 })` is then a fixed
 * schedule for training on all samples.
 *
 * @param histories Each fold's epochs, as `run.history` has them.
 * @param config What the folds were trained with: what it monitors says which epoch is best.
 * @param options What stays the same.
 * @returns The number of epochs, and what it comes from.
 * @throws {RangeError} If there is no history, or one without epochs.
 */
export function refitEpochs(
  histories: readonly (readonly EpochRow[])[],
  config: Pick<TrainConfig, "monitor" | "minDelta" | "folds">,
  { keep = "epochs" }: RefitOptions = {},
): RefitEpochs {
  checkInteger("plan a refit", "the number of histories", histories.length, { min: 1 });
  const best = histories.map((history, k) => {
    const row = bestEpoch(history, config);
    if (!row) throw new RangeError(`Cannot plan a refit as each history must have epochs: that of fold ${k} has none`);
    return row.epoch;
  });
  const sorted = best.toSorted((a, b) => a - b), middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  const scale = keep === "steps" ? (config.folds - 1) / config.folds : 1;
  return { epochs: Math.max(1, Math.round(scale * median)), best, median };
}
