/**
 * Heads of linear layers: one, two, or one that is asked several times.
 *
 * @module
 */
import * as ops from "../../tensor/ops.ts";
import * as tf from "../../tensor/tf.ts";
import type { Tensor2D } from "../../tensor/types.ts";
import { drop, type HeadMaker } from "./head.ts";

/** Options of {@linkcode plain}. */
export interface PlainHeadOptions {
  /** Share of the features set to zero in training. */
  readonly dropout: number;
}

/** Dropout and one linear layer. */
export function plain({ dropout }: PlainHeadOptions): HeadMaker {
  return (layers, name, { features, classes }) => {
    const last = layers.linear(name, features, classes);
    return { apply: (x, options) => ({ logits: last(drop(x, dropout, options)) }) };
  };
}

/** Options of {@linkcode hidden}. */
export interface HiddenHeadOptions {
  /** Units of the hidden layer. */
  readonly units: number;
  /** Share of the hidden units set to zero in training. */
  readonly dropout: number;
}

/** Linear, ReLU, dropout, linear; the layers' names are those of PyTorch's `Sequential`. */
export function hidden({ units, dropout }: HiddenHeadOptions): HeadMaker {
  return (layers, name, { features, classes }) => {
    const first = layers.linear(`${name}.0`, features, units);
    const last = layers.linear(`${name}.3`, units, classes);
    return {
      apply: (x, options) => ({ logits: last(drop(ops.activate(first(x), "relu"), dropout, options)) }),
    };
  };
}

/** Options of {@linkcode multiSample}. */
export interface MultiSampleHeadOptions {
  /** How many masks are drawn for each image. */
  readonly samples: number;
  /** Share of the features that each mask sets to zero. */
  readonly dropout: number;
}

/**
 * One linear layer that in training sees the features under several dropout masks; the loss is the mean over them. Inoue,
 * 2019, https://arxiv.org/abs/1905.09788
 */
export function multiSample({ samples, dropout }: MultiSampleHeadOptions): HeadMaker {
  return (layers, name, { features, classes }) => {
    const last = layers.linear(name, features, classes);
    return {
      apply(x, options) {
        if (!options.training) return { logits: last(x) };
        const lossLogits = Array.from({ length: samples }, (_, i) => last(drop(x, dropout, options, `mask ${i}`)));
        const logits = tf.tidy(() => tf.div(tf.addN(lossLogits), samples)) as Tensor2D;
        return { logits, lossLogits };
      },
    };
  };
}
