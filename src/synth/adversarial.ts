/**
 * Adversarial losses: what a discriminator lowers on real and on generated images, and a generator on its own. Each is one value
 * an image, in nats for the first.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor1D } from "../tensor/types.ts";

/** The two sides of a game, as losses of a discriminator's scores `[B]`, one value an image `[B]`. */
export interface AdversarialLoss {
  /** What the discriminator lowers on real images. */
  readonly real: (scores: Tensor1D) => Tensor1D;
  /** What it lowers on generated images. */
  readonly fake: (scores: Tensor1D) => Tensor1D;
  /** What the generator lowers on its images. */
  readonly generator: (scores: Tensor1D) => Tensor1D;
}

/**
 * Cross entropy of the scores' logistic function, with the generator raising the log probability of being taken for real in
 * place of lowering that of being found out. Goodfellow et al., 2014, https://arxiv.org/abs/1406.2661
 */
export function nonSaturating(): AdversarialLoss {
  const missed = (scores: Tensor1D) => tf.softplus(tf.neg(scores)) as Tensor1D;
  return { real: missed, fake: (scores) => tf.softplus(scores) as Tensor1D, generator: missed };
}

/** Hinges at 1 and -1 for the discriminator, the plain score for the generator. Lim and Ye, 2017, https://arxiv.org/abs/1705.02894 */
export function hinge(): AdversarialLoss {
  return {
    real: (scores) => tf.tidy(() => tf.relu(tf.sub(1, scores)) as Tensor1D),
    fake: (scores) => tf.tidy(() => tf.relu(tf.add(1, scores)) as Tensor1D),
    generator: (scores) => tf.neg(scores) as Tensor1D,
  };
}

/** Every adversarial loss, by the name used in configs. */
export const ADVERSARIAL: {
  readonly nonSaturating: Part<Record<never, never>, AdversarialLoss>;
  readonly hinge: Part<Record<never, never>, AdversarialLoss>;
} = {
  nonSaturating: part(
    z.strictObject({}).describe("Cross entropy, the generator's not saturating (Goodfellow et al., 2014)."),
    nonSaturating,
  ),
  hinge: part(
    z.strictObject({}).describe("Hinges for the discriminator, the score for the generator (Lim and Ye, 2017)."),
    hinge,
  ),
};

/** An adversarial loss's name and options. */
export type AdversarialSpec = SpecOf<typeof ADVERSARIAL>;
