import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { LOSSES } from "../../src/losses/mod.ts";
import * as tf from "../../src/tensor/tf.ts";

const logits = [[2, -1, 0.5], [0, 0, 0], [-3, 4, 1]];
const targets = [[1, 0, 0], [0.2, 0.3, 0.5], [0, 0, 1]];

/** Cross entropy in double precision. */
function closedForm(labelSmoothing: number): number[] {
  return logits.map((row, i) => {
    const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
    return row.reduce(
      (sum, value, c) => sum - (targets[i]![c]! * (1 - labelSmoothing) + labelSmoothing / 3) * (value - total),
      0,
    );
  });
}

for (const labelSmoothing of [0, 0.1]) {
  Deno.test(`crossEntropy() with label smoothing ${labelSmoothing} matches the closed form`, async () => {
    const loss = build("loss", LOSSES, { name: "crossEntropy", labelSmoothing });
    const values = await loss(tf.tensor2d(logits), tf.tensor2d(targets)).data();
    closedForm(labelSmoothing).forEach((value, i) => assertAlmostEquals(values[i]!, value, 1e-5)); // float32
  });
}

Deno.test("crossEntropy() has finite gradients at saturated logits", async () => {
  const loss = build("loss", LOSSES, { name: "crossEntropy", labelSmoothing: 0.1 });
  const gradient = tf.grad((x) => tf.sum(loss(x as tf.Tensor2D, tf.tensor2d([[0, 1]]))))(tf.tensor2d([[200, -200]]));
  const values = await gradient.data();
  assert([...values].every(Number.isFinite));
  assertEquals(values.length, 2);
});
