/**
 * Learning-rate schedules: factors on the base rate, read before each step.
 *
 * @module
 */

/** Where training stands. */
export interface ScheduleState {
  /** Steps taken so far. */
  readonly step: number;
  /** Steps in an epoch. */
  readonly stepsPerEpoch: number;
  /** Epochs in all. */
  readonly epochs: number;
}

/** The factor on the base learning rate, 0..1. */
export type Schedule = (state: ScheduleState) => number;

/** The base rate throughout. */
export function constant(): Schedule {
  return () => 1;
}

/** Options of {@linkcode exponential}. */
export interface ExponentialOptions {
  /** Factor after each epoch. */
  readonly gamma: number;
}

/** The rate is multiplied by `gamma` after each epoch, as PyTorch's ExponentialLR stepped once an epoch. */
export function exponential({ gamma }: ExponentialOptions): Schedule {
  return ({ step, stepsPerEpoch }) => gamma ** Math.floor(step / stepsPerEpoch);
}

/** Options of {@linkcode cosine}. */
export interface CosineOptions {
  /** Epochs over which the rate rises from 0. */
  readonly warmup: number;
  /** Share of the base rate at the end. */
  readonly floor: number;
}

/**
 * A linear rise over `warmup` epochs, then half a cosine down to `floor`. Loshchilov and Hutter, 2017,
 * https://arxiv.org/abs/1608.03983
 */
export function cosine({ warmup, floor }: CosineOptions): Schedule {
  return ({ step, stepsPerEpoch, epochs }) => {
    const rise = Math.min(warmup, epochs) * stepsPerEpoch;
    if (step < rise) return (step + 1) / rise;
    const done = Math.min(1, (step - rise) / Math.max(1, epochs * stepsPerEpoch - rise));
    return floor + (1 - floor) * (1 + Math.cos(Math.PI * done)) / 2;
  };
}
