/**
 * EfficientNet, number for number timm's `efficientnet_b0` to `b4`. Tan and Le, 2019, https://arxiv.org/abs/1905.11946
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import * as ops from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor2D, Tensor4D } from "../tensor/types.ts";
import type { Layers } from "./layers.ts";
import type { ForwardOptions } from "./model.ts";

/** Blocks that follow one another: how many, kernel, stride of the first, expansion, channels. */
export type Stage = readonly [repeats: number, kernel: number, stride: number, expansion: number, channels: number];

/** What an EfficientNet is built of. */
export interface EfficientNetShape {
  /** Channels of the first convolution, which halves the size. */
  readonly stem: number;
  /** The blocks between the first and the last convolution. */
  readonly stages: readonly Stage[];
  /** D, the channels of the last convolution. */
  readonly features: number;
}

/** A backbone: pixels `[B, H, W, 3]` to features `[B, D]`. */
export interface Backbone {
  /** D, the number of features. */
  readonly features: number;
  /** Runs it. */
  forward(x: Tensor4D, options: ForwardOptions): Tensor2D;
}

/** B0, from table 1 of the paper. */
const B0: EfficientNetShape = {
  stem: 32,
  stages: [
    [1, 3, 1, 1, 16],
    [2, 3, 2, 6, 24],
    [2, 5, 2, 6, 40],
    [3, 3, 2, 6, 80],
    [3, 5, 1, 6, 112],
    [4, 5, 2, 6, 192],
    [1, 3, 1, 6, 320],
  ],
  features: 1280,
};

/**
 * A network for images of about 64 pixels, for tests, demonstrations and machines without a GPU: it keeps an eighth of
 * the size to its end, where B0 goes down to a thirty-second, and has a thirtieth of B0's weights.
 */
export const NANO: EfficientNetShape = {
  stem: 16,
  stages: [[1, 3, 1, 1, 16], [2, 3, 2, 4, 24], [2, 5, 2, 4, 40], [2, 3, 1, 4, 64]],
  features: 256,
};

/**
 * B0 with more channels and blocks, as the paper scales it.
 *
 * @param width Factor on the channels, which are then rounded to multiples of 8.
 * @param depth Factor on the number of blocks, rounded up.
 */
export function scaleB0(width: number, depth: number): EfficientNetShape {
  const scaled = (channels: number) => divisible(channels * width);
  return {
    stem: scaled(B0.stem),
    stages: B0.stages.map((
      [repeats, kernel, stride, expansion, channels],
    ) => [Math.ceil(repeats * depth), kernel, stride, expansion, scaled(channels)]),
    features: scaled(B0.features),
  };
}

/**
 * Makes an EfficientNet without its classifier.
 *
 * @param layers Where its variables go.
 * @param shape What it is built of.
 * @param dropPath Share of images whose branch is dropped in the last block; earlier blocks have less, linearly.
 */
export function efficientNet(
  layers: Layers,
  { stem: first, stages, features }: EfficientNetShape,
  dropPath: number,
): Backbone {
  const total = stages.reduce((sum, [repeats]) => sum + repeats, 0);
  const stem = layers.convNorm(["conv_stem", "bn1"], {
    kernel: 3,
    inputs: 3,
    outputs: first,
    stride: 2,
    activation: "silu",
  });
  let channels = first;
  const blocks: Block[] = [];
  stages.forEach(([repeats, kernel, stride, expansion, outputs], stage) => {
    for (let i = 0; i < repeats; i++) {
      const sizes = { kernel, stride: i === 0 ? stride : 1, expansion, inputs: channels, outputs };
      blocks.push(mbconv(layers, `blocks.${stage}.${i}`, sizes, dropPath * blocks.length / total));
      channels = outputs;
    }
  });
  const last = layers.convNorm(["conv_head", "bn2"], {
    kernel: 1,
    inputs: channels,
    outputs: features,
    activation: "silu",
  });
  return {
    features,
    forward(x, options) {
      let y = stem(x, options);
      blocks.forEach((block, i) => y = block(y, options, options.rng?.fork(i)));
      return tf.reshape(ops.globalAveragePool(last(y, options)), [-1, features]);
    },
  };
}

type Block = (x: Tensor4D, options: ForwardOptions, rng: Rng | undefined) => Tensor4D;

interface BlockSizes {
  readonly kernel: number;
  readonly stride: number;
  readonly expansion: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** A mobile inverted bottleneck with squeeze and excitation. The first stage has no expansion, and its names differ. */
function mbconv(
  layers: Layers,
  name: string,
  { kernel, stride, expansion, inputs, outputs }: BlockSizes,
  dropPath: number,
): Block {
  const expands = expansion > 1;
  const inner = inputs * expansion;
  const squeezed = Math.max(1, Math.round(inputs / 4));
  const filter = (part: string, inputs: number, outputs: number) =>
    layers.filter(`${name}.${part}`, { kernel: 1, inputs, outputs });
  const norm = (part: string, channels: number) => layers.norm(`${name}.${part}`, channels);
  const small = (part: string, inputs: number, outputs: number) => ({
    filter: filter(`se.${part}`, inputs, outputs),
    bias: layers.bias(`${name}.se.${part}`, outputs),
  });
  const expand = expands ? { filter: filter("conv_pw", inputs, inner), norm: norm("bn1", inner) } : undefined;
  const depthwise = {
    filter: layers.depthwiseFilter(`${name}.conv_dw`, { kernel, inputs: inner }),
    norm: norm(expands ? "bn2" : "bn1", inner),
  };
  const variables: ops.MbconvVariables = {
    ...(expand && { expand }),
    depthwise,
    reduce: small("conv_reduce", inner, squeezed),
    restore: small("conv_expand", squeezed, inner),
    project: {
      filter: filter(expands ? "conv_pwl" : "conv_pw", inner, outputs),
      norm: norm(expands ? "bn3" : "bn2", outputs),
    },
  };
  const residual = stride === 1 && inputs === outputs;
  return (x, { training }, rng) => ops.mbconv(x, variables, { stride, residual, dropPath, rng, training });
}

/** The multiple of 8 nearest to a channel count, at least 8 and not below 90 % of it. */
function divisible(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
