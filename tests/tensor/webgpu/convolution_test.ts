import type { Rng } from "../../../src/core/rng.ts";
import * as tf from "../../../src/tensor/tf.ts";
import { type Case, oneOf } from "../compare.ts";
import { between, printedRng } from "../../random.ts";
import { assertOnGpu, gpuTest } from "./gpu.ts";

// Sums of up to some thousand products of standard normal values in float32, in another order.
const TOLERANCE = 2e-5;
const KERNELS = [1, 2, 3, 5, 7], STRIDES = [1, 2, 3];

type Padding = "same" | "valid" | number | tf.backend_util.ExplicitPadding;

/** An upstream gradient that tells positions apart. */
const upstream = (y: tf.Tensor) => tf.reshape(tf.sin(tf.range(0, y.size)), y.shape);

/** Padding that differs from side to side. */
function explicit(rng: Rng, most: number): tf.backend_util.ExplicitPadding {
  const side = () => between(rng, 0, most);
  return [[0, 0], [side(), side()], [side(), side()], [0, 0]];
}

/** A convolution and its gradients, by `[B, H, W, C]`, kernel and E. */
function convolutionCase(
  [B, H, W, C]: readonly number[],
  [kernel, E, stride]: readonly number[],
  pad: Padding,
): Case {
  const f = (x: tf.Tensor, filter: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride!, pad);
  return {
    name: `conv2d ${B}x${H}x${W}x${C} by ${kernel}x${kernel}x${E}, stride ${stride}, pad ${JSON.stringify(pad)}`,
    shapes: [[B!, H!, W!, C!], [kernel!, kernel!, C!, E!]],
    run: (...inputs) => {
      const y = tf.tidy(() => f(inputs[0]!, inputs[1]!));
      return [y, ...tf.grads(f as (...x: tf.Tensor[]) => tf.Tensor)(inputs, upstream(y))];
    },
  };
}

gpuTest("Conv2D and its gradients agree with the cpu backend", async () => {
  const rng = printedRng();
  // One padding for each kernel and stride, in turn, as most sizes make for programs of their own to compile.
  const cases = KERNELS.flatMap((kernel, i) =>
    STRIDES.map((stride, j) => {
      const pad = (["same", explicit(rng, kernel + 1), "valid", explicit(rng, kernel - 1)] as const)[(i + j) % 4]!;
      const channels = () => oneOf(rng, [between(rng, 1, 21), 4 * between(rng, 1, 5)]);
      const [H, W] = [between(rng, kernel, 14), between(rng, kernel, 14)];
      return convolutionCase([between(rng, 1, 3), H, W, channels()], [kernel, channels(), stride], pad);
    })
  );
  await assertOnGpu(cases, rng, TOLERANCE);
});

gpuTest("Conv2D and its gradients take the same padding on all sides as one number", async () => {
  const rng = printedRng();
  const C = between(rng, 1, 9);
  await assertOnGpu([convolutionCase([2, 9, 8, C], [3, 5, 1], between(rng, 1, 3))], rng, TOLERANCE);
});

gpuTest("Conv2D's filter gradient agrees with the cpu backend where its long sums are divided", async () => {
  const rng = printedRng();
  const sizes = [[3, 1, 3, 4], [3, 2, 3, 8], [1, 1, 8, 12], [1, 2, 5, 3]];
  const cases = sizes.map(([kernel, stride, C, E]) => {
    const size = between(rng, 60, 64) * stride!;
    return convolutionCase([2, size, size, C!], [kernel!, E!, stride!], "same");
  });
  await assertOnGpu(cases, rng, 1e-4);
});

gpuTest("dilated convolutions, which are not ours, still run", async () => {
  const rng = printedRng();
  const conv: Case = {
    name: "conv2d with dilation 2",
    shapes: [[2, 9, 8, 3], [3, 3, 3, 5]],
    run: (x, filter) => [tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same", "NHWC", 2)],
  };
  await assertOnGpu([conv], rng, TOLERANCE);
});
