/**
 * What the years do to a face. Every sign begins gradually, so that ages near the cuts at 30 and 60 look alike and ages far
 * from them do not; signs vary between people, so that no single one decides.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import { chance, clamp, normal, sigmoid } from "./draw.ts";

/** How far each sign of age has come, 0..1 unless said otherwise. */
export interface Ageing {
  /** Youthful roundness and bloom, going around 30. */
  readonly youth: number;
  /** Old age, coming around 60. */
  readonly old: number;
  /** Folds from nose to mouth, and hollow cheeks. */
  readonly folds: number;
  /** Lines across the forehead and beside the eyes. */
  readonly lines: number;
  /** Bags and shadows under the eyes. */
  readonly bags: number;
  /** Sagging jaw, lids and neck. */
  readonly sag: number;
  /** Share of grey hair. */
  readonly grey: number;
  /** Grey at the temples, which comes first. */
  readonly temples: number;
  /** How far the hairline has gone back. */
  readonly receding: number;
  /** Spots and unevenness of the skin. */
  readonly spots: number;
}

/**
 * Draws the signs of an age.
 *
 * @param rng The person's generator for ageing.
 * @param age In years, not rounded.
 * @param gender Hairlines of men go back further.
 */
export function drawAgeing(rng: Rng, age: number, gender: "male" | "female"): Ageing {
  const looks = age + normal(rng, 0, 1.1);
  const youth = 1 - sigmoid((looks - 30) / 1.8);
  const old = sigmoid((looks - 60) / 1.8);
  const middle = clamp((looks - 30) / 30);
  const vary = () => 1 + normal(rng, 0, 0.13);
  const early = 1 - youth;
  const dyed = chance(rng, gender === "female" ? 0.12 : 0.05); // hair only: the skin still tells
  const hair = looks + normal(rng, 0, 1.7);
  const grey = clamp(0.14 * middle + 0.95 * sigmoid((hair - 59.8) / 1.9)) * (dyed ? 0.6 : 1);
  return {
    youth,
    old,
    folds: clamp((0.5 * early + 0.15 * middle + 0.35 * old) * vary()),
    lines: clamp((0.34 * early + 0.18 * middle + 0.48 * old) * vary()),
    bags: clamp((0.5 * early + 0.15 * middle + 0.35 * old) * vary()),
    sag: clamp((0.08 * early + 0.27 * middle + 0.65 * old) * vary()),
    grey,
    temples: clamp((hair - 31) / 15) * (dyed ? 0.4 : 1),
    receding: clamp(
      (gender === "male" ? 0.16 * early + 0.24 * middle + 0.3 * old : 0.06 * middle + 0.08 * old) + normal(rng, 0, 0.1),
    ),
    spots: clamp((0.12 * middle + 0.75 * old) * vary()),
  };
}
