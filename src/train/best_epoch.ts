/**
 * Which epoch of a training is the best, and whether it is over.
 *
 * @module
 */
import type { EpochRow } from "../core/records.ts";
import { monitored, type TrainConfig } from "./config.ts";

/**
 * The best epoch by what the config monitors, where a later one must be better by more than `minDelta`. Without validation it
 * is the last one.
 */
export function bestEpoch(
  history: readonly EpochRow[],
  { minDelta, monitor }: Pick<TrainConfig, "minDelta" | "monitor">,
): EpochRow | undefined {
  return history.reduce<EpochRow | undefined>(
    (best, row) => !best || !(monitored(row, monitor) <= monitored(best, monitor) + minDelta) ? row : best,
    undefined,
  );
}

/** Whether a training has had all of its epochs, or none was better for too long. */
export function isDone(history: readonly EpochRow[], config: TrainConfig): boolean {
  const best = bestEpoch(history, config);
  const since = best ? history.length - best.epoch : 0;
  return history.length >= config.epochs || (config.patience > 0 && since >= config.patience);
}
