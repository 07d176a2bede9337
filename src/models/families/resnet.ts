/**
 * ResNet and ResNeXt, number for number timm's and torchvision's, whose names are the same. He et al., 2015,
 * https://arxiv.org/abs/1512.03385; Xie et al., 2017, https://arxiv.org/abs/1611.05431
 *
 * As in both, a bottleneck halves the size in its 3 x 3 convolution, where the paper has it in the 1 x 1 before.
 *
 * @module
 */
import type { Rng } from "../../core/rng.ts";
import * as ops from "../../tensor/ops.ts";
import * as tf from "../../tensor/tf.ts";
import type { Tensor4D } from "../../tensor/types.ts";
import type { Architecture, Backbone, WeightSet } from "../backbone.ts";
import { type Fan, type Initialiser, kaimingNormal, pytorchInit } from "../initialisers.ts";
import type { Layers } from "../layers.ts";
import type { ForwardOptions } from "../model.ts";
import { timmWeights } from "./weight_sets.ts";

/** Blocks that follow one another: how many, channels of their 3 x 3 convolutions, channels out. */
export type ResNetStage = readonly [repeats: number, inner: number, outputs: number];

/** What a ResNet is built of. */
export interface ResNetShape {
  /** Channels of the first convolution; it and the pooling after it each halve the size. */
  readonly stem: number;
  /** The blocks; each stage but the first halves the size. */
  readonly stages: readonly ResNetStage[];
  /**
   * Whether a block is one 3 x 3 convolution between two of 1 x 1, not two of 3 x 3, of which the first may have other
   * channels than come out.
   */
  readonly bottleneck: boolean;
  /** Groups of channels that the bottleneck's 3 x 3 convolution does not mix; 1 unless given. */
  readonly groups?: number;
}

/** Two convolutions of 3 x 3 in each block: table 1 of the paper, 18 and 34 layers. */
function basic(repeats: readonly number[]): ResNetShape {
  return { stem: 64, stages: repeats.map((n, i) => [n, 64 << i, 64 << i]), bottleneck: false };
}

/**
 * Bottlenecks: table 1 of the paper, 50 and more layers; and of the paper on ResNeXt.
 *
 * @param width Channels of the first stage's 3 x 3 convolutions, over all groups.
 */
function bottlenecks(repeats: readonly number[], width = 64, groups = 1): ResNetShape {
  return { stem: 64, stages: repeats.map((n, i) => [n, width << i, 256 << i]), bottleneck: true, groups };
}

/**
 * Makes a ResNet without its classifier.
 *
 * @param layers Where its variables go.
 * @param shape What it is built of.
 * @param dropPath Share of images whose branch is dropped in the last block; earlier blocks have less, linearly from 0.
 */
export function resNet(
  layers: Layers,
  { stem: first, stages, bottleneck, groups = 1 }: ResNetShape,
  dropPath: number,
): Backbone {
  const total = stages.reduce((sum, [repeats]) => sum + repeats, 0);
  const stem = layers.convNorm(["conv1", "bn1"], {
    kernel: 7,
    inputs: 3,
    outputs: first,
    stride: 2,
    activation: "relu",
  });
  let inputs = first;
  const blocks: Block[] = [];
  stages.forEach(([repeats, inner, outputs], stage) => {
    for (let i = 0; i < repeats; i++) {
      layers.deeper();
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const sizes = { inputs, inner, outputs, stride, groups, bottleneck };
      const rate = dropPath * blocks.length / Math.max(1, total - 1);
      blocks.push(block(layers, `layer${stage + 1}.${i}`, sizes, rate));
      inputs = outputs;
    }
  });
  const features = inputs;
  return {
    features,
    maps(x, options) {
      let y = ops.maxPool(stem(x, options), { size: 3, stride: 2, padding: 1 });
      blocks.forEach((block, i) => y = block(y, options, options.rng?.fork(i)));
      return y;
    },
    pool: (maps) => tf.reshape(ops.globalAveragePool(maps), [-1, features]),
  };
}

type Block = (x: Tensor4D, options: ForwardOptions, rng: Rng | undefined) => Tensor4D;
type Step = (x: Tensor4D, options: ForwardOptions) => Tensor4D;

interface BlockSizes {
  readonly inputs: number;
  readonly inner: number;
  readonly outputs: number;
  readonly stride: number;
  readonly groups: number;
  readonly bottleneck: boolean;
}

/** A branch of convolutions, the shortcut past it, and a ReLU of their sum. */
function block(layers: Layers, name: string, sizes: BlockSizes, dropPath: number): Block {
  const { inputs, outputs, stride } = sizes;
  const branch = sizes.bottleneck ? bottleneckBranch(layers, name, sizes) : basicBranch(layers, name, sizes);
  const shortcut = stride !== 1 || inputs !== outputs
    ? layers.convNorm([`${name}.downsample.0`, `${name}.downsample.1`], {
      kernel: 1,
      inputs,
      outputs,
      stride,
      activation: "none",
    })
    : undefined;
  return (x, options, rng) => {
    const y = branch.reduce((y, step) => step(y, options), x);
    const kept = options.training && rng ? ops.dropPath(y, dropPath, rng) : y;
    return tf.relu(tf.add(kept, shortcut ? shortcut(x, options) : x));
  };
}

function basicBranch(layers: Layers, name: string, { inputs, inner, outputs, stride }: BlockSizes): Step[] {
  return [
    convNorm(layers, name, 1, { kernel: 3, inputs, outputs: inner, stride, activation: "relu" }),
    convNorm(layers, name, 2, { kernel: 3, inputs: inner, outputs, activation: "none", last: true }),
  ];
}

function bottleneckBranch(
  layers: Layers,
  name: string,
  { inputs, inner, outputs, stride, groups }: BlockSizes,
): Step[] {
  return [
    convNorm(layers, name, 1, { kernel: 1, inputs, outputs: inner, activation: "relu" }),
    convNorm(layers, name, 2, { kernel: 3, inputs: inner, outputs: inner, stride, groups, activation: "relu" }),
    convNorm(layers, name, 3, { kernel: 1, inputs: inner, outputs, activation: "none", last: true }),
  ];
}

function convNorm(layers: Layers, name: string, number: number, options: Parameters<Layers["convNorm"]>[1]): Step {
  return layers.convNorm([`${name}.conv${number}`, `${name}.bn${number}`], options);
}

/** Convolutions normal with variance 2 / fan-out; the classifier as PyTorch's, its bias too: no other layer has one. */
const initialiser: Initialiser = {
  weight: kaimingNormal({ mode: "fanOut" }).weight,
  bias: (fan: Fan) => pytorchInit().bias(fan),
};

function network(
  shape: ResNetShape,
  paper: string,
  parameters: number,
  gmacs: number,
  weights: readonly WeightSet[],
): Architecture {
  return {
    about: { paper, parameters, gmacs, size: 224, weights },
    head: "fc",
    dropPath: 0,
    initialiser,
    build: (layers, { dropPath }) => resNet(layers, shape, dropPath),
  };
}

/** The family's names. */
export type ResNetName = "resnet18" | "resnet34" | "resnet50" | "resnet152" | "resnext50_32x4d";

const RESNET = "https://arxiv.org/abs/1512.03385", RESNEXT = "https://arxiv.org/abs/1611.05431";
// How sets were evaluated: by timm's own recipes, by torchvision's first and second, and by Facebook's of many hashtags.
const timm = { size: 288, crop: 1 } as const;
const first = { size: 224, crop: 0.875, interpolation: "bilinear", licence: "bsd-3-clause" } as const;
const second = { ...first, crop: 0.965 } as const;
const hashtags = { ...first, licence: "cc-by-nc-4.0" } as const;

/** The family, by timm's names. Tensors are named as in torchvision's files. */
export const RESNETS: Readonly<Record<ResNetName, Architecture>> = {
  resnet18: network(basic([2, 2, 2, 2]), RESNET, 11_689_512, 1.814, [
    timmWeights("resnet18.a1_in1k", { ...timm, top1: 73.158 }),
    timmWeights("resnet18.fb_swsl_ig1b_ft_in1k", { ...hashtags, top1: 73.282 }),
    timmWeights("resnet18.tv_in1k", { ...first, top1: 69.76 }),
  ]),
  resnet34: network(basic([3, 4, 6, 3]), RESNET, 21_797_672, 3.664, [
    timmWeights("resnet34.a1_in1k", { ...timm, top1: 77.918 }),
    timmWeights("resnet34.a2_in1k", { ...timm, top1: 77.158 }),
    timmWeights("resnet34.bt_in1k", { ...timm, crop: 0.95, top1: 76.48 }),
  ]),
  resnet50: network(bottlenecks([3, 4, 6, 3]), RESNET, 25_557_032, 4.089, [
    timmWeights("resnet50.a1_in1k", { ...timm, top1: 81.214 }),
    timmWeights("resnet50.fb_swsl_ig1b_ft_in1k", { ...hashtags, top1: 81.182 }),
    timmWeights("resnet50.tv2_in1k", { ...second, top1: 80.85 }),
  ]),
  resnet152: network(bottlenecks([3, 8, 36, 3]), RESNET, 60_192_808, 11.514, [
    timmWeights("resnet152.a1h_in1k", { ...timm, top1: 83.45 }),
    timmWeights("resnet152.a1_in1k", { ...timm, top1: 82.732 }),
    timmWeights("resnet152.tv2_in1k", { ...second, top1: 82.288 }),
  ]),
  resnext50_32x4d: network(bottlenecks([3, 4, 6, 3], 128, 32), RESNEXT, 25_028_904, 4.23, [
    timmWeights("resnext50_32x4d.a1h_in1k", { ...timm, top1: 82.014 }),
    timmWeights("resnext50_32x4d.fb_swsl_ig1b_ft_in1k", { ...hashtags, top1: 82.174 }),
    timmWeights("resnext50_32x4d.tv2_in1k", { ...second, top1: 81.182 }),
  ]),
};
