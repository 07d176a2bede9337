/**
 * ConvNeXt, number for number timm's and torchvision's `convnext_tiny`. Liu et al., 2022, https://arxiv.org/abs/2201.03545
 *
 * @module
 */
import type { Rng } from "../../core/rng.ts";
import * as ops from "../../tensor/ops.ts";
import * as tf from "../../tensor/tf.ts";
import type { Tensor2D, Tensor4D } from "../../tensor/types.ts";
import type { Architecture, Backbone } from "../backbone.ts";
import { constant, normal } from "../initialisers.ts";
import type { Layers } from "../layers.ts";
import type { ForwardOptions } from "../model.ts";
import { timmWeights } from "./weight_sets.ts";

/** A stage: how many blocks, and their channels. All but the first stage begin by halving the size. */
export type ConvNeXtStage = readonly [blocks: number, channels: number];

/** ConvNeXt-T, from section 3 of the paper. */
const TINY: readonly ConvNeXtStage[] = [[3, 96], [3, 192], [9, 384], [3, 768]];

/** Added to variances in layer norms. */
const EPSILON = 1e-6;

/** Where the scale of a block's branch starts. */
const LAYER_SCALE = 1e-6;

/**
 * Makes a ConvNeXt without its classifier. Its last norm comes after pooling.
 *
 * @param layers Where its variables go.
 * @param stages What it is built of.
 * @param dropPath Share of images whose branch is dropped in the last block; earlier blocks have less, linearly from none.
 */
export function convNeXt(layers: Layers, stages: readonly ConvNeXtStage[], dropPath: number): Backbone {
  const last = stages.reduce((sum, [count]) => sum + count, 0) - 1;
  let channels = stages[0]![1];
  const patches = layers.conv("stem.0", { kernel: 4, inputs: 3, outputs: channels, stride: 4, padding: 0, bias: true });
  const norm = layers.layerNorm("stem.1", channels, EPSILON);
  const steps: Step[] = [];
  let count = 0;
  stages.forEach(([blocks, outputs], s) => {
    for (let i = 0; i < blocks; i++) {
      layers.deeper();
      if (s > 0 && i === 0) steps.push(downsample(layers, `stages.${s}.downsample`, channels, outputs));
      channels = outputs;
      steps.push(block(layers, `stages.${s}.blocks.${i}`, channels, dropPath * count++ / Math.max(1, last)));
    }
  });
  const headNorm = layers.layerNorm("head.norm", channels, EPSILON);
  const features = channels;
  return {
    features,
    maps(x, options) {
      let y = norm(patches(x));
      steps.forEach((step, i) => y = step(y, options, options.rng?.fork(i)));
      return y;
    },
    pool: (maps) => headNorm(tf.reshape(ops.globalAveragePool(maps), [-1, features]) as Tensor2D),
  };
}

type Step = (x: Tensor4D, options: ForwardOptions, rng: Rng | undefined) => Tensor4D;

/** A norm and a convolution of 2 x 2 pixels that do not overlap. */
function downsample(layers: Layers, name: string, inputs: number, outputs: number): Step {
  const norm = layers.layerNorm(`${name}.0`, inputs, EPSILON);
  const conv = layers.conv(`${name}.1`, { kernel: 2, inputs, outputs, stride: 2, padding: 0, bias: true });
  return (x) => conv(norm(x));
}

/** A 7 x 7 depthwise convolution, a norm, and two linear layers with GELU between them, scaled by channel. */
function block(layers: Layers, name: string, channels: number, dropPath: number): Step {
  const gamma = layers.scale(`${name}.gamma`, channels, LAYER_SCALE);
  const depthwise = layers.depthwise(`${name}.conv_dw`, { kernel: 7, inputs: channels });
  const norm = layers.layerNorm(`${name}.norm`, channels, EPSILON);
  const widen = layers.linear(`${name}.mlp.fc1`, channels, 4 * channels);
  const narrow = layers.linear(`${name}.mlp.fc2`, 4 * channels, channels);
  return (x, options, rng) => {
    const pixels = tf.reshape(norm(depthwise(x)), [-1, channels]) as Tensor2D;
    const scaled = tf.mul(narrow(ops.activate(widen(pixels), "gelu")), gamma);
    const y = tf.reshape(scaled, x.shape) as Tensor4D;
    return tf.add(options.training && rng ? ops.dropPath(y, dropPath, rng) : y, x);
  };
}

/** Our names of torchvision's tensors. It has `layer_scale` as `[D, 1, 1]` where ours, and timm's, has `gamma` as `[D]`. */
export function fromTorchvision(stages: readonly ConvNeXtStage[]): (name: string) => string | undefined {
  const ours = new Map([["features.0.0", "stem.0"], ["features.0.1", "stem.1"]]);
  stages.forEach(([blocks], s) => {
    for (const k of s === 0 ? [] : [0, 1]) ours.set(`features.${2 * s}.${k}`, `stages.${s}.downsample.${k}`);
    for (let i = 0; i < blocks; i++) {
      const theirs = `features.${2 * s + 1}.${i}`, name = `stages.${s}.blocks.${i}`;
      ours.set(theirs, name).set(`${theirs}.block.0`, `${name}.conv_dw`).set(`${theirs}.block.2`, `${name}.norm`);
      ours.set(`${theirs}.block.3`, `${name}.mlp.fc1`).set(`${theirs}.block.5`, `${name}.mlp.fc2`);
    }
  });
  ours.set("classifier.0", "head.norm").set("classifier.2", "head.fc");
  return (name) => {
    const dot = name.lastIndexOf("."), layer = ours.get(name.slice(0, dot)), leaf = name.slice(dot + 1);
    return layer && `${layer}.${leaf === "layer_scale" ? "gamma" : leaf}`;
  };
}

/** Normal with deviation 0.02; biases zero. timm says truncated, but at 2, which is a hundred deviations away. */
const start = () => normal(0.02);

/** The family's names. */
export type ConvNeXtName = "convnext_tiny";

/** The family, by timm's names. */
export const CONVNEXTS: Readonly<Record<ConvNeXtName, Architecture>> = {
  convnext_tiny: {
    about: {
      paper: "https://arxiv.org/abs/2201.03545",
      parameters: 28_589_128,
      gmacs: 4.456,
      size: 224,
      weights: [timmWeights("convnext_tiny.in12k_ft_in1k", { size: 288, crop: 1, top1: 84.45 })],
    },
    head: "head.fc",
    dropPath: 0,
    initialiser: { weight: start, bias: () => constant(0) },
    linear: start,
    build: (layers, { dropPath }) => convNeXt(layers, TINY, dropPath),
    fromTorchvision: fromTorchvision(TINY),
  },
};
