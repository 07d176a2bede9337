/**
 * Padding of convolutions: as many pixels on each side, or as many as TensorFlow's rule "same" asks for.
 *
 * @module
 */
import type { Sides } from "../own.ts";

/**
 * Zeros around an image: a number of pixels on each of the four sides; or `"same"`, with which a result has
 * `ceil(size / stride)` pixels. It takes max((ceil(size / stride) - 1) stride + K - size, 0) zeros along an axis, the smaller
 * half before, so that with a stride the two sides may differ, and with the image's size too:
 * https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
export type Padding = number | "same";

/** Zeros before and after along each axis, for images `[B, H, W, D]` and a filter `[K, K, ...]`. */
export function sidesOf(padding: Padding, shape: readonly number[], filter: readonly number[], stride: number): Sides {
  const axis = (k: 0 | 1): [number, number] => {
    if (padding !== "same") return [padding, padding];
    const size = shape[1 + k]!, total = Math.max((Math.ceil(size / stride) - 1) * stride + filter[k]! - size, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  return [[0, 0], axis(0), axis(1), [0, 0]];
}
