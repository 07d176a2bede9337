/**
 * Initialisers: where the weights of convolutions and linear layers start. Glorot and Bengio, 2010,
 * https://proceedings.mlr.press/v9/glorot10a.html; He et al., 2015, https://arxiv.org/abs/1502.01852
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { randomNormal, type Rng } from "../core/rng.ts";

/** Draws a starting value. */
export type Start = (rng: Rng) => number;

/** What a start depends on, counted as PyTorch does. */
export interface Fan {
  /** Weights that lead to one output: `K * K * inputs / groups`. */
  readonly fanIn: number;
  /** Weights that one input leads to, over all groups: `K * K * outputs`. */
  readonly fanOut: number;
}

/** Says how the weights and the bias of a layer start. */
export interface Initialiser {
  /** Weights of a convolution or a linear layer. */
  readonly weight: (fan: Fan) => Start;
  /** Its bias. */
  readonly bias: (fan: Fan) => Start;
}

/** Options of the initialisers after He. */
export interface KaimingOptions {
  /** Whether signals keep their variance forward, or gradients theirs backward. */
  readonly mode: "fanIn" | "fanOut";
}

/** Every value alike. */
export function constant(value: number): Start {
  return () => value;
}

/** Normal around zero. */
export function normal(deviation: number): Start {
  return (rng) => randomNormal(rng) * deviation;
}

/** Even between `-bound` and `bound`. */
export function uniform(bound: number): Start {
  return (rng) => (2 * rng() - 1) * bound;
}

/** Normal around zero, drawn again where it is further than two deviations away. */
export function truncatedNormal(deviation: number): Start {
  return (rng) => {
    for (;;) {
      const value = randomNormal(rng);
      if (Math.abs(value) <= 2) return value * deviation;
    }
  };
}

const zero = () => constant(0);

/** Uniform within `1 / sqrt(fanIn)`, biases too: what PyTorch's `Conv2d` and `Linear` start with. */
export function pytorchInit(): Initialiser {
  const start = ({ fanIn }: Fan) => uniform(1 / Math.sqrt(fanIn));
  return { weight: start, bias: start };
}

/** Uniform with variance `2 / (fanIn + fanOut)`; biases zero. */
export function xavierUniform(): Initialiser {
  return { weight: ({ fanIn, fanOut }) => uniform(Math.sqrt(6 / (fanIn + fanOut))), bias: zero };
}

/** Normal with variance `2 / (fanIn + fanOut)`; biases zero. */
export function xavierNormal(): Initialiser {
  return { weight: ({ fanIn, fanOut }) => normal(Math.sqrt(2 / (fanIn + fanOut))), bias: zero };
}

/** Normal with variance `2 / fan`, for rectified units; biases zero. */
export function kaimingNormal({ mode }: KaimingOptions): Initialiser {
  return { weight: (fan) => normal(Math.sqrt(2 / fan[mode])), bias: zero };
}

/** Uniform with variance `2 / fan`, for rectified units; biases zero. */
export function kaimingUniform({ mode }: KaimingOptions): Initialiser {
  return { weight: (fan) => uniform(Math.sqrt(6 / fan[mode])), bias: zero };
}

const kaiming = z.strictObject({
  mode: z.enum(["fanIn", "fanOut"]).default("fanOut").describe(
    "Whether signals keep their variance forward (fanIn), or gradients theirs backward (fanOut).",
  ),
});

/** Every initialiser, by the name used in configs; `family` is each architecture's own, as its paper or timm has it. */
export const INITIALISERS: {
  readonly family: Part<Record<never, never>, undefined>;
  readonly pytorch: Part<Record<never, never>, Initialiser>;
  readonly xavierUniform: Part<Record<never, never>, Initialiser>;
  readonly xavierNormal: Part<Record<never, never>, Initialiser>;
  readonly kaimingNormal: Part<KaimingOptions, Initialiser>;
  readonly kaimingUniform: Part<KaimingOptions, Initialiser>;
} = {
  family: part(z.strictObject({}).describe("As the architecture's paper or timm has it."), () => undefined),
  pytorch: part(z.strictObject({}).describe("As PyTorch starts its layers."), pytorchInit),
  xavierUniform: part(
    z.strictObject({}).describe("Uniform, by the mean of inputs and outputs (Glorot and Bengio, 2010)."),
    xavierUniform,
  ),
  xavierNormal: part(
    z.strictObject({}).describe("Normal, by the mean of inputs and outputs (Glorot and Bengio, 2010)."),
    xavierNormal,
  ),
  kaimingNormal: part(kaiming.describe("Normal, by inputs or outputs, for ReLU (He et al., 2015)."), kaimingNormal),
  kaimingUniform: part(kaiming.describe("Uniform, by inputs or outputs, for ReLU (He et al., 2015)."), kaimingUniform),
};

/** An initialiser's name and options. */
export type InitialiserSpec = SpecOf<typeof INITIALISERS>;
