/**
 * The probe of a backend: a small convolution, and its gradients, with answers computed in plain loops.
 *
 * @module
 */
import { conv2d } from "./ops.ts";
import * as tf from "./tf.ts";

/** What a backend is wanted for. */
export type Need = "train" | "predict";

const SIZE = 4, KERNEL = 3, STRIDE = 2, PADDING = 1, OUT = 2, INPUTS = 2, OUTPUTS = 3;

/** Values that no mistake of order or sign leaves alone. */
const wave = (length: number, phase: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * i + phase));

/**
 * Checks that the current backend convolves, and if training is wanted, differentiates.
 *
 * @throws {Error} If it cannot, or gives other numbers than it must.
 */
export async function probe(need: Need): Promise<void> {
  const images = wave(SIZE * SIZE * INPUTS, 1), weights = wave(KERNEL * KERNEL * INPUTS * OUTPUTS, 2);
  const upstream = wave(OUT * OUT * OUTPUTS, 3), expected = convolveInLoops(images, weights, upstream);
  const results = tf.tidy(() => {
    const x = tf.tensor4d(images, [1, SIZE, SIZE, INPUTS]);
    const filter = tf.tensor4d(weights, [KERNEL, KERNEL, INPUTS, OUTPUTS]);
    const forward = (x: tf.Tensor, filter: tf.Tensor) =>
      conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, { stride: STRIDE, padding: PADDING });
    const y = forward(x, filter);
    if (need === "predict") return [y];
    return [y, ...tf.grads(forward)([x, filter], tf.tensor4d(upstream, [1, OUT, OUT, OUTPUTS]))];
  });
  const names = ["a convolution", "its gradient by the image", "its gradient by the filter"];
  for (const [i, result] of results.entries()) {
    const values = await result.data(), wanted = expected[i]!;
    const off = wanted.reduce((worst, value, k) => Math.max(worst, Math.abs(value - values[k]!)), 0);
    if (!(off < 1e-3)) throw new Error(`${names[i]} is off by ${off} in the probe`);
  }
  tf.dispose(results);
}

/** The convolution and its gradients by image and filter for the upstream gradient given. */
function convolveInLoops(images: Float32Array, weights: Float32Array, upstream: Float32Array): Float64Array[] {
  const y = new Float64Array(upstream.length), dx = new Float64Array(images.length);
  const dw = new Float64Array(weights.length);
  for (let out = 0; out < upstream.length; out++) {
    const e = out % OUTPUTS, column = Math.floor(out / OUTPUTS) % OUT, row = Math.floor(out / OUTPUTS / OUT);
    for (let tap = 0; tap < KERNEL * KERNEL * INPUTS; tap++) {
      const d = tap % INPUTS, kx = Math.floor(tap / INPUTS) % KERNEL, ky = Math.floor(tap / INPUTS / KERNEL);
      const iy = row * STRIDE + ky - PADDING, ix = column * STRIDE + kx - PADDING;
      if (iy < 0 || ix < 0 || iy >= SIZE || ix >= SIZE) continue;
      const pixel = (iy * SIZE + ix) * INPUTS + d, weight = tap * OUTPUTS + e;
      y[out]! += images[pixel]! * weights[weight]!;
      dx[pixel]! += upstream[out]! * weights[weight]!;
      dw[weight]! += upstream[out]! * images[pixel]!;
    }
  }
  return [y, dx, dw];
}
