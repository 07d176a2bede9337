/**
 * RegNetY, number for number timm's `regnety_008`. Radosavovic et al., 2020, https://arxiv.org/abs/2003.13678
 *
 * torchvision's `regnet_y_800mf` is built alike but wider, so that its published weights do not fit: 136 and 776 channels lie
 * halfway between whole groups, and it rounds them up, where timm and the paper's authors round them down.
 *
 * @module
 */
import type { Rng } from "../../core/rng.ts";
import * as ops from "../../tensor/ops.ts";
import * as tf from "../../tensor/tf.ts";
import type { Tensor4D } from "../../tensor/types.ts";
import type { Architecture, Backbone } from "../backbone.ts";
import { kaimingNormal, normal } from "../initialisers.ts";
import type { Layers } from "../layers.ts";
import type { ForwardOptions } from "../model.ts";
import { timmWeights } from "./weight_sets.ts";

/** Blocks that follow one another, of which the first halves the size: how many, channels, groups that do not mix. */
export type RegNetStage = readonly [repeats: number, channels: number, groups: number];

/** What a RegNetY is built of. */
export interface RegNetShape {
  /** Channels of the first convolution, which halves the size. */
  readonly stem: number;
  /** The blocks. */
  readonly stages: readonly RegNetStage[];
}

/** 800 million multiplications: in the paper's terms d = 14, w0 = 56, wa = 38.84, wm = 2.4, and groups of 16 channels. */
const Y008: RegNetShape = { stem: 32, stages: [[1, 64, 4], [3, 128, 8], [8, 320, 20], [2, 768, 48]] };

/**
 * Makes a RegNetY without its classifier.
 *
 * @param layers Where its variables go.
 * @param shape What it is built of.
 * @param dropPath Share of images whose branch is dropped in the last block; earlier blocks have less, linearly from 0.
 */
export function regNet(layers: Layers, { stem: first, stages }: RegNetShape, dropPath: number): Backbone {
  const total = stages.reduce((sum, [repeats]) => sum + repeats, 0);
  const stem = convNorm(layers, "stem", { kernel: 3, inputs: 3, outputs: first, stride: 2, activation: "relu" });
  let inputs = first;
  const blocks: Block[] = [];
  stages.forEach(([repeats, outputs, groups], stage) => {
    for (let i = 0; i < repeats; i++) {
      layers.deeper();
      const rate = dropPath * blocks.length / Math.max(1, total - 1);
      const sizes = { inputs, outputs, groups, stride: i === 0 ? 2 : 1 };
      blocks.push(block(layers, `s${stage + 1}.b${i + 1}`, sizes, rate));
      inputs = outputs;
    }
  });
  const features = inputs;
  return {
    features,
    maps(x, options) {
      let y = stem(x, options);
      blocks.forEach((block, i) => y = block(y, options, options.rng?.fork(i)));
      return y;
    },
    pool: (maps) => tf.reshape(ops.globalAveragePool(maps), [-1, features]),
  };
}

type Block = (x: Tensor4D, options: ForwardOptions, rng: Rng | undefined) => Tensor4D;

interface BlockSizes {
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  readonly stride: number;
}

/** A bottleneck that does not narrow, with squeeze and excitation after its 3 x 3 convolution; the shortcut; a ReLU. */
function block(
  layers: Layers,
  name: string,
  { inputs, outputs, groups, stride }: BlockSizes,
  dropPath: number,
): Block {
  const part = (part: string, options: ConvNormOptions) => convNorm(layers, `${name}.${part}`, options);
  const enter = part("conv1", { kernel: 1, inputs, outputs, activation: "relu" });
  const mix = part("conv2", { kernel: 3, inputs: outputs, outputs, groups, stride, activation: "relu" });
  // Squeezed channels are a quarter of those that come into the block, not of those within.
  const excite = squeezeExcite(layers, `${name}.se`, outputs, Math.round(inputs / 4));
  const leave = part("conv3", { kernel: 1, inputs: outputs, outputs, activation: "none", last: true });
  const shortcut = inputs !== outputs || stride !== 1
    ? part("downsample", { kernel: 1, inputs, outputs, stride, activation: "none" })
    : undefined;
  return (x, options, rng) => {
    const y = leave(excite(mix(enter(x, options), options)), options);
    const kept = options.training && rng ? ops.dropPath(y, dropPath, rng) : y;
    return tf.relu(tf.add(kept, shortcut ? shortcut(x, options) : x));
  };
}

/** Scales channels by what their means say. Hu et al., 2018, https://arxiv.org/abs/1709.01507 */
function squeezeExcite(layers: Layers, name: string, channels: number, squeezed: number): (x: Tensor4D) => Tensor4D {
  const reduce = layers.conv(`${name}.fc1`, { kernel: 1, inputs: channels, outputs: squeezed, bias: true });
  const restore = layers.conv(`${name}.fc2`, { kernel: 1, inputs: squeezed, outputs: channels, bias: true });
  return (x) => ops.scaleChannels(x, tf.sigmoid(restore(tf.relu(reduce(ops.globalAveragePool(x))))));
}

type ConvNormOptions = Parameters<Layers["convNorm"]>[1];

function convNorm(layers: Layers, name: string, options: ConvNormOptions) {
  return layers.convNorm([`${name}.conv`, `${name}.bn`], options);
}

/** What a block of torchvision's has besides squeeze and excitation, and our name of it. */
const TORCHVISION_PARTS: Readonly<Record<string, string>> = {
  "f.a": "conv1",
  "f.b": "conv2",
  "f.c": "conv3",
  proj: "downsample",
};

/** Our name of torchvision's tensor, or undefined. */
export function fromTorchvision(name: string): string | undefined {
  const kind = (number: string) => number === "0" ? "conv" : "bn";
  const [, linear] = /^fc\.(\w+)$/.exec(name) ?? [];
  if (linear) return `head.fc.${linear}`;
  const [, first, stem] = /^stem\.([01])\.(\w+)$/.exec(name) ?? [];
  if (first && stem) return `stem.${kind(first)}.${stem}`;
  const [, stage, block, rest] = /^trunk_output\.block(\d+)\.block\1-(\d+)\.(.+)$/.exec(name) ?? [];
  if (!stage || !rest) return undefined;
  const prefix = `s${stage}.b${Number(block) + 1}`;
  const [, gate] = /^f\.(se\.fc[12]\.\w+)$/.exec(rest) ?? [];
  if (gate) return `${prefix}.${gate}`;
  const [, part, number, leaf] = /^(f\.[abc]|proj)\.([01])\.(\w+)$/.exec(rest) ?? [];
  return part && number ? `${prefix}.${TORCHVISION_PARTS[part]}.${kind(number)}.${leaf}` : undefined;
}

/** The family's names. */
export type RegNetName = "regnety_008";

/** The family, by timm's names. */
export const REGNETS: Readonly<Record<RegNetName, Architecture>> = {
  regnety_008: {
    about: {
      paper: "https://arxiv.org/abs/2003.13678",
      parameters: 6_263_168,
      gmacs: 0.797,
      size: 224,
      weights: [timmWeights("regnety_008.pycls_in1k", { size: 224, crop: 0.875, top1: 76.302, licence: "mit" })],
    },
    head: "head.fc",
    dropPath: 0,
    // As torchvision has it: timm counts the fan-out of a 3 x 3 convolution over one group, not over all.
    initialiser: kaimingNormal({ mode: "fanOut" }),
    linear: () => normal(0.01),
    build: (layers, { dropPath }) => regNet(layers, Y008, dropPath),
    fromTorchvision,
  },
};
