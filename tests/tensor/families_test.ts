import { assertThrows } from "@std/assert";
import { conv2d, convNorm, disposeBackend, initBackend, maxPool } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { assertCases, printedRng } from "./compare.ts";
import { activationCases, convNormCases, groupedCases, layerNormCases, poolingCases, sameCases } from "./op_cases.ts";

// What the operations promise: own kernels and compositions agree to 1e-4 of the largest value.
const TOLERANCE = 1e-4;

const KERNELS = [1, 2, 3, 5, 7], STRIDES = [1, 2, 3];

Deno.test("conv2d() in groups has one result and gradient, own or composed", async () => {
  const rng = printedRng();
  await assertCases(groupedCases(rng, KERNELS, STRIDES), rng, TOLERANCE);
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
  await assertCases(activationCases(rng), rng, 1e-6);
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
