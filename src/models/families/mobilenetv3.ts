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
import { MINUS_ONE_TO_ONE, TIMM_README, timmWeights } from "./weight_sets.ts";

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

/** What timm calls the layers of a block that has no expansion, and of one that has; convolution and norm, or both of SE. */
const PLAIN = { depthwise: ["conv_dw", "bn1"], project: ["conv_pw", "bn2"] } as const;
const EXPANDING = { expand: ["conv_pw", "bn1"], depthwise: ["conv_dw", "bn2"], project: ["conv_pwl", "bn3"] } as const;
const SE = ["se.conv_reduce", "se.conv_expand"] as const;

type Block = (x: Tensor4D, options: ForwardOptions, rng: Rng | undefined) => Tensor4D;

/** An inverted bottleneck: expansion, depthwise convolution, squeeze and excitation, projection. */
function mobileBlock(
  layers: Layers,
  name: string,
  inputs: number,
  [kernel, stride, inner, squeezed, outputs, activation]: MobileBlock,
  dropPath: number,
): Block {
  const names = inner === inputs ? PLAIN : EXPANDING, residual = stride === 1 && inputs === outputs;
  const under = ([conv, norm]: readonly [string, string]) => [`${name}.${conv}`, `${name}.${norm}`] as const;
  const expand = "expand" in names
    ? layers.convNorm(under(names.expand), { kernel: 1, inputs, outputs: inner, activation })
    : undefined;
  const [depthwise, depthwiseNorm] = under(names.depthwise);
  const filter = layers.depthwiseFilter(depthwise, { kernel, inputs: inner });
  const norm = layers.norm(depthwiseNorm, inner), padding = layers.paddingOf(kernel);
  const excite = squeezed > 0 ? squeezeExcite(layers, under(SE), inner, squeezed) : undefined;
  const project = layers.convNorm(under(names.project), {
    kernel: 1,
    inputs: inner,
    outputs,
    activation: "none",
    last: residual,
  });
  return (x, options, rng) => {
    const wide = expand ? expand(x, options) : x;
    const mixed = ops.depthwiseConv2d(wide, filter, { stride, padding });
    const normed = ops.batchNorm(mixed, norm, { ...layers.normOptions(options), activation });
    const y = project(excite ? excite(normed) : normed, options);
    if (!residual) return y;
    return tf.add(options.training && rng ? ops.dropPath(y, dropPath, rng) : y, x);
  };
}

/** Scales channels by what their means say, with ReLU in between and a gate by straight lines. */
function squeezeExcite(
  layers: Layers,
  [reducing, expanding]: readonly [string, string],
  channels: number,
  squeezed: number,
): (x: Tensor4D) => Tensor4D {
  const reduce = layers.conv(reducing, { kernel: 1, inputs: channels, outputs: squeezed, bias: true });
  const expand = layers.conv(expanding, { kernel: 1, inputs: squeezed, outputs: channels, bias: true });
  return (x) => ops.scaleChannels(x, ops.hardSigmoid(expand(tf.relu(reduce(ops.globalAveragePool(x))))));
}

/**
 * Our names of torchvision's tensors. It numbers blocks through all stages, and what is in a block from 0; the convolution
 * after pooling is a linear layer there, `[D, last]`.
 */
export function fromTorchvision({ stem, stages }: MobileNetV3Shape): (name: string) => string | undefined {
  const ours = new Map([["features.0.0", "conv_stem"], ["features.0.1", "bn1"]]);
  let channels = stem, block = 1;
  stages.forEach((stage, s) =>
    stage.forEach(([, , inner, squeezed, outputs], i) => {
      const names = inner === channels ? PLAIN : EXPANDING, root = `blocks.${s}.${i}`;
      const parts = [...("expand" in names ? [names.expand] : []), names.depthwise, ...(squeezed > 0 ? [SE] : [])];
      [...parts, names.project].forEach((part, k) => {
        const [first, second] = part === SE ? ["fc1", "fc2"] : ["0", "1"];
        ours.set(`features.${block}.block.${k}.${first}`, `${root}.${part[0]}`);
        ours.set(`features.${block}.block.${k}.${second}`, `${root}.${part[1]}`);
      });
      channels = outputs;
      block++;
    })
  );
  const last = `blocks.${stages.length}.0`;
  ours.set(`features.${block}.0`, `${last}.conv`).set(`features.${block}.1`, `${last}.bn1`);
  ours.set("classifier.0", "conv_head").set("classifier.3", "classifier");
  return (name) => {
    const dot = name.lastIndexOf("."), layer = ours.get(name.slice(0, dot));
    return layer && layer + name.slice(dot);
  };
}

/** Normal with variance 2 / fan-out, a depthwise convolution's fan-out being its kernel; biases zero; as timm has it. */
const initialiser = { weight: ({ fanOut }: Fan) => normal(Math.sqrt(2 / fanOut)), bias: () => constant(0) };

/** The family's names. */
export type MobileNetV3Name = "mobilenetv3_large_100";

/** The family, by timm's names. */
export const MOBILENETV3S: Readonly<Record<MobileNetV3Name, Architecture>> = {
  mobilenetv3_large_100: {
    about: {
      paper: "https://arxiv.org/abs/1905.02244",
      parameters: 5_483_032,
      gmacs: 0.217,
      size: 224,
      weights: [
        timmWeights("mobilenetv3_large_100.ra4_e3600_r224_in1k", {
          ...MINUS_ONE_TO_ONE,
          size: 256,
          crop: 1,
          top1: 77.16,
          source: TIMM_README,
        }),
        timmWeights("mobilenetv3_large_100.ra_in1k", { size: 224, crop: 0.875, top1: 75.766 }),
      ],
    },
    head: "classifier",
    dropPath: 0,
    initialiser,
    depthwise: (kernel) => normal(Math.sqrt(2) / kernel),
    build: (layers, { dropPath }) => mobileNetV3(layers, LARGE, dropPath),
    fromTorchvision: fromTorchvision(LARGE),
  },
};
