/**
 * What a learning-rate schedule is: a factor on the base rate, read before each step. It depends on nothing but where
 * training stands, so that a resumed run goes on as an unbroken one.
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
  /** The metric that is watched, after each epoch that is done; higher is better. */
  readonly history?: readonly number[];
}

/** The factor on the base learning rate, 0..1. */
export type Schedule = (state: ScheduleState) => number;
