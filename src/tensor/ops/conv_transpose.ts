/**
 * Transposed convolution, which takes images to larger ones.
 *
 * @module
 */
import { show } from "../../core/check.ts";
import { ownOps, type Sides } from "../own.ts";
import * as tf from "../tf.ts";
import type { Tensor4D } from "../types.ts";

/** How a transposed convolution steps and pads, as PyTorch's ConvTranspose2d. */
export interface ConvTransposeOptions {
  /** Step between the places of neighbouring inputs in the result, in pixels; 1 unless given. */
  readonly stride?: number;
  /** Pixels taken off each of the four sides of the result; 0 unless given. */
  readonly padding?: number;
  /** Pixels added below and to the right, less than the stride; 0 unless given. */
  readonly outputPadding?: number;
}

/**
 * Transposed convolution: each input pixel adds the filter, weighted, to the result around its place. It is the input gradient
 * of the convolution with the same filter, so that its own gradients are that convolution and its filter gradient, and the
 * kernels are theirs. Of a single pixel without padding it is a product of matrices. Zeiler et al., 2010,
 * https://doi.org/10.1109/CVPR.2010.5539957
 *
 * @param x Images `[B, H, W, D]`.
 * @param filter Weights `[K, K, E, D]`: results before inputs, as it is the filter of the convolution from E to D channels.
 * @returns `[B, (H - 1) stride - 2 padding + K + outputPadding, ..., E]`.
 * @throws {RangeError} If the output padding is not less than the stride, or nothing is left of the result.
 */
export function convTranspose2d(
  x: Tensor4D,
  filter: Tensor4D,
  { stride = 1, padding = 0, outputPadding = 0 }: ConvTransposeOptions = {},
): Tensor4D {
  const [B, H, W, D] = x.shape, [K, L, E] = filter.shape;
  const whole = (size: number, kernel: number) => (size - 1) * stride + kernel + outputPadding;
  const height = whole(H, K) - 2 * padding, width = whole(W, L) - 2 * padding;
  if (!(outputPadding >= 0 && outputPadding < stride) || height < 1 || width < 1) {
    throw new RangeError(
      `Cannot convolve [${x.shape}] transposed as outputPadding must be from 0 to less than the stride, and a pixel be left: ` +
        `current value is ${show({ kernel: K, stride, padding, outputPadding })}`,
    );
  }
  return tf.tidy(() => {
    if (H === 1 && W === 1 && padding === 0 && outputPadding === 0) {
      const rows = tf.matMul(tf.reshape(x, [B, D]), tf.reshape(filter, [K * L * E, D]), false, true);
      return tf.reshape(rows, [B, K, L, E]) as Tensor4D;
    }
    if (ownOps().padding) {
      const sides: Sides = [[0, 0], [padding, padding], [padding, padding], [0, 0]];
      return tf.conv2dTranspose(x, filter, [B, height, width, E], stride, sides);
    }
    // Without kernels that take padding as numbers: the whole result, and its middle.
    const all = tf.conv2dTranspose(x, filter, [B, whole(H, K), whole(W, L), E], stride, "valid");
    return padding === 0 ? all : tf.slice(all, [0, padding, padding, 0], [B, height, width, E]);
  });
}
