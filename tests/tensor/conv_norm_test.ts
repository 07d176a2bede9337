import { assertEquals } from "@std/assert";
import { type Activation, convNorm, disposeBackend, initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { assertCases, type Case } from "./compare.ts";
import { between, printedRng } from "../random.ts";

// As batchNorm() and conv2d(): own kernels and compositions agree to 1e-4 of the largest value.
const TOLERANCE = 1e-4;

/** Sizes and options of a convolution with its norm. */
interface Given {
  readonly shape: readonly [number, number, number, number];
  readonly E: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly activation: Activation;
  readonly training: boolean;
}

function convNormCase({ shape, E, kernel, stride, padding, activation, training }: Given): Case {
  return {
    name:
      `convNorm of [${shape}] by ${kernel}x${kernel}x${E}/${stride}+${padding}, ${activation}, training ${training}`,
    shapes: [[...shape], [kernel, kernel, shape[3], E], [E], [E], [E], [E]],
    run: (x, filter, gamma, beta, start, wild) => {
      const mean = tf.variable(start!, false) as tf.Variable<tf.Rank.R1>;
      const variance = tf.variable(tf.abs(wild!), false) as tf.Variable<tf.Rank.R1>;
      const options = { stride, padding, activation, training, momentum: 0.2, epsilon: 1e-2 };
      const f = (x: tf.Tensor, filter: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
        const norm = { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D, mean, variance };
        return convNorm(x as tf.Tensor4D, filter as tf.Tensor4D, norm, options);
      };
      const y = f(x!, filter!, gamma!, beta!), once = [tf.clone(mean), tf.clone(variance)];
      // Not around zero, or the sum that is the last shift's gradient would cancel to nothing but rounding.
      const upstream = tf.reshape(tf.add(tf.sin(tf.range(0, y.size)), 0.5), y.shape);
      const gradients = tf.grads(f)([x!, filter!, gamma!, beta!], upstream);
      tf.dispose([mean, variance]);
      return activation === "hardSwish" ? [y, ...once] : [y, ...once, ...gradients]; // see cornerCases()
    },
  };
}

const ACTIVATIONS: readonly Activation[] = ["none", "relu", "leakyRelu", "silu", "hardSwish", "gelu"];

Deno.test("convNorm() has one result and gradient, fused or composed, and updates the same statistics", async () => {
  const rng = printedRng();
  const cases = [[1, 1, 0], [3, 1, 1], [3, 2, 1], [5, 2, 2], [1, 2, 0]].flatMap(([kernel, stride, padding]) =>
    ACTIVATIONS.flatMap((activation) =>
      [true, false].map((training) => {
        const shape = [between(rng, 2, 4), between(rng, 5, 9), between(rng, 5, 9), between(rng, 1, 20)] as const;
        const [k, s, p] = [kernel!, stride!, padding!];
        return convNormCase({ shape, E: between(rng, 1, 30), kernel: k, stride: s, padding: p, activation, training });
      })
    )
  );
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("convNorm() agrees where it divides the work otherwise", async () => {
  const rng = printedRng(), activation = "silu";
  const cases = [true, false].flatMap((training) => [
    convNormCase({ shape: [3, 40, 41, 3], E: 9, kernel: 3, stride: 2, padding: 1, activation, training }),
    convNormCase({ shape: [3, 20, 21, 8], E: 11, kernel: 1, stride: 1, padding: 0, activation, training }),
    convNormCase({ shape: [2, 2, 3, 24], E: 390, kernel: 1, stride: 1, padding: 0, activation, training }),
  ]);
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("convNorm() leaves nothing behind, with or without a backward pass", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  const x = tf.randomNormal([2, 5, 5, 3]) as tf.Tensor4D, filter = tf.randomNormal([3, 3, 3, 4]) as tf.Tensor4D;
  const gamma = tf.ones([4]) as tf.Tensor1D, beta = tf.zeros([4]) as tf.Tensor1D;
  const norm = { gamma, beta, mean: tf.variable(beta, false), variance: tf.variable(gamma, false) };
  const before = tf.memory().numTensors;
  const f = (x: tf.Tensor) => convNorm(x as tf.Tensor4D, filter, norm, { padding: 1, training: true });
  f(x).dispose();
  tf.grad(f)(x).dispose();
  tf.grad((x: tf.Tensor) => (f(x), tf.sum(tf.mul(x, 2))) as tf.Tensor)(x).dispose(); // not on the way to the sum
  convNorm(x, filter, norm, { padding: 1, training: false }).dispose();
  assertEquals(tf.memory().numTensors, before);
  tf.dispose([x, filter, gamma, beta, norm.mean, norm.variance]);
  await disposeBackend();
});
