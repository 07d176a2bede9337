/**
 * Published weights, told in a line: what timm's sets on the hub have in common is said once, here.
 *
 * @module
 */
import type { WeightSet } from "../backbone.ts";

/** timm's table of accuracies on ImageNet. */
const RESULTS = "https://github.com/huggingface/pytorch-image-models/blob/main/results/results-imagenet.csv";

/** Where timm publishes accuracies of sets that came after the table. */
export const TIMM_README = "https://github.com/huggingface/pytorch-image-models/blob/main/README.md";

/** Mean and deviation of sets whose pixels go from -1 to 1, as Inception's did. */
export const MINUS_ONE_TO_ONE: Required<Pick<WeightSet, "mean" | "std">> = {
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};

/** What differs from set to set; the rest is what most of timm's own have. */
export type TimmWeightSet =
  & Pick<WeightSet, "size" | "crop" | "mean" | "std" | "top1">
  & Partial<Pick<WeightSet, "interpolation" | "source" | "licence">>;

/**
 * A set of timm's on the hub: resized by "bicubic", with ImageNet's mean and deviation, under "apache-2.0", and with its
 * accuracy from timm's table, unless told otherwise.
 *
 * @param name Network and tag, such as `resnet18.a1_in1k`.
 */
export function timmWeights(name: string, options: TimmWeightSet): WeightSet {
  return { hub: `timm/${name}`, interpolation: "bicubic", source: RESULTS, licence: "apache-2.0", ...options };
}
