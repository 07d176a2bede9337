/**
 * The calibrations by name.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import type { Calibrator } from "./calibration.ts";
import { fitIsotonic } from "./isotonic.ts";
import { fitTemperature } from "./temperature.ts";
import { fitVectorScaling, type VectorScalingOptions } from "./vector_scaling.ts";

/** Every calibration, by the name used in configs; what each learns is kept in a record of plain JSON. */
export const CALIBRATIONS: {
  readonly temperature: Part<Record<never, never>, Calibrator>;
  readonly vectorScaling: Part<VectorScalingOptions, Calibrator>;
  readonly isotonic: Part<Record<never, never>, Calibrator>;
} = {
  temperature: part(
    z.strictObject({}).describe(
      "Log-probabilities divided by one number (Guo et al., 2017); the classes decided stay.",
    ),
    (): Calibrator => fitTemperature,
  ),
  vectorScaling: part(
    z.strictObject({
      penalty: z.number().min(1e-9).default(1e-3)
        .describe("Nats added to the loss as scales leave 1 and biases leave 0: more for fewer examples."),
    }).describe("A scale and a bias for each class's log-probability (Guo et al., 2017)."),
    (options): Calibrator => (predictions) => fitVectorScaling(predictions, options),
  ),
  isotonic: part(
    z.strictObject({}).describe(
      "A rising curve for each class's probability (Zadrozny and Elkan, 2002); wants many examples.",
    ),
    (): Calibrator => fitIsotonic,
  ),
};

/** A calibration's name and options. */
export type CalibrationSpec = SpecOf<typeof CALIBRATIONS>;
