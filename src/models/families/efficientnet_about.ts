/**
 * What the world should know about the EfficientNets: what they cost, and which weights are published.
 *
 * @module
 */
import type { Description, WeightSet } from "../backbone.ts";
import { MINUS_ONE_TO_ONE, TIMM_README, timmWeights } from "./weight_sets.ts";

/** How large a network is, as the paper counts. */
export type EfficientNetLevel = "b0" | "b1" | "b2" | "b3" | "b4";

type Cost = Omit<Description, "weights">;

const paper = "https://arxiv.org/abs/1905.11946";

/** Counted by tests/reference/zoo_counts.py; TensorFlow's padding changes none of it. */
const COSTS: Readonly<Record<EfficientNetLevel, Cost>> = {
  b0: { paper, size: 224, parameters: 5_288_548, gmacs: 0.386 },
  b1: { paper, size: 240, parameters: 7_794_184, gmacs: 0.687 },
  b2: { paper, size: 260, parameters: 9_109_994, gmacs: 0.994 },
  b3: { paper, size: 300, parameters: 12_233_232, gmacs: 1.827 },
  b4: { paper, size: 380, parameters: 19_341_616, gmacs: 4.394 },
};

/** Trained by timm. */
const TIMM: Readonly<Record<EfficientNetLevel, readonly WeightSet[]>> = {
  b0: [
    timmWeights("efficientnet_b0.ra4_e3600_r224_in1k", { size: 256, crop: 1, top1: 79.364, ...later() }),
    timmWeights("efficientnet_b0.ra_in1k", { size: 224, crop: 0.875, top1: 77.694 }),
  ],
  b1: [
    timmWeights("efficientnet_b1.ra4_e3600_r240_in1k", { size: 288, crop: 1, top1: 81.44, ...later() }),
    timmWeights("efficientnet_b1.ft_in1k", { size: 256, crop: 1, top1: 78.8 }),
  ],
  b2: [timmWeights("efficientnet_b2.ra_in1k", { size: 288, crop: 1, top1: 80.61 })],
  b3: [timmWeights("efficientnet_b3.ra2_in1k", { size: 320, crop: 1, top1: 82.242 })],
  b4: [timmWeights("efficientnet_b4.ra2_in1k", { size: 384, crop: 1, top1: 83.414 })],
};

/** Trained by Google: noisy student (with 300 million more images), AdvProp and AutoAugment. */
const GOOGLE: Readonly<Record<EfficientNetLevel, readonly WeightSet[]>> = {
  b0: google("b0", 0.875, [78.67, 77.09, 76.834]),
  b1: google("b1", 0.882, [81.394, 79.28, 78.83]),
  b2: google("b2", 0.89, [82.378, 80.308, 80.084]),
  b3: google("b3", 0.904, [84.056, 81.826, 81.644]),
  b4: google("b4", 0.922, [85.162, 83.25, 83.018]),
};

function later(): Pick<WeightSet, "mean" | "std" | "source"> {
  return { ...MINUS_ONE_TO_ONE, source: TIMM_README };
}

function google(
  level: EfficientNetLevel,
  crop: number,
  [student, adversarial, automatic]: readonly [number, number, number],
): WeightSet[] {
  const name = `tf_efficientnet_${level}`, evaluated = { size: COSTS[level].size, crop };
  return [
    timmWeights(`${name}.ns_jft_in1k`, { ...evaluated, top1: student }),
    timmWeights(`${name}.ap_in1k`, { ...evaluated, top1: adversarial, ...MINUS_ONE_TO_ONE }),
    timmWeights(`${name}.aa_in1k`, { ...evaluated, top1: automatic }),
  ];
}

/**
 * What the world should know about a network of the paper.
 *
 * @param level How large it is.
 * @param tensorflow Whether it pads as TensorFlow does.
 */
export function aboutEfficientNet(level: EfficientNetLevel, tensorflow: boolean): Description {
  return { ...COSTS[level], weights: (tensorflow ? GOOGLE : TIMM)[level] };
}

/** What the world should know about `efficientnet_nano`, of which no weights are published. */
export const ABOUT_NANO: Description = { paper, size: 64, parameters: 384_208, gmacs: 0.011, weights: [] };
