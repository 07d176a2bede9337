/**
 * The losses by name.
 *
 * @module
 */
import { z } from "zod";
import { build, type Part, part, type SpecOf, specSchema } from "../core/parts.ts";
import { asymmetric, type AsymmetricOptions } from "./asymmetric.ts";
import {
  crossEntropy,
  type CrossEntropyOptions,
  weightedCrossEntropy,
  type WeightedCrossEntropyOptions,
} from "./cross_entropy.ts";
import { focal, type FocalOptions } from "./focal.ts";
import { ldam, type LdamOptions } from "./ldam.ts";
import type { Loss } from "./loss.ts";
import { macroF1, type MacroF1Options } from "./macro_f1.ts";
import { sum } from "./sum.ts";

const RULES = ["inverse", "oneMinusShare", "effectiveNumber"] as const;

const gamma = (value: number) => z.number().min(0).default(value);
const labelSmoothing = z.number().min(0).max(1).default(0)
  .describe("Share of the target's probability that is spread evenly over all classes.");
const beta = (value: number) =>
  z.number().min(0).lt(1).default(value)
    .describe("Of effective numbers: 0 for equal weights, towards 1 for inverse frequencies.");
const list = z.array(z.number().min(0)).readonly()
  .refine((weights) => weights.some((weight) => weight > 0), "some weight must be positive");

/** Names of rules, or a list of numbers; zod's own message would not say which. */
function weighting<N extends string>(names: readonly N[]): z.ZodType<N | readonly number[], N | readonly number[]> {
  const choices = names.map((name) => JSON.stringify(name)).join(", ");
  return z.union([z.enum(names), list], { error: `must be one of ${choices}, or a list of numbers >= 0` });
}

/** The losses that a sum may have: all but sums. */
export const SINGLE_LOSSES: {
  readonly crossEntropy: Part<CrossEntropyOptions, Loss>;
  readonly weightedCrossEntropy: Part<WeightedCrossEntropyOptions, Loss>;
  readonly focal: Part<FocalOptions, Loss>;
  readonly ldam: Part<LdamOptions, Loss>;
  readonly macroF1: Part<MacroF1Options, Loss>;
  readonly asymmetric: Part<AsymmetricOptions, Loss>;
} = {
  crossEntropy: part(z.strictObject({ labelSmoothing }).describe("Cross entropy of the softmax."), crossEntropy),
  weightedCrossEntropy: part(
    z.strictObject({
      weights: weighting(RULES).default("inverse")
        .describe("How a class is weighed, by the number of its training images; or a number for each class."),
      beta: beta(0.999),
      labelSmoothing,
    }).describe("Cross entropy in which each class has a weight of its own, by default the inverse of its frequency."),
    weightedCrossEntropy,
  ),
  focal: part(
    z.strictObject({
      gamma: gamma(2).describe("Focusing strength: at 0 this is cross entropy."),
      weights: weighting(["none", ...RULES]).default("none")
        .describe("How a class is weighed, by the number of its training images; or a number for each class."),
      beta: beta(0.999),
    }).describe("Cross entropy that turns away from examples which are predicted well already (Lin et al., 2017)."),
    focal,
  ),
  ldam: part(
    z.strictObject({
      margin: z.number().min(0).default(0.5).describe("Margin of the rarest class, in logits before scaling."),
      scale: z.number().positive().default(30).describe("Factor on the logits."),
      deferredFrom: z.number().min(0).max(1).nullable().default(null)
        .describe("Share of the epochs after which classes are weighed by effective numbers; null: never."),
      beta: beta(0.9999),
    }).describe("Cross entropy with margins that are larger for rarer classes (Cao et al., 2019)."),
    ldam,
  ),
  macroF1: part(
    z.strictObject({
      epsilon: z.number().min(0).default(1e-7)
        .describe("Added to each class's sum of targets and probabilities, in examples."),
    }).describe("One minus the macro F1 of a batch, counted with probabilities."),
    macroF1,
  ),
  asymmetric: part(
    z.strictObject({
      gammaPositive: gamma(0).describe("Focus on targets: higher for less weight on those that are found already."),
      gammaNegative: gamma(4)
        .describe("Focus on other classes: higher for less weight on those that are ruled out already."),
      clip: z.number().min(0).lt(1).default(0.05)
        .describe("Probability up to which a class that is no target counts as ruled out."),
    }).describe(
      "A binary loss for each class that nearly leaves out the other classes once they are ruled out (Ridnik et al., 2021).",
    ),
    asymmetric,
  ),
};

/** The name and options of a loss that a sum may have. */
export type SingleLossSpec = SpecOf<typeof SINGLE_LOSSES>;

/** Options of a sum of losses. */
export interface SumOptions {
  /** The losses, and how much of each. */
  readonly parts: readonly { readonly weight: number; readonly loss: SingleLossSpec }[];
}

/** Every loss, by the name used in configs. A sum takes all but another sum. */
export const LOSSES: typeof SINGLE_LOSSES & { readonly sum: Part<SumOptions, Loss, SumOptions> } = {
  ...SINGLE_LOSSES,
  sum: part(
    z.strictObject({
      parts: z.array(z.strictObject({
        weight: z.number().positive().describe("Factor on the loss."),
        loss: specSchema(SINGLE_LOSSES).meta({ id: "loss" }).describe("What is multiplied and added."),
      })).min(1).readonly().describe("The losses, and how much of each."),
    }).describe("A weighted sum of other losses."),
    ({ parts }: SumOptions) =>
      sum(parts.map(({ weight, loss }) => ({ weight, loss: build("loss", SINGLE_LOSSES, loss) }))),
  ),
};

/** A loss's name and options. */
export type LossSpec = SpecOf<typeof LOSSES>;
