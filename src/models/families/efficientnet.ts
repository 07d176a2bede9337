/**
 * EfficientNet, number for number timm's `efficientnet_b0` to `b4` and, with TensorFlow's padding, `tf_efficientnet_b0` to
 * `b4`. Tan and Le, 2019, https://arxiv.org/abs/1905.11946
 *
 * @module
 */
import type { Rng } from "../../core/rng.ts";
import * as ops from "../../tensor/ops.ts";
import * as tf from "../../tensor/tf.ts";
import type { Tensor4D } from "../../tensor/types.ts";
import type { Architecture, Backbone, Description } from "../backbone.ts";
import { constant, type Fan, normal } from "../initialisers.ts";
import type { Layers } from "../layers.ts";
import type { ForwardOptions } from "../model.ts";
import { ABOUT_NANO, aboutEfficientNet } from "./efficientnet_about.ts";

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
      layers.deeper();
      const sizes = { kernel, stride: i === 0 ? stride : 1, expansion, inputs: channels, outputs };
      blocks.push(mbconv(layers, `blocks.${stage}.${i}`, sizes, dropPath * blocks.length / total));
      channels = outputs;
    }
  });
  layers.deeper();
  const last = layers.convNorm(["conv_head", "bn2"], {
    kernel: 1,
    inputs: channels,
    outputs: features,
    activation: "silu",
  });
  return {
    features,
    maps(x, options) {
      let y = stem(x, options);
      blocks.forEach((block, i) => y = block(y, options, options.rng?.fork(i)));
      return last(y, options);
    },
    pool: (maps) => tf.reshape(ops.globalAveragePool(maps), [-1, features]),
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
  const residual = stride === 1 && inputs === outputs;
  const filter = (part: string, inputs: number, outputs: number) =>
    layers.filter(`${name}.${part}`, { kernel: 1, inputs, outputs });
  const norm = (part: string, channels: number, last = false) => layers.norm(`${name}.${part}`, channels, { last });
  const small = (part: string, inputs: number, outputs: number) => ({
    filter: filter(`se.${part}`, inputs, outputs),
    bias: layers.bias(`${name}.se.${part}`, outputs, { fanIn: inputs, fanOut: outputs }),
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
      norm: norm(expands ? "bn3" : "bn2", outputs, residual),
    },
  };
  const fixed = { stride, residual, dropPath, padding: layers.paddingOf(kernel) };
  return (x, options, rng) =>
    ops.mbconv(x, variables, { ...fixed, rng: options.training ? rng : undefined, ...layers.normOptions(options) });
}

/** The multiple of 8 nearest to a channel count, at least 8 and not below 90 % of it. */
function divisible(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/** What goes on in a block, by torchvision's number of it: of the first stage, which has no expansion, and of the others. */
const TORCHVISION_PARTS: readonly (readonly string[])[] = [
  ["conv_dw|bn1", "se", "conv_pw|bn2"],
  ["conv_pw|bn1", "conv_dw|bn2", "se", "conv_pwl|bn3"],
];

/** Our names of torchvision's tensors for a network of so many stages. */
export function fromTorchvision(stages: number): (name: string) => string | undefined {
  return (name) => {
    const [root, first, ...rest] = name.split(".");
    const leaf = rest.at(-1);
    if (root === "classifier" && first === "1") return `classifier.${leaf}`;
    if (root !== "features") return undefined;
    const stage = Number(first) - 1;
    if (stage < 0) return `${rest[0] === "0" ? "conv_stem" : "bn1"}.${leaf}`;
    if (stage === stages) return `${rest[0] === "0" ? "conv_head" : "bn2"}.${leaf}`;
    const [block, , part, inner] = rest;
    const found = TORCHVISION_PARTS[stage === 0 ? 0 : 1]![Number(part)];
    if (found === undefined || stage > stages) return undefined;
    const [conv, norm] = found.split("|");
    const layer = found === "se"
      ? `se.${inner === "fc1" ? "conv_reduce" : "conv_expand"}`
      : inner === "0"
      ? conv
      : norm;
    return `blocks.${stage}.${block}.${layer}.${leaf}`;
  };
}

/** Normal with variance 2 / fan-out, a depthwise convolution's fan-out being its kernel; biases zero; as timm has it. */
const initialiser = { weight: ({ fanOut }: Fan) => normal(Math.sqrt(2 / fanOut)), bias: () => constant(0) };
const depthwise = (kernel: number) => normal(Math.sqrt(2) / kernel);

function network(shape: EfficientNetShape, about: Description, tensorflow = false): Architecture {
  return {
    about,
    head: "classifier",
    dropPath: 0.2,
    initialiser,
    depthwise,
    build: (layers, { dropPath }) => efficientNet(layers, shape, dropPath),
    ...(tensorflow ? { epsilon: 1e-3, same: true } : { fromTorchvision: fromTorchvision(shape.stages.length) }),
  };
}

/** The family's names. */
export type EfficientNetName =
  | "efficientnet_nano"
  | `${"" | "tf_"}efficientnet_${"b0" | "b1" | "b2" | "b3" | "b4"}`;

const B1 = scaleB0(1, 1.1), B2 = scaleB0(1.1, 1.2), B3 = scaleB0(1.2, 1.4), B4 = scaleB0(1.4, 1.8);

/** The family, by timm's names; `efficientnet_nano` is our own. */
export const EFFICIENTNETS: Readonly<Record<EfficientNetName, Architecture>> = {
  efficientnet_nano: network(NANO, ABOUT_NANO),
  efficientnet_b0: network(B0, aboutEfficientNet("b0", false)),
  efficientnet_b1: network(B1, aboutEfficientNet("b1", false)),
  efficientnet_b2: network(B2, aboutEfficientNet("b2", false)),
  efficientnet_b3: network(B3, aboutEfficientNet("b3", false)),
  efficientnet_b4: network(B4, aboutEfficientNet("b4", false)),
  tf_efficientnet_b0: network(B0, aboutEfficientNet("b0", true), true),
  tf_efficientnet_b1: network(B1, aboutEfficientNet("b1", true), true),
  tf_efficientnet_b2: network(B2, aboutEfficientNet("b2", true), true),
  tf_efficientnet_b3: network(B3, aboutEfficientNet("b3", true), true),
  tf_efficientnet_b4: network(B4, aboutEfficientNet("b4", true), true),
};
