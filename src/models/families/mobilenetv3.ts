/**
 * MobileNetV3, number for number timm's `mobilenetv3_large_100`. Howard et al., 2019, https://arxiv.org/abs/1905.02244
 *
 * torchvision's `mobilenet_v3_large` has the same tensors under other names, but its batch norms add 1e-3 to variances and
 * blend in 1 % of a batch's statistics, where timm's, and so ours, add 1e-5 and blend in 10 %. Its published weights load
 * here by name, yet give other logits than they do there.
 *
 * @module
 */
import type { Rng } from "../../core/rng.ts";
import * as ops from "../../tensor/ops.ts";
import * as tf from "../../tensor/tf.ts";
import type { Tensor4D } from "../../tensor/types.ts";
import type { Architecture, Backbone } from "../backbone.ts";
import { constant, type Fan, normal } from "../initialisers.ts";
import type { Layers } from "../layers.ts";
import type { ForwardOptions } from "../model.ts";

/** A block: its depthwise kernel and stride, and channels within it, squeezed (0: no squeeze and excitation) and out. */
export type MobileBlock = readonly [
  kernel: number,
  stride: number,
  inner: number,
  squeezed: number,
  outputs: number,
  activation: "relu" | "hardSwish",
];

/** What a MobileNetV3 is built of. */
export interface MobileNetV3Shape {
  /** Channels of the first convolution, which halves the size. */
  readonly stem: number;
  /** The blocks between the first and the last convolution, by timm's stages; one as wide within as before has no expansion. */
  readonly stages: readonly (readonly MobileBlock[])[];
  /** Channels of the last convolution before pooling. */
  readonly last: number;
  /** D, the channels of the convolution after pooling. */
  readonly features: number;
}

/** MobileNetV3-Large, from table 1 of the paper; squeezed channels are multiples of 8 around a quarter of those within. */
const LARGE: MobileNetV3Shape = {
  stem: 16,
  stages: [
    [[3, 1, 16, 0, 16, "relu"]],
    [[3, 2, 64, 0, 24, "relu"], [3, 1, 72, 0, 24, "relu"]],
    [[5, 2, 72, 24, 40, "relu"], [5, 1, 120, 32, 40, "relu"], [5, 1, 120, 32, 40, "relu"]],
    [
      [3, 2, 240, 0, 80, "hardSwish"],
      [3, 1, 200, 0, 80, "hardSwish"],
      [3, 1, 184, 0, 80, "hardSwish"],
      [3, 1, 184, 0, 80, "hardSwish"],
    ],
    [[3, 1, 480, 120, 112, "hardSwish"], [3, 1, 672, 168, 112, "hardSwish"]],
    [[5, 2, 672, 168, 160, "hardSwish"], [5, 1, 960, 240, 160, "hardSwish"], [5, 1, 960, 240, 160, "hardSwish"]],
  ],
  last: 960,
  features: 1280,
};

/**
 * Makes a MobileNetV3 without its classifier. The convolution that follows pooling has a bias and no norm.
 *
 * @param layers Where its variables go.
 * @param shape What it is built of.
 * @param dropPath Share of images whose branch is dropped, towards the last block; earlier blocks have less, linearly.
 */
export function mobileNetV3(
  layers: Layers,
  { stem: first, stages, last: wide, features }: MobileNetV3Shape,
  dropPath: number,
): Backbone {
  const total = stages.flat().length + 1; // timm counts the last convolution as a block
  const stem = layers.convNorm(["conv_stem", "bn1"], {
    kernel: 3,
    inputs: 3,
    outputs: first,
    stride: 2,
    activation: "hardSwish",
  });
  let channels = first;
  const blocks: Block[] = [];
  stages.forEach((stage, s) =>
    stage.forEach((sizes, i) => {
      layers.deeper();
      blocks.push(mobileBlock(layers, `blocks.${s}.${i}`, channels, sizes, dropPath * blocks.length / total));
      channels = sizes[4];
    })
  );
  layers.deeper();
  const name = `blocks.${stages.length}.0`;
  const last = layers.convNorm([`${name}.conv`, `${name}.bn1`], {
    kernel: 1,
    inputs: channels,
    outputs: wide,
    activation: "hardSwish",
  });
  layers.deeper();
  const head = layers.conv("conv_head", { kernel: 1, inputs: wide, outputs: features, bias: true });
  return {
    features,
    maps(x, options) {
      let y = stem(x, options);
      blocks.forEach((block, i) => y = block(y, options, options.rng?.fork(i)));
      return last(y, options);
    },
    pool: (maps) => tf.reshape(ops.activate(head(ops.globalAveragePool(maps)), "hardSwish"), [-1, features]),
  };
}

type Block = (x: Tensor4D, options: ForwardOptions, rng: Rng | undefined) => Tensor4D;

/** An inverted bottleneck. Without an expansion its names differ, as in timm. */
function mobileBlock(
  layers: Layers,
  name: string,
  inputs: number,
  [kernel, stride, inner, squeezed, outputs, activation]: MobileBlock,
  dropPath: number,
): Block {
  const expands = inner !== inputs, residual = stride === 1 && inputs === outputs;
  const expand = expands
    ? layers.convNorm([`${name}.conv_pw`, `${name}.bn1`], { kernel: 1, inputs, outputs: inner, activation })
    : undefined;
  const filter = layers.depthwiseFilter(`${name}.conv_dw`, { kernel, inputs: inner });
  const norm = layers.norm(`${name}.${expands ? "bn2" : "bn1"}`, inner);
  const padding = layers.paddingOf(kernel);
  const excite = squeezed > 0 ? squeezeExcite(layers, `${name}.se`, inner, squeezed) : undefined;
  const project = layers.convNorm(
    expands ? [`${name}.conv_pwl`, `${name}.bn3`] : [`${name}.conv_pw`, `${name}.bn2`],
    { kernel: 1, inputs: inner, outputs, activation: "none", last: residual },
  );
  return (x, options, rng) => {
    const wide = expand ? expand(x, options) : x;
    const mixed = ops.batchNorm(ops.depthwiseConv2d(wide, filter, { stride, padding }), norm, {
      ...layers.normOptions(options),
      activation,
    });
    const y = project(excite ? excite(mixed) : mixed, options);
    if (!residual) return y;
    return tf.add(options.training && rng ? ops.dropPath(y, dropPath, rng) : y, x);
  };
}

/** Scales channels by what their means say: ReLU in between, and a gate by straight lines. */
function squeezeExcite(layers: Layers, name: string, channels: number, squeezed: number): (x: Tensor4D) => Tensor4D {
  const reduce = layers.conv(`${name}.conv_reduce`, { kernel: 1, inputs: channels, outputs: squeezed, bias: true });
  const expand = layers.conv(`${name}.conv_expand`, { kernel: 1, inputs: squeezed, outputs: channels, bias: true });
  return (x) => ops.scaleChannels(x, ops.hardSigmoid(expand(tf.relu(reduce(ops.globalAveragePool(x))))));
}

/**
 * Our names of torchvision's tensors. It numbers blocks through all stages, and what a block has from 0; the convolution
 * after pooling is a linear layer, `[D, last]`.
 */
export function fromTorchvision({ stages }: MobileNetV3Shape): (name: string) => string | undefined {
  const blocks = stages.flatMap((stage, s) => stage.map((_, i) => `blocks.${s}.${i}`));
  const widths = stages.flat();
  return (name) => {
    const [root, first, ...rest] = name.split(".");
    const leaf = rest.at(-1);
    if (root === "classifier") {
      return first === "0" ? `conv_head.${leaf}` : first === "3" ? `classifier.${leaf}` : undefined;
    }
    if (root !== "features") return undefined;
    const block = Number(first) - 1, isNorm = rest[0] === "1";
    if (block < 0) return `${isNorm ? "bn1" : "conv_stem"}.${leaf}`;
    if (block === blocks.length) return `blocks.${stages.length}.0.${isNorm ? "bn1" : "conv"}.${leaf}`;
    if (!(block < blocks.length)) return undefined;
    const [, part, inner] = rest;
    const [, , width, squeezed] = widths[block]!;
    const before = block === 0 ? undefined : widths[block - 1]![4];
    void width;
    void squeezed;
    void before;
    void part;
    void inner;
    return undefined;
  };
}
