/**
 * What `model.json` says: all that a page must know of a network besides its weights.
 *
 * @module
 */
import type { Schema } from "../core/schema.ts";
import type { InputSpec, ModelSpec } from "../models/mod.ts";
import type { Calibration, ViewSpec } from "../predict/mod.ts";
import type { TrainConfig } from "../train/mod.ts";

/** A file of weights. */
export interface PageWeights {
  /** Its name, beside model.json. */
  readonly file: string;
  /** Its length in bytes. */
  readonly bytes: number;
  /** Its digest, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What half precision changes. */
export interface HalfDifference {
  /** The most that a probability changed by. */
  readonly most: number;
  /** On how many pictures this was tried. */
  readonly pictures: number;
  /** Of how many of them the likeliest class changed. */
  readonly decisions: number;
}

/** A network as a page runs it. */
export interface PageModel {
  /** The form of this record. */
  readonly version: 1;
  /** What the page is called. */
  readonly title: string;
  /** The network and its options, every one of them. */
  readonly model: ModelSpec;
  /** Attributes and classes. */
  readonly schema: Schema;
  /** Size, mean and deviation of what the network takes. */
  readonly input: InputSpec;
  /** How a photograph is brought to that size. */
  readonly image: Pick<TrainConfig, "resize" | "crop" | "interpolation">;
  /** Views that are averaged, and how. */
  readonly views: readonly ViewSpec[];
  /** What is averaged over the views. */
  readonly average: "probabilities" | "logits";
  /** What the averaged probabilities are corrected by, or nothing. */
  readonly calibration: Calibration | null;
  /** Type of the weights' numbers. */
  readonly dtype: "F32" | "F16";
  /** What half precision changes; null for whole precision. */
  readonly difference: HalfDifference | null;
  /** Macro F1 in validation, 0..1, the members' mean; null where nothing was validated. */
  readonly macroF1: number | null;
  /** Weights of each member; what they say is averaged. */
  readonly members: readonly PageWeights[];
}
