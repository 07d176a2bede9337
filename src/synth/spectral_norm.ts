/**
 * Spectral normalisation: weights divided by their largest singular value, which power iteration follows. Miyato et al., 2018,
 * https://arxiv.org/abs/1802.05957
 *
 * Names, buffers and the order of work are those of `torch.nn.utils.spectral_norm`: the weight is called `weight_orig`, and the
 * vectors `weight_u` and `weight_v` take one iteration with each forward pass of training, before it.
 *
 * @module
 */
import { randomNormal, type Rng } from "../core/rng.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor2D, Variable } from "../tensor/types.ts";

/** A weight that is divided by its largest singular value. */
export interface SpectralWeight<T extends Tensor> {
  /** The vectors, by PyTorch's suffixes; `v` in the order of PyTorch's axes. */
  readonly vectors: { readonly weight_u: Variable; readonly weight_v: Variable };
  /**
   * The weight, normalised; gradients go to the variable.
   *
   * @param update Whether the vectors take an iteration before.
   */
  normalised(update: boolean): T;
}

/** Iterations before the first pass, so that the first norm is near the largest value, as newer PyTorch has it. */
const FIRST = 15;

/** Added to lengths, as in PyTorch. */
const EPSILON = 1e-12;

/**
 * Puts a weight under spectral normalisation.
 *
 * @param weight `[K, K, I, O]`, or `[I, O]`; its matrix has a row for each of the O.
 * @param rng Where the vectors start.
 */
export function spectralWeight<T extends Tensor>(weight: Variable & T, rng: Rng): SpectralWeight<T> {
  const outputs = weight.shape.at(-1)!, inputs = weight.size / outputs;
  const start = (length: number) => tf.tensor1d(Float32Array.from({ length }, () => randomNormal(rng)));
  const [u, v] = [outputs, inputs].map((length) => tf.tidy(() => tf.variable(unit(start(length)), false)));
  const columns = (weight: Tensor) => tf.reshape(weight, [inputs, outputs]) as Tensor2D;
  const iterate = () =>
    tf.tidy(() => {
      const rows = columns(weight);
      const right = unit(tf.matMul(rows, tf.reshape(u!, [outputs, 1]))); // as the inputs lie here
      v!.assign(tf.reshape(toPytorch(right, weight.shape), [inputs]));
      u!.assign(tf.reshape(unit(tf.matMul(tf.reshape(right, [1, inputs]), rows)), [outputs]));
    });
  for (let i = 0; i < FIRST; i++) iterate();
  return {
    vectors: { weight_u: u as Variable, weight_v: v as Variable },
    normalised(update) {
      if (update) iterate();
      return tf.tidy(() => {
        const right = tf.reshape(fromPytorch(v!, weight.shape), [1, inputs]);
        const image = tf.reshape(tf.matMul(right, columns(weight)), [outputs]);
        return tf.div(weight, tf.sum(tf.mul(image, u!))) as T;
      });
    },
  };
}

function unit(x: Tensor): Tensor {
  return tf.div(x, tf.maximum(tf.norm(x), EPSILON));
}

/** Values of the inputs `[K, K, I]` in PyTorch's order, `[I, K, K]`; those of a matrix have one order. */
function toPytorch(x: Tensor, [height, width, inputs, outputs]: number[]): Tensor {
  return outputs === undefined ? x : tf.transpose(tf.reshape(x, [height!, width!, inputs!]), [2, 0, 1]);
}

function fromPytorch(x: Tensor, [height, width, inputs, outputs]: number[]): Tensor {
  return outputs === undefined ? x : tf.transpose(tf.reshape(x, [inputs!, height!, width!]), [1, 2, 0]);
}
