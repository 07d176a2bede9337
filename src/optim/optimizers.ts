/**
 * The optimizers by name.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { adam, type AdamOptions, type AdamWOptions } from "./adam.ts";
import { lion, type LionOptions } from "./lion.ts";
import { madgrad, type MadgradOptions } from "./madgrad.ts";
import type { OptimizerMaker } from "./optimizer.ts";
import { rmsprop, type RmspropOptions } from "./rmsprop.ts";
import { sgd, type SgdOptions } from "./sgd.ts";

const share = (value: number) => z.number().min(0).lt(1).default(value);
const positive = (value: number) => z.number().positive().default(value);
const decayVectors = z.boolean().default(false).describe("Whether biases, norms and other vectors decay too.");
const coupledDecay = {
  weightDecay: z.number().min(0).default(0)
    .describe("Decay of the weights of convolutions and linear layers, added to their gradients."),
  decayVectors,
};
const decoupledDecay = (value: number) => ({
  weightDecay: z.number().min(0).default(value)
    .describe("Decay of the weights of convolutions and linear layers, per step and unit of learning rate."),
  decayVectors,
});
const adamOptions = {
  beta1: share(0.9).describe("Decay of the mean of the gradients."),
  beta2: share(0.999).describe("Decay of the mean of the squared gradients."),
  epsilon: positive(1e-8).describe("Added to the root of the mean square."),
};

/** Every optimizer, by the name used in configs. */
export const OPTIMIZERS: {
  readonly adam: Part<Required<AdamOptions>, OptimizerMaker>;
  readonly adamW: Part<Required<AdamWOptions>, OptimizerMaker>;
  readonly sgd: Part<Required<SgdOptions>, OptimizerMaker>;
  readonly lion: Part<Required<LionOptions>, OptimizerMaker>;
  readonly rmsprop: Part<Required<RmspropOptions>, OptimizerMaker>;
  readonly madgrad: Part<Required<MadgradOptions>, OptimizerMaker>;
} = {
  adam: part(
    z.strictObject({
      ...adamOptions,
      weightDecay: z.number().min(0).default(0)
        .describe("Decay of the weights of convolutions and linear layers; above 0 this is AdamW if it is decoupled."),
      decoupled: z.boolean().default(true)
        .describe("Whether decay acts beside the gradient's step, as in AdamW, or is added to the gradient."),
      decayVectors,
    }).describe("Adam, with decoupled decay if there is any (Kingma and Ba, 2015)."),
    adam,
  ),
  adamW: part(
    z.strictObject({ ...adamOptions, ...decoupledDecay(0.01) }).describe(
      "Adam with decoupled weight decay (Loshchilov and Hutter, 2019).",
    ),
    adam,
  ),
  sgd: part(
    z.strictObject({
      momentum: share(0.9).describe("Share of the last step's direction that is kept."),
      nesterov: z.boolean().default(true).describe(
        "Whether the gradient is taken as if that had been followed already.",
      ),
      ...coupledDecay,
    }).describe("Stochastic gradient descent with momentum, by default Nesterov's."),
    sgd,
  ),
  lion: part(
    z.strictObject({
      beta1: share(0.9).describe("Share of the mean of the gradients in the direction whose signs are taken."),
      beta2: share(0.99).describe("Decay of the mean of the gradients."),
      ...decoupledDecay(0),
    }).describe(
      "The signs of a mean of gradients; wants a rate three to ten times smaller than Adam's (Chen et al., 2023).",
    ),
    lion,
  ),
  rmsprop: part(
    z.strictObject({
      alpha: share(0.99).describe("Decay of the mean of the squared gradients."),
      epsilon: positive(1e-8).describe("Added to the root of the mean square."),
      momentum: share(0).describe("Share of the last step's direction that is kept."),
      ...coupledDecay,
    }).describe("Gradients divided by the root of their mean square (Tieleman and Hinton, 2012)."),
    rmsprop,
  ),
  madgrad: part(
    z.strictObject({
      momentum: share(0.9).describe("Share of the last weights that is kept."),
      epsilon: positive(1e-6).describe("Added to the cube root of the sum of squares."),
      ...coupledDecay,
    }).describe(
      "Dual averaging with momentum, scaled by the cube root of the summed squares (Defazio and Jelassi, 2021).",
    ),
    madgrad,
  ),
};

/** An optimizer's name and options. */
export type OptimizerSpec = SpecOf<typeof OPTIMIZERS>;
