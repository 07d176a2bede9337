/**
 * What a head is: it turns a backbone's features into class scores.
 *
 * @module
 */
import type { Rng } from "../../core/rng.ts";
import * as ops from "../../tensor/ops.ts";
import type { Tensor2D } from "../../tensor/types.ts";
import type { Layers } from "../layers.ts";
import type { ForwardOptions, HeadOutput, Regression } from "../model.ts";

/** A head made of layers. */
export interface Head {
  /** Features `[B, D]` to class scores. */
  apply(features: Tensor2D, options: ForwardOptions): HeadOutput;
  /** The number that it tells beside the class, if any. */
  readonly regression?: Regression;
}

/** What a head is made for. */
export interface HeadSizes {
  /** D, the number of features. */
  readonly features: number;
  /** C, the number of classes. */
  readonly classes: number;
  /** Numbers of levels of the attributes whose product is the classes, the last changing fastest. */
  readonly levels: readonly number[];
}

/** Makes a head's layers under a name. */
export type HeadMaker = (layers: Layers, name: string, sizes: HeadSizes) => Head;

/** Sets a share of the features to zero, in training. */
export function drop(x: Tensor2D, dropout: number, { training, rng }: ForwardOptions, fork = "head"): Tensor2D {
  return training ? ops.dropout(x, dropout, (rng as Rng).fork(fork)) : x;
}
