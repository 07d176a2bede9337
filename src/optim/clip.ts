/**
 * Gradient clipping. By norm: Pascanu et al., 2013, https://arxiv.org/abs/1211.5063, as PyTorch's clip_grad_norm_; by
 * value: as its clip_grad_value_.
 *
 * @module
 */
import { z } from "zod";
import * as tf from "../tensor/tf.ts";
import type { Tensor } from "../tensor/types.ts";

/** How gradients are bounded; not at all where neither is given. */
export interface ClipOptions {
  /** Largest norm of all gradients together, as one vector. */
  readonly norm?: number;
  /** Largest absolute value of each element. */
  readonly value?: number;
}

/** The options' schema, for a config. */
export const CLIP_SCHEMA: z.ZodType<ClipOptions, ClipOptions> = z.strictObject({
  norm: z.number().positive().optional()
    .describe("Largest norm of all gradients together, as one vector; none unless given."),
  value: z.number().positive().optional().describe(
    "Largest absolute value of a gradient's element; none unless given.",
  ),
});

/** What {@linkcode clipGradients} gives; all of it is the caller's. */
export interface ClippedGradients {
  /** By the parameters' names. */
  readonly gradients: Readonly<Record<string, Tensor>>;
  /** The norm of all gradients together before they were clipped, a scalar. */
  readonly norm: Tensor;
}

/** Keeps the division finite where all gradients are zero, as in PyTorch. */
const EPSILON = 1e-6;

/**
 * Bounds gradients. They are scaled by the norm first, which keeps their direction, and their elements bounded after that.
 * Nothing is read back: what is scaled, and by how much, is decided where the tensors are. Gradients that are not finite are
 * not looked for; the next loss shows them.
 *
 * @param gradients By the parameters' names; they stay the caller's.
 * @param options The bounds.
 */
export function clipGradients(
  gradients: Readonly<Record<string, Tensor>>,
  { norm: largest, value }: ClipOptions,
): ClippedGradients {
  const names = Object.keys(gradients);
  const [norm, ...clipped] = tf.tidy(() => {
    const all = Object.values(gradients);
    const squares = all.map((gradient) => tf.sum(tf.square(gradient)));
    const norm = squares.length === 0 ? tf.scalar(0) : tf.sqrt(tf.sum(tf.stack(squares)));
    const factor = largest === undefined ? undefined : tf.minimum(tf.div(largest, tf.add(norm, EPSILON)), 1);
    return [
      norm,
      ...all.map((gradient) => {
        const scaled = factor ? tf.mul(gradient, factor) : tf.clone(gradient);
        return value === undefined ? scaled : tf.clipByValue(scaled, -value, value);
      }),
    ];
  });
  return { norm: norm!, gradients: Object.fromEntries(names.map((name, i) => [name, clipped[i]!])) };
}
