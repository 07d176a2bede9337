/**
 * Penalties on a discriminator's slope.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor2D, Tensor4D } from "../tensor/types.ts";
import type { Discriminator } from "./discriminator.ts";
import { gradientsOf } from "./gradients.ts";

/** A penalty and its gradients; the tensors are the caller's. */
export interface PenaltyResult {
  /** Gradients of the penalty, times its weight and the steps that it stands for, by the parameters' names. */
  readonly gradients: Readonly<Record<string, Tensor>>;
  /** Its mean over the images, without the weight, `[]`. */
  readonly value: Tensor;
}

/** A penalty, computed in some of the steps. */
export interface Penalty {
  /** Whether a step, counted from 1, has it. */
  due(step: number): boolean;
  /** The penalty on real images. */
  gradients(discriminator: Discriminator, x: Tensor4D, targets: Tensor2D): PenaltyResult;
}

/** Options of {@linkcode r1}. */
export interface R1Options {
  /** Factor on the penalty: half of it, times the squared length of the slope. */
  readonly weight: number;
  /** Steps from one penalty to the next, whose gradients are multiplied by as many. */
  readonly every: number;
}

/** No penalty. */
export function none(): Penalty {
  return {
    due: () => false,
    gradients: () => {
      throw new Error("Cannot take a penalty as there is none");
    },
  };
}

/**
 * R1: half the mean squared slope of the scores by real images. Mescheder et al., 2018, https://arxiv.org/abs/1801.04406; every
 * few steps, as in Karras et al., 2020, https://arxiv.org/abs/1912.04958
 *
 * TensorFlow.js has no second derivatives, and none are needed: with the slope v held constant, the gradient of half of v^2 by
 * the parameters is that of the derivative of the scores along v, which is a forward pass.
 */
export function r1({ weight, every }: R1Options): Penalty {
  return {
    due: (step) => step % every === 0,
    gradients(discriminator, x, targets) {
      const options = { training: true, update: false }, images = x.shape[0];
      const scores = (x: Tensor) => tf.sum(discriminator.forward(x as Tensor4D, targets, options));
      const slope = tf.tidy(() => tf.grad(scores)(x)) as Tensor4D;
      const factor = weight * every / images;
      const { value: product, gradients } = gradientsOf(
        discriminator.params,
        () => tf.mul(tf.sum(discriminator.derivative(x, slope, targets)), factor),
      );
      const value = tf.tidy(() => tf.div(product, 2 * weight * every)) as tf.Scalar; // the product is the slope's square
      tf.dispose([slope, product]);
      return { gradients, value };
    },
  };
}

/** Every penalty, by the name used in configs. */
export const PENALTIES: {
  readonly none: Part<Record<never, never>, Penalty>;
  readonly r1: Part<R1Options, Penalty>;
} = {
  none: part(z.strictObject({}).describe("No penalty."), none),
  r1: part(
    z.strictObject({
      weight: z.number().positive().default(10).describe("Factor on half of the mean squared slope at real images."),
      every: z.int().min(1).default(16).describe("Steps from one penalty to the next, which counts for all of them."),
    }).describe("The slope of the scores at real images is held down (Mescheder et al., 2018)."),
    r1,
  ),
};

/** A penalty's name and options. */
export type PenaltySpec = SpecOf<typeof PENALTIES>;
