/**
 * Heads: what turns a backbone's features into class scores.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import * as ops from "../tensor/ops.ts";
import type { Tensor2D } from "../tensor/types.ts";
import type { Layers } from "./layers.ts";
import type { ForwardOptions } from "./model.ts";

/** Applies a head: features `[B, D]` to logits `[B, C]`. */
export type Head = (features: Tensor2D, options: ForwardOptions) => Tensor2D;

/** Makes a head's layers under a name, from D features to C classes. */
export type HeadMaker = (layers: Layers, name: string, features: number, classes: number) => Head;

const rate = z.number().min(0).lt(1);

/** Options of the plain head. */
export interface PlainHeadOptions {
  /** Share of the features set to zero in training. */
  readonly dropout: number;
}

/** Options of the head with a hidden layer. */
export interface HiddenHeadOptions {
  /** Units of the hidden layer. */
  readonly units: number;
  /** Share of the hidden units set to zero in training. */
  readonly dropout: number;
}

/** Dropout and one linear layer. */
function plain({ dropout }: PlainHeadOptions): HeadMaker {
  return (layers, name, features, classes) => {
    const last = layers.linear(name, features, classes);
    return (x, options) => last(drop(x, dropout, options));
  };
}

/** Linear, ReLU, dropout, linear; the layers' names are those of PyTorch's `Sequential`. */
function hidden({ units, dropout }: HiddenHeadOptions): HeadMaker {
  return (layers, name, features, classes) => {
    const first = layers.linear(`${name}.0`, features, units);
    const last = layers.linear(`${name}.3`, units, classes);
    return (x, options) => last(drop(ops.activate(first(x), "relu"), dropout, options));
  };
}

function drop(x: Tensor2D, dropout: number, { training, rng }: ForwardOptions): Tensor2D {
  return training ? ops.dropout(x, dropout, rng!.fork("head")) : x;
}

/** Every head, by the name used in configs. */
export const HEADS: {
  readonly plain: Part<PlainHeadOptions, HeadMaker>;
  readonly hidden: Part<HiddenHeadOptions, HeadMaker>;
} = {
  plain: part(
    z.strictObject({ dropout: rate.default(0.2).describe("Share of the features set to zero in training.") }),
    plain,
  ),
  hidden: part(
    z.strictObject({
      units: z.int().min(1).default(512).describe("Units of the hidden layer."),
      dropout: rate.default(0.7).describe("Share of the hidden units set to zero in training."),
    }),
    hidden,
  ),
};

/** A head's name and options. */
export type HeadSpec = SpecOf<typeof HEADS>;
