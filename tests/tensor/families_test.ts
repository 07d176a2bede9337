import { assertEquals, assertThrows } from "@std/assert";
import {
  activate,
  conv2d,
  convNorm,
  convTranspose2d,
  disposeBackend,
  hardSigmoid,
  initBackend,
  layerNorm,
  maxPool,
} from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { startEngine } from "../../src/tensor/wasm/mod.ts";
import { assertCases, assertNear, normals, SETTINGS } from "./compare.ts";
import { between, printedRng } from "../random.ts";
import { erf, layerNormInDoubles } from "./doubles.ts";
import {
  activationCases,
  assertNothingLeft,
  convNormCases,
  cornerCases,
  groupedCases,
  layerNormCases,
  poolingCases,
  sameCases,
  transposedCases,
} from "./op_cases.ts";

// What the operations promise: own kernels and compositions agree to 1e-4 of the largest value.
const TOLERANCE = 1e-4;

const KERNELS = [1, 2, 3, 5, 7], STRIDES = [1, 2, 3];

Deno.test("conv2d() in groups has one result and gradient, own or composed", async () => {
  const rng = printedRng();
  await assertCases(groupedCases(rng, KERNELS, STRIDES), rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("convTranspose2d() has one result and gradient, own or composed", async () => {
  const rng = printedRng();
  await assertCases(transposedCases(rng), rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("convTranspose2d() refuses an output padding of a whole step, and a result of nothing", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  const run = (size: number, options: Parameters<typeof convTranspose2d>[2]) => () =>
    tf.tidy(() => void convTranspose2d(tf.ones([1, size, 3, 2]), tf.ones([4, 4, 3, 2]), options));
  assertThrows(run(3, { stride: 2, outputPadding: 2 }), RangeError, "less than the stride");
  assertThrows(run(1, { stride: 2, padding: 2 }), RangeError, "a pixel be left");
  assertEquals(tf.tidy(() => convTranspose2d(tf.ones([1, 3, 3, 2]), tf.ones([4, 4, 3, 2]), { stride: 2 }).shape), [
    1,
    8,
    8,
    3,
  ]);
  await disposeBackend();
});

Deno.test('conv2d() and depthwiseConv2d() pad alike by "same"', async () => {
  const rng = printedRng();
  await assertCases(sameCases(rng, KERNELS, STRIDES), rng, TOLERANCE);
  await disposeBackend();
});

Deno.test('convNorm() in groups and with "same" has one result and gradient, and updates the same statistics', async () => {
  const rng = printedRng();
  await assertCases(convNormCases(rng), rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("maxPool() and averagePool() have one result and gradient", async () => {
  const rng = printedRng();
  await assertCases(poolingCases(rng), rng, 1e-6);
  await disposeBackend();
});

Deno.test("layerNorm() has one result and gradient, own or composed", async () => {
  const rng = printedRng();
  await assertCases(layerNormCases(rng), rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("activate() and hardSigmoid() have one result and gradient, near zero and far out", async () => {
  const rng = printedRng();
  await assertCases(activationCases(rng), rng, 5e-6);
  await disposeBackend();
});

Deno.test("activate() has GELU to 3e-7 of the largest value, and its slope", async () => {
  const x = Float32Array.from({ length: 60_001 }, (_, i) => i / 5000 - 6);
  const share = (z: number) => 0.5 * (1 + erf(z * Math.SQRT1_2));
  const density = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  const gelu = (x: tf.Tensor) => activate(x, "gelu");
  await initBackend({ need: "train", prefer: "wasm" });
  for (const [instructions, threads] of SETTINGS) {
    await startEngine({ instructions, threads });
    const [y, dx] = tf.tidy(() => [gelu(tf.tensor1d(x)), tf.grad(gelu)(tf.tensor1d(x))].map((t) => t.dataSync()));
    const exact = Float64Array.from(x, (z) => z * share(z)),
      slope = Float64Array.from(x, (z) => share(z) + z * density(z));
    assertNear(y!, exact, 1e-7); // of 6
    assertNear(dx!, slope, 4e-7);
    const near = [...x.keys()].filter((i) => Math.abs(x[i]!) <= 1);
    assertNear(near.map((i) => y![i]!), near.map((i) => exact[i]!), 3e-7);
  }
  await disposeBackend();
});

Deno.test("activate() and hardSigmoid() are finite far out and let NaN through", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  const values = [-1e30, -200, -8, 200, 1e30, NaN];
  const limits = {
    relu: [0, 0, 0, 200, 1e30],
    hardSwish: [0, 0, 0, 200, 1e30],
    gelu: [0, 0, 0, 200, 1e30],
    hardSigmoid: [0, 0, 0, 1, 1],
  };
  for (const [name, expected] of Object.entries(limits)) {
    const f = (x: tf.Tensor) => name === "hardSigmoid" ? hardSigmoid(x) : activate(x, name as "gelu");
    const [y, dx] = tf.tidy(() => [f(tf.tensor1d(values)), tf.grad(f)(tf.tensor1d(values))].map((t) => t.dataSync()));
    const slope = name === "hardSigmoid" ? 0 : 1;
    assertNear(y!.subarray(0, 4), expected.slice(0, 4), 1e-6, name);
    assertEquals(y![4], Math.fround(expected[4]!), name);
    assertNear(dx!.subarray(0, 5), [0, 0, 0, slope, slope], 1e-6, name);
    assertEquals([y![5], dx![5]].map(String), ["NaN", name === "relu" ? "1" : "NaN"], name);
  }
  await disposeBackend();
});

Deno.test("activate() has the leaky ReLU's slopes far out, and lets NaN through", async () => {
  const f = (x: tf.Tensor) => activate(x, "leakyRelu"), values = [-1e30, -5, 0, 5, 1e30, NaN];
  for (const prefer of ["cpu", "wasm"] as const) {
    await initBackend({ need: "train", prefer });
    const [y, dx] = tf.tidy(() => [f(tf.tensor1d(values)), tf.grad(f)(tf.tensor1d(values))].map((t) => t.dataSync()));
    assertEquals([...y!], [-2e29, -1, 0, 5, 1e30, NaN].map(Math.fround), prefer);
    assertEquals([...dx!.subarray(0, 5)], [0.2, 0.2, 0.2, 1, 1].map(Math.fround), prefer); // at 0 as PyTorch has it
  }
  await disposeBackend();
});

Deno.test("layerNorm() keeps its precision where the mean is a thousand deviations away", async () => {
  const rng = printedRng(), shape = [50, between(rng, 20, 70)], size = tf.util.sizeFromShape(shape), C = shape[1]!;
  const values = normals(rng, size).map((value) => 1000 + value), gradient = normals(rng, size);
  const exact = layerNormInDoubles(values, gradient, C);
  await initBackend({ need: "train", prefer: "wasm" });
  const [y, dx] = tf.tidy(() => {
    const gamma = tf.ones([C]) as tf.Tensor1D, beta = tf.zeros([C]) as tf.Tensor1D, x = tf.tensor(values, shape);
    const f = (x: tf.Tensor) => layerNorm(x, gamma, beta, { epsilon: 0 });
    return [f(x), tf.grad(f)(x, tf.tensor(gradient, shape))].map((t) => t.dataSync());
  });
  // The mean of a row is known to a float's step at 1000, 6e-5.
  assertNear(y!, exact.y, 2e-4);
  assertNear(dx!, exact.dx, 2e-4);
  await disposeBackend();
});

Deno.test("batchNorm() and convNorm() have one gradient with relu and hardSwish", async () => {
  const rng = printedRng();
  await assertCases(cornerCases(rng), rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("the operations leave nothing behind, with or without a backward pass", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  await assertNothingLeft();
  await disposeBackend();
});

Deno.test("conv2d() and maxPool() say what they cannot do", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  tf.tidy(() => {
    const x = tf.zeros([1, 4, 4, 6]) as tf.Tensor4D, filter = tf.zeros([3, 3, 3, 4]) as tf.Tensor4D;
    assertThrows(() => conv2d(x, filter, { groups: 3 }), RangeError, "current value is 3");
    assertThrows(() => conv2d(x, filter), RangeError, "6 channels");
    const vector = tf.zeros([4]) as tf.Tensor1D, variable = tf.variable(vector, false);
    const norm = { gamma: vector, beta: vector, mean: variable, variance: variable };
    assertThrows(() => convNorm(x, filter, norm, { groups: 6, training: true }), RangeError, "current value is 6");
    variable.dispose();
    assertThrows(() => maxPool(x, { size: 3, stride: 2, padding: 2 }), RangeError, "current value is 2");
  });
});
