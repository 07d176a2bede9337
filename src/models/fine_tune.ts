/**
 * Fine-tuning: which parameters learn, and how fast beside the others.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import type { Model } from "./model.ts";

/** Which parameters learn, and how fast. */
export interface FineTune {
  /** Factor on the learning rate of a parameter, by its name; 0 where it is frozen. */
  rate(model: Model, name: string): number;
  /** Whether the backbone's batch norms use and keep their running statistics in training too. */
  readonly frozenNorms: boolean;
}

/** Options of {@linkcode all}. */
export interface AllOptions {
  /** Whether batch norms use and keep their running statistics; their scales and shifts learn all the same. */
  readonly frozenNorms: boolean;
}

/** Every parameter learns at the base rate. */
function all({ frozenNorms }: AllOptions): FineTune {
  return { rate: () => 1, frozenNorms };
}

/** The head alone learns; the backbone stands as in evaluation. */
function head(): FineTune {
  return { rate: (model, name) => isHead(model, name) ? 1 : 0, frozenNorms: true };
}

/** Options of {@linkcode layerDecay}. */
export interface LayerDecayOptions extends AllOptions {
  /** Factor on the rate from each depth to the one before it. */
  readonly decay: number;
}

/**
 * The head learns at the base rate, the block before it at `decay` times that, and so on to the first layer. Howard and
 * Ruder, 2018, https://arxiv.org/abs/1801.06146
 */
function layerDecay({ decay, frozenNorms }: LayerDecayOptions): FineTune {
  return { rate: (model, name) => decay ** (deepest(model) - model.depths[name]!), frozenNorms };
}

/** Options of {@linkcode stages}. */
export interface StagesOptions extends AllOptions {
  /** Factors on the rate, from the first layers to the last blocks. */
  readonly rates: readonly number[];
}

/** The backbone's depths are cut into as many equal stages as there are rates; the head learns at the base rate. */
function stages({ rates, frozenNorms }: StagesOptions): FineTune {
  return {
    rate(model, name) {
      if (isHead(model, name)) return 1;
      const backbone = deepest(model); // the head stands alone at the last depth
      return rates[Math.floor(model.depths[name]! * rates.length / backbone)]!;
    },
    frozenNorms,
  };
}

function isHead({ headName }: Model, name: string): boolean {
  return name.startsWith(`${headName}.`);
}

function deepest({ depths }: Pick<Model, "depths">): number {
  return Math.max(...Object.values(depths));
}

const frozenNorms = z.boolean().default(false).describe(
  "Whether batch norms use and keep their running statistics in training too.",
);

/** Every way of fine-tuning, by the name used in configs. */
export const FINE_TUNES: {
  readonly all: Part<AllOptions, FineTune>;
  readonly head: Part<Record<never, never>, FineTune>;
  readonly layerDecay: Part<LayerDecayOptions, FineTune>;
  readonly stages: Part<StagesOptions, FineTune>;
} = {
  all: part(z.strictObject({ frozenNorms }).describe("Everything learns at one rate."), all),
  head: part(z.strictObject({}).describe("The head alone learns."), head),
  layerDecay: part(
    z.strictObject({
      decay: z.number().positive().max(1).default(0.75).describe(
        "Factor on the learning rate from each block to the one before it.",
      ),
      frozenNorms,
    }).describe("The rate falls from block to block towards the input."),
    layerDecay,
  ),
  stages: part(
    z.strictObject({
      rates: z.array(z.number().min(0)).min(1).readonly().default([0, 0.1, 0.3, 1]).describe(
        "Factors on the learning rate, from the first layers to the last blocks; 0 freezes.",
      ),
      frozenNorms,
    }).describe("The rate is given for each part of the network, from the input to the last blocks."),
    stages,
  ),
};

/** A way of fine-tuning, with its options. */
export type FineTuneSpec = SpecOf<typeof FINE_TUNES>;
