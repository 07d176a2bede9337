/**
 * Schedules that change the rate after whole epochs or not at all, as PyTorch's of the same names stepped once an epoch.
 *
 * @module
 */
import type { Schedule, ScheduleState } from "./schedule.ts";

const epochsDone = ({ step, stepsPerEpoch }: ScheduleState) => Math.floor(step / stepsPerEpoch);

/** The base rate throughout. */
export function constant(): Schedule {
  return () => 1;
}

/** Options of {@linkcode exponential}. */
export interface ExponentialOptions {
  /** Factor after each epoch. */
  readonly gamma: number;
}

/** The rate is multiplied by `gamma` after each epoch. */
export function exponential({ gamma }: ExponentialOptions): Schedule {
  return (state) => gamma ** epochsDone(state);
}

/** Options of {@linkcode stepDecay}. */
export interface StepDecayOptions {
  /** Epochs between two changes. */
  readonly every: number;
  /** Factor at each change. */
  readonly gamma: number;
}

/** The rate is multiplied by `gamma` after each `every` epochs: PyTorch's StepLR. */
export function stepDecay({ every, gamma }: StepDecayOptions): Schedule {
  return (state) => gamma ** Math.floor(epochsDone(state) / every);
}

/** Options of {@linkcode multiStep}. */
export interface MultiStepOptions {
  /** After how many epochs the rate changes, in any order; a number that stands twice counts twice. */
  readonly milestones: readonly number[];
  /** Factor at each change. */
  readonly gamma: number;
}

/** The rate is multiplied by `gamma` after each of some numbers of epochs: PyTorch's MultiStepLR. */
export function multiStep({ milestones, gamma }: MultiStepOptions): Schedule {
  return (state) => gamma ** milestones.filter((epoch) => epoch <= epochsDone(state)).length;
}
