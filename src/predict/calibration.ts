/**
 * What calibrations have in common: the records that a fitted one is kept in, and predictions without their labels.
 *
 * @module
 */
import type { Predictions } from "../core/records.ts";

/** Predictions as far as they can be told without their labels. */
export type Unlabelled = Pick<Predictions, "ids" | "classes" | "probabilities">;

/** One number by which log-probabilities are divided. */
export interface TemperatureCalibration {
  /** How it was fitted. */
  readonly method: "temperature";
  /** Class names, by class number. */
  readonly classes: readonly string[];
  /** Above 1 probabilities become less sure, below 1 surer. */
  readonly temperature: number;
}

/** A scale and a bias for the log-probability of each class. */
export interface VectorCalibration {
  /** How it was fitted. */
  readonly method: "vectorScaling";
  /** Class names, by class number. */
  readonly classes: readonly string[];
  /** Factors `[C]`. */
  readonly scales: readonly number[];
  /** Summands `[C]`, in nats. */
  readonly biases: readonly number[];
}

/** A rising curve for the probability of each class. */
export interface IsotonicCalibration {
  /** How it was fitted. */
  readonly method: "isotonic";
  /** Class names, by class number. */
  readonly classes: readonly string[];
  /** The curves `[C]`. */
  readonly curves: readonly IsotonicCurve[];
}

/** A curve that rises from corner to corner and is level before the first and after the last. */
export interface IsotonicCurve {
  /** Probabilities at the corners, ascending. */
  readonly at: readonly number[];
  /** What each becomes, ascending, 0..1. */
  readonly to: readonly number[];
}

/** A fitted calibration: plain JSON, to be kept and applied to other predictions. */
export type Calibration = TemperatureCalibration | VectorCalibration | IsotonicCalibration;

/** Learns a calibration from labelled predictions. */
export type Calibrator = (predictions: Predictions) => Calibration;

/** The least normal number of single precision: what a softmax gives as less than this, it cannot tell from 0. */
const LEAST = 2 ** -126;

/**
 * Natural logarithms of probabilities; one of less than 2^-126, 0 included, counts as that, which is -87.3 nats.
 *
 * @param probabilities Any number of them.
 * @returns As many, in nats.
 */
export function logsOf(probabilities: Float32Array): Float64Array {
  const out = new Float64Array(probabilities.length);
  for (let k = 0; k < out.length; k++) out[k] = Math.log(Math.max(probabilities[k]!, LEAST));
  return out;
}
