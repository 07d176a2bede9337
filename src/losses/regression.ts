/**
 * Losses of a number that is learned beside the class, such as the age in years.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor1D } from "../tensor/types.ts";

/**
 * Predicted `[B]` and wanted numbers `[B]` in, one value per example `[B]` out; averaging is the caller's, and so are examples
 * whose number is not known: a NaN gives NaN.
 */
export type RegressionLoss = (value: Tensor1D, wanted: Tensor1D) => Tensor1D;

/** Options of {@linkcode huber}. */
export interface HuberOptions {
  /** Error at which the parabola passes into a line, in the number's unit. */
  readonly delta: number;
}

/**
 * The squared error, in the number's unit squared.
 *
 * @returns A loss from predicted `[B]` and wanted numbers `[B]` to one value per example `[B]`.
 */
export function mse(): RegressionLoss {
  return (value, wanted) => tf.tidy(() => tf.square(tf.sub(value, wanted)));
}

/**
 * Half the squared error up to `delta`, beyond it a line of the same slope, `delta * (error - delta / 2)`, so that outliers
 * pull no harder than that. Huber, 1964, https://doi.org/10.1214/aoms/1177703732
 *
 * @returns A loss from predicted `[B]` and wanted numbers `[B]` to one value per example `[B]`.
 */
export function huber({ delta }: HuberOptions): RegressionLoss {
  return (value, wanted) =>
    tf.tidy(() => {
      const error = tf.abs(tf.sub(value, wanted));
      const near = tf.minimum(error, delta);
      return tf.mul(near, tf.sub(error, tf.mul(near, 0.5)));
    });
}

/** Every regression loss, by the name used in configs. */
export const REGRESSION_LOSSES: {
  readonly mse: Part<Record<never, never>, RegressionLoss>;
  readonly huber: Part<HuberOptions, RegressionLoss>;
} = {
  mse: part(z.strictObject({}).describe("The squared error."), mse),
  huber: part(
    z.strictObject({
      delta: z.number().positive().default(1)
        .describe("Error at which the parabola passes into a line, in the number's unit."),
    }).describe("The squared error where it is small, the absolute error beyond."),
    huber,
  ),
};

/** A regression loss's name and options. */
export type RegressionLossSpec = SpecOf<typeof REGRESSION_LOSSES>;
