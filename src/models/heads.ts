/**
 * Heads: what turns a backbone's features into class scores.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import * as ops from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor2D } from "../tensor/types.ts";
import type { Layers } from "./layers.ts";
import type { ForwardOptions } from "./model.ts";

/** Applies a head: features `[B, D]` to logits `[B, C]`. */
export type Head = (features: Tensor2D, options: ForwardOptions) => Tensor2D;

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

const rate = z.number().min(0).lt(1);

/** Options of the plain head. */
export interface PlainHeadOptions {
  /** Share of the features set to zero in training. */
  readonly dropout: number;
}

/** Options of the head with a part for each attribute. */
export interface AttributesHeadOptions {
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
  return (layers, name, { features, classes }) => {
    const last = layers.linear(name, features, classes);
    return (x, options) => last(drop(x, dropout, options));
  };
}

/** Linear, ReLU, dropout, linear; the layers' names are those of PyTorch's `Sequential`. */
function hidden({ units, dropout }: HiddenHeadOptions): HeadMaker {
  return (layers, name, { features, classes }) => {
    const first = layers.linear(`${name}.0`, features, units);
    const last = layers.linear(`${name}.3`, units, classes);
    return (x, options) => last(drop(ops.activate(first(x), "relu"), dropout, options));
  };
}

/**
 * A linear layer to the levels of each attribute; a class's score is the sum of its levels' scores, so that its probability
 * is the product of theirs. A rare class is then learned from all that share a level with it.
 */
function attributes({ dropout }: AttributesHeadOptions): HeadMaker {
  return (layers, name, { features, classes, levels }) => {
    const total = levels.reduce((sum, n) => sum + n, 0);
    const last = layers.linear(name, features, total);
    const members = levelMembers(levels, classes);
    return (x, options) =>
      tf.tidy(() => tf.matMul(last(drop(x, dropout, options)), tf.tensor2d(members, [total, classes])));
  };
}

/** Which levels each class has: ones and zeros `[levels of all attributes, C]`. */
function levelMembers(levels: readonly number[], classes: number): Float32Array {
  const members = new Float32Array(levels.reduce((sum, n) => sum + n, 0) * classes);
  let first = 0, span = classes;
  for (const count of levels) {
    span /= count;
    for (let c = 0; c < classes; c++) members[(first + Math.floor(c / span) % count) * classes + c] = 1;
    first += count;
  }
  return members;
}

function drop(x: Tensor2D, dropout: number, { training, rng }: ForwardOptions): Tensor2D {
  return training ? ops.dropout(x, dropout, rng!.fork("head")) : x;
}

/** Every head, by the name used in configs. */
export const HEADS: {
  readonly plain: Part<PlainHeadOptions, HeadMaker>;
  readonly hidden: Part<HiddenHeadOptions, HeadMaker>;
  readonly attributes: Part<AttributesHeadOptions, HeadMaker>;
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
  attributes: part(
    z.strictObject({ dropout: rate.default(0.2).describe("Share of the features set to zero in training.") }),
    attributes,
  ),
};

/** A head's name and options. */
export type HeadSpec = SpecOf<typeof HEADS>;
