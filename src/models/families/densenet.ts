/**
 * DenseNet, number for number timm's and torchvision's `densenet121`: each layer reads what all layers before it in its
 * block have made. Huang et al., 2017, https://arxiv.org/abs/1608.06993
 *
 * @module
 */
import * as ops from "../../tensor/ops.ts";
import * as tf from "../../tensor/tf.ts";
import type { Tensor4D } from "../../tensor/types.ts";
import type { Architecture, Backbone } from "../backbone.ts";
import { kaimingNormal } from "../initialisers.ts";
import type { Layers } from "../layers.ts";
import type { ForwardOptions } from "../model.ts";
import { timmWeights } from "./weight_sets.ts";

/** What a DenseNet is built of. */
export interface DenseNetShape {
  /** Channels of the first convolution, which halves the size. */
  readonly stem: number;
  /** Channels that each layer adds. */
  readonly growth: number;
  /** Channels between a layer's two convolutions, as a multiple of `growth`. */
  readonly bottleneck: number;
  /** Layers of each block; between blocks a transition halves channels and size. */
  readonly blocks: readonly number[];
}

/** DenseNet-121, from table 1 of the paper. */
const D121: DenseNetShape = { stem: 64, growth: 32, bottleneck: 4, blocks: [6, 12, 24, 16] };

/**
 * Makes a DenseNet without its classifier. Its last feature maps are those after the last norm and its ReLU.
 *
 * @param layers Where its variables go.
 * @param shape What it is built of.
 */
export function denseNet(layers: Layers, { stem: first, growth, bottleneck, blocks }: DenseNetShape): Backbone {
  const stem = layers.convNorm(["features.conv0", "features.norm0"], {
    kernel: 7,
    inputs: 3,
    outputs: first,
    stride: 2,
    activation: "relu",
  });
  let channels = first;
  const steps: Step[] = [];
  blocks.forEach((count, block) => {
    for (let i = 1; i <= count; i++) {
      layers.deeper();
      const name = `features.denseblock${block + 1}.denselayer${i}`;
      steps.push(denseLayer(layers, name, { inputs: channels, inner: bottleneck * growth, outputs: growth }));
      channels += growth;
    }
    if (block === blocks.length - 1) return;
    const outputs = Math.floor(channels / 2);
    steps.push(transition(layers, `features.transition${block + 1}`, channels, outputs));
    channels = outputs;
  });
  const last = layers.batchNorm("features.norm5", channels, "relu");
  const features = channels;
  return {
    features,
    maps(x, options) {
      let y = ops.maxPool(stem(x, options), { size: 3, stride: 2, padding: 1 });
      for (const step of steps) y = step(y, options);
      return last(y, options);
    },
    pool: (maps) => tf.reshape(ops.globalAveragePool(maps), [-1, features]),
  };
}

type Step = (x: Tensor4D, options: ForwardOptions) => Tensor4D;

interface LayerSizes {
  readonly inputs: number;
  readonly inner: number;
  readonly outputs: number;
}

/** Norm, ReLU and a 1 x 1 convolution; norm, ReLU and a 3 x 3 one, whose channels are put behind those that came in. */
function denseLayer(layers: Layers, name: string, { inputs, inner, outputs }: LayerSizes): Step {
  const norm = layers.batchNorm(`${name}.norm1`, inputs, "relu");
  const squeeze = layers.convNorm([`${name}.conv1`, `${name}.norm2`], {
    kernel: 1,
    inputs,
    outputs: inner,
    activation: "relu",
  });
  const widen = layers.conv(`${name}.conv2`, { kernel: 3, inputs: inner, outputs });
  return (x, options) => tf.concat4d([x, widen(squeeze(norm(x, options), options))], 3);
}

/** Norm, ReLU, a 1 x 1 convolution and the mean of 2 x 2 pixels. */
function transition(layers: Layers, name: string, inputs: number, outputs: number): Step {
  const norm = layers.batchNorm(`${name}.norm`, inputs, "relu");
  const conv = layers.conv(`${name}.conv`, { kernel: 1, inputs, outputs });
  return (x, options) => ops.averagePool(conv(norm(x, options)), { size: 2, stride: 2 });
}

/** Our names of torchvision's tensors: the same, but for its published files, which have `norm.1` for `norm1`. */
export function fromTorchvision(name: string): string | undefined {
  return /^(features|classifier)\./.test(name) ? name.replace(/\.(norm|conv)\.([12])\./, ".$1$2.") : undefined;
}

/** The family's names. */
export type DenseNetName = "densenet121";

/** The family, by timm's names. Convolutions start normal with variance 2 / fan-in, as timm has it. */
export const DENSENETS: Readonly<Record<DenseNetName, Architecture>> = {
  densenet121: {
    about: {
      paper: "https://arxiv.org/abs/1608.06993",
      parameters: 7_978_856,
      gmacs: 2.834,
      size: 224,
      weights: [
        timmWeights("densenet121.ra_in1k", { size: 288, crop: 0.95, top1: 76.5 }),
        timmWeights("densenet121.tv_in1k", { size: 224, crop: 0.875, top1: 74.764, licence: "bsd-3-clause" }),
      ],
    },
    head: "classifier",
    initialiser: kaimingNormal({ mode: "fanIn" }),
    build: (layers) => denseNet(layers, D121),
    fromTorchvision,
  },
};
