/**
 * Averages of weights by name: over the last steps, and over the last epochs.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { type AveragerMaker, makeAverager, none } from "./average.ts";

/** Options of {@linkcode ema}. */
export interface EmaOptions {
  /** Share of the average that stays at each step, at most. */
  readonly decay: number;
  /** Whether less stays at first: (1 + step) / (10 + step). */
  readonly warmup: boolean;
  /** Epochs before averaging begins; until then the average is the trained weights. */
  readonly from: number;
}

/**
 * An exponential moving average over the steps, with decay and warmup as TensorFlow has them:
 * https://www.tensorflow.org/api_docs/python/tf/train/ExponentialMovingAverage
 *
 * The running statistics of batch norms are to be averaged with the parameters: over steps that lie so near, their average
 * stands near the statistics of the averaged weights, and no pass over the data is needed.
 */
export function ema({ decay, warmup, from }: EmaOptions): AveragerMaker {
  return makeAverager({
    needsStatistics: false,
    kept({ step, stepsPerEpoch }) {
      if (step <= from * stepsPerEpoch) return 0;
      return warmup ? Math.min(decay, (1 + step) / (10 + step)) : decay;
    },
  });
}

/** Options of {@linkcode swa}. */
export interface SwaOptions {
  /**
   * Share of the epochs after which averaging begins, 0..1, to the nearest epoch; until then the average is the trained
   * weights. It is a share of all epochs that were asked for: a training that stops early may end before.
   */
  readonly from: number;
  /** Epochs between two weights that are averaged. */
  readonly every: number;
}

/**
 * The plain mean of the weights after the epoch at which averaging begins and after each `every` epochs from there. Izmailov
 * et al., 2018, https://arxiv.org/abs/1803.05407, who keep the learning rate high or cycling meanwhile.
 *
 * The weights lie far apart, so the running statistics of batch norms need a pass over training data (`needsStatistics`);
 * they are among the averager's variables all the same, so that `swap` brings the trained ones back.
 */
export function swa({ from, every }: SwaOptions): AveragerMaker {
  return makeAverager({
    needsStatistics: true,
    kept({ step, stepsPerEpoch, epochs }) {
      if (step % stepsPerEpoch !== 0) return undefined;
      const epoch = step / stepsPerEpoch, first = Math.max(1, Math.round(from * epochs));
      if (epoch <= first) return 0;
      const before = (epoch - first) / every; // how many the average is of
      return Number.isInteger(before) ? before / (before + 1) : undefined;
    },
  });
}

/** Every average of weights, by the name used in configs. */
export const AVERAGES: {
  readonly none: Part<Record<never, never>, AveragerMaker>;
  readonly ema: Part<EmaOptions, AveragerMaker>;
  readonly swa: Part<SwaOptions, AveragerMaker>;
} = {
  none: part(z.strictObject({}).describe("The trained weights as they are."), none),
  ema: part(
    z.strictObject({
      decay: z.number().min(0).lt(1).default(0.999).describe("Share of the average that stays at each step, at most."),
      warmup: z.boolean().default(true).describe("Whether less stays at first: (1 + step) / (10 + step)."),
      from: z.int().min(0).default(0).describe("Epochs before averaging begins."),
    }).describe("An exponential moving average over the steps."),
    ema,
  ),
  swa: part(
    z.strictObject({
      from: z.number().min(0).max(1).default(0.75).describe("Share of the epochs after which averaging begins."),
      every: z.int().min(1).default(1).describe("Epochs between two weights that are averaged."),
    }).describe("The mean of the weights after the last epochs (Izmailov et al., 2018)."),
    swa,
  ),
};

/** An average's name and options. */
export type AverageSpec = SpecOf<typeof AVERAGES>;
