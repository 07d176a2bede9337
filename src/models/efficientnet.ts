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

/** How an EfficientNet is scaled from B0. */
export interface EfficientNetScale {
  /** Factor on the channels. */
  readonly width: number;
  /** Factor on the number of blocks. */
  readonly depth: number;
}

/** A backbone: pixels `[B, H, W, 3]` to features `[B, D]`. */
export interface Backbone {
  /** D, the number of features. */
  readonly features: number;
  /** Runs it. */
  forward(x: Tensor4D, options: ForwardOptions): Tensor2D;
}

/** Blocks of a stage: how many, kernel, stride of the first, expansion, channels. Table 1 of the paper. */
const STAGES:
  readonly (readonly [repeats: number, kernel: number, stride: number, expansion: number, channels: number])[] = [
    [1, 3, 1, 1, 16],
    [2, 3, 2, 6, 24],
    [2, 5, 2, 6, 40],
    [3, 3, 2, 6, 80],
    [3, 5, 1, 6, 112],
    [4, 5, 2, 6, 192],
    [
      1,
      3,
      1,
      6,
      320,
    ],
  ];

/**
 * Makes an EfficientNet without its classifier.
 *
 * @param layers Where its variables go.
 * @param scale Width and depth against B0.
 * @param dropPath Share of images whose branch is dropped in the last block; earlier blocks have less, linearly.
 */
export function efficientNet(layers: Layers, { width, depth }: EfficientNetScale, dropPath: number): Backbone {
  const scaled = (channels: number) => divisible(channels * width);
  const stages = STAGES.map(([repeats, ...rest]) => [Math.ceil(repeats * depth), ...rest] as const);
  const total = stages.reduce((sum, [repeats]) => sum + repeats, 0);
  let channels = scaled(32);
  const stem = layers.conv("conv_stem", { kernel: 3, inputs: 3, outputs: channels, stride: 2 });
  const stemNorm = layers.batchNorm("bn1", channels, "silu");
  const blocks: Block[] = [];
  stages.forEach(([repeats, kernel, stride, expansion, outputs], stage) => {
    for (let i = 0; i < repeats; i++) {
      const sizes = { kernel, stride: i === 0 ? stride : 1, expansion, inputs: channels, outputs: scaled(outputs) };
      blocks.push(mbconv(layers, `blocks.${stage}.${i}`, sizes, dropPath * blocks.length / total));
      channels = sizes.outputs;
    }
  });
  const features = scaled(1280);
  const last = layers.conv("conv_head", { kernel: 1, inputs: channels, outputs: features });
  const lastNorm = layers.batchNorm("bn2", features, "silu");
  return {
    features,
    forward(x, options) {
      let y = stemNorm(stem(x), options);
      blocks.forEach((block, i) => y = block(y, options, options.rng?.fork(i)));
      return tf.reshape(ops.globalAveragePool(lastNorm(last(y), options)), [-1, features]);
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
  const expand = expands ? layers.conv(`${name}.conv_pw`, { kernel: 1, inputs, outputs: inner }) : undefined;
  const expandNorm = expands ? layers.batchNorm(`${name}.bn1`, inner, "silu") : undefined;
  const depthwise = layers.depthwise(`${name}.conv_dw`, { kernel, inputs: inner, stride });
  const depthwiseNorm = layers.batchNorm(`${name}.${expands ? "bn2" : "bn1"}`, inner, "silu");
  const reduce = layers.conv(`${name}.se.conv_reduce`, { kernel: 1, inputs: inner, outputs: squeezed, bias: true });
  const restore = layers.conv(`${name}.se.conv_expand`, { kernel: 1, inputs: squeezed, outputs: inner, bias: true });
  const project = layers.conv(`${name}.${expands ? "conv_pwl" : "conv_pw"}`, { kernel: 1, inputs: inner, outputs });
  const projectNorm = layers.batchNorm(`${name}.${expands ? "bn3" : "bn2"}`, outputs, "none");
  return (x, options, rng) => {
    const wide = expand && expandNorm ? expandNorm(expand(x), options) : x;
    const mixed = depthwiseNorm(depthwise(wide), options);
    const gate = tf.sigmoid(restore(ops.activate(reduce(ops.globalAveragePool(mixed)), "silu")));
    const y = projectNorm(project(ops.scaleChannels(mixed, gate)), options);
    if (stride !== 1 || inputs !== outputs) return y;
    return tf.add(options.training ? ops.dropPath(y, dropPath, rng!) : y, x);
  };
}

/** The multiple of 8 nearest to a channel count, at least 8 and not below 90 % of it. */
function divisible(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
