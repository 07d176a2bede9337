import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { cosine, exponential, OPTIMIZERS } from "../../src/optim/mod.ts";
import * as tf from "../../src/tensor/tf.ts";

Deno.test("exponential() multiplies once an epoch", () => {
  const schedule = exponential({ gamma: 0.995 });
  const at = (step: number) => schedule({ step, stepsPerEpoch: 10, epochs: 3 });
  assertEquals([at(0), at(9), at(10), at(29)], [1, 1, 0.995, 0.995 ** 2]);
});

Deno.test("cosine() rises to the base rate, then falls to its floor", () => {
  const schedule = cosine({ warmup: 2, floor: 0.1 });
  const at = (step: number) => schedule({ step, stepsPerEpoch: 10, epochs: 12 });
  assertAlmostEquals(at(0), 0.05);
  assertAlmostEquals(at(19), 1);
  assertAlmostEquals(at(20), 1);
  assertAlmostEquals(at(70), 0.55);
  assertAlmostEquals(at(120), 0.1);
});

Deno.test("adam() takes PyTorch's steps", async () => {
  // The update written out in double precision, as in PyTorch's documentation of Adam and AdamW.
  for (const weightDecay of [0, 0.1]) {
    const start = [[0.5, -1, 2]], gradients = [[[0.1, -2, 1e-6]], [[0.3, 1, -1e-6]], [[-1, 0, 5]]];
    const param = tf.variable(tf.tensor2d(start));
    const optimizer = build("optimizer", OPTIMIZERS, { name: "adam", weightDecay })({ weight: param });
    const expected = start[0]!.slice(), mean = [0, 0, 0], square = [0, 0, 0];
    gradients.forEach((rows, s) => {
      optimizer.apply({ weight: tf.tensor2d(rows) }, { lr: 0.01, step: s + 1 });
      rows[0]!.forEach((g, i) => {
        expected[i]! *= 1 - 0.01 * weightDecay;
        mean[i] = 0.9 * mean[i]! + 0.1 * g;
        square[i] = 0.999 * square[i]! + 0.001 * g * g;
        const root = Math.sqrt(square[i]! / (1 - 0.999 ** (s + 1))) + 1e-8;
        expected[i]! -= 0.01 * mean[i]! / (1 - 0.9 ** (s + 1)) / root;
      });
    });
    const values = await param.data();
    expected.forEach((value, i) => assert(Math.abs(values[i]! - value) < 1e-6, `${values[i]} for ${value}`)); // float32
    optimizer.dispose();
    param.dispose();
  }
});

Deno.test("adam() names a parameter without gradient", () => {
  const optimizer = build("optimizer", OPTIMIZERS, { name: "adam" })({ stem: tf.variable(tf.zeros([2])) });
  assertThrows(() => optimizer.apply({}, { lr: 0.1, step: 1 }), Error, `"stem"`);
});
