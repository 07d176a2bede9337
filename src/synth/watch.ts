/**
 * Watching a game: mode collapse, a discriminator that has won, and losses that explode are told from the epochs' rows.
 *
 * @module
 */
import { z } from "zod";
import type { GanFigures } from "./gan_step.ts";
import type { GanQuality } from "./judge.ts";

/** When a training is stopped. */
export interface GanWatchOptions {
  /** The least spread of samples within their classes, as a share of the real images'; 0 watches for no collapse. */
  readonly spread: number;
  /** Epochs at the beginning in which neither spread nor accuracy is watched, as samples begin grey. */
  readonly grace: number;
  /** Share of images that the discriminator tells right from which on it has won; 1 watches for no victory. */
  readonly wins: number;
  /** Epochs in a row that are taken for bad luck before training is stopped. */
  readonly patience: number;
  /** An epoch's mean loss, either network's, above which training is stopped at once. */
  readonly loss: number;
}

/** The schema of the options. */
export const WATCH_SCHEMA: z.ZodType<GanWatchOptions, Partial<GanWatchOptions>> = z.strictObject({
  spread: z.number().min(0).max(1).default(0.1).describe(
    "The least spread of samples within their classes, as a share of the real images'; 0: not watched.",
  ),
  grace: z.int().min(0).default(5).describe("Epochs at the beginning in which spread and accuracy are not watched."),
  wins: z.number().min(0.5).max(1).default(0.995).describe(
    "Share of images told right from which on the discriminator has won; 1: not watched.",
  ),
  patience: z.int().min(0).default(4).describe("Epochs in a row that are taken for bad luck before training stops."),
  loss: z.number().positive().default(100).describe("Mean loss of an epoch above which training stops at once."),
});

/** What one epoch of a GAN's training came to. */
export interface GanRow extends GanFigures {
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps so far. */
  readonly step: number;
  /** The generator's learning rate at the epoch's first step. */
  readonly lr: number;
  /** Spread of the fixed samples within their classes, as a share of the real images'; the mean over the classes. */
  readonly spread: number;
  /** The class whose samples spread least. */
  readonly narrowest: string;
  /** Wall time of the epoch in seconds. */
  readonly seconds: number;
  /** Real images a second. */
  readonly imagesPerSecond: number;
  /** Share of the time that was spent waiting for batches, 0..1. */
  readonly waiting: number;
  /** How good a judge found the generator that is kept, if there was one. */
  readonly quality?: GanQuality;
}

/** How a training stands. */
export interface GanHealth {
  /** Whether the last epoch is a good one, whose weights may be gone on with. */
  readonly good: boolean;
  /** Why training must stop, as half a sentence, if it must. */
  readonly fault?: string;
}

/** Says how a training stands after its last epoch. */
export function ganHealth(
  history: readonly GanRow[],
  { spread, grace, wins, patience, loss }: GanWatchOptions,
): GanHealth {
  const row = history.at(-1);
  if (!row) return { good: true };
  const losses = { discriminator: row.discriminatorLoss, generator: row.generatorLoss };
  for (const [name, value] of Object.entries(losses)) {
    if (Math.abs(value) <= loss) continue;
    return { good: false, fault: `the ${name}'s loss has exploded: ${value.toPrecision(4)} in epoch ${row.epoch}` };
  }
  const streak = (isBad: (row: GanRow) => boolean) => {
    const lastGood = history.findLastIndex((row) => row.epoch <= grace || !isBad(row));
    return history.length - 1 - lastGood;
  };
  const narrow = streak((row) => row.spread < spread),
    won = streak((row) => wins < 1 && row.discriminatorAccuracy >= wins);
  if (narrow > patience) {
    return {
      good: false,
      fault: `the generator has collapsed: for ${narrow} epochs its samples' spread within their classes was below ` +
        `${spread} of the real images', now ${row.spread.toFixed(3)}, least in "${row.narrowest}"`,
    };
  }
  if (won > patience) {
    return {
      good: false,
      fault: `the discriminator has won: for ${won} epochs it told at least ${wins} of the images right, now ` +
        row.discriminatorAccuracy.toFixed(4),
    };
  }
  return { good: narrow + won === 0 };
}
