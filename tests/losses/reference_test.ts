import { assertAlmostEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { REGRESSION_LOSSES, type RegressionLossSpec } from "../../src/losses/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import reference from "../reference/losses.json" with { type: "json" };
import { assertNear } from "../tensor/compare.ts";
import { type AnySpec, evaluate, onBackends } from "./evaluate.ts";

const { logits, hard, soft, upstream, counts, epochs, cases, regressions, value, wanted } = reference;
const FLOAT32 = 2e-6; // of the largest value: a few roundings, among them of exp and log

for (const { loss, targets, epoch, values, mean, gradient } of cases) {
  const { name, ...options } = loss;
  const shown = JSON.stringify(options).replaceAll('"', "");
  Deno.test(`${name}() with ${targets} targets and ${shown} in epoch ${epoch} agrees with PyTorch`, () =>
    onBackends(async () => {
      const found = await evaluate(loss as AnySpec, {
        logits,
        targets: targets === "hard" ? hard : soft,
        context: { counts, epoch, epochs },
        upstream: values ? upstream : logits.map(() => 1 / logits.length), // of the mean, where it is the batch's
      });
      if (values) assertNear(found.values, values, FLOAT32, "values");
      else assertAlmostEquals(found.values.reduce((sum, one) => sum + one, 0) / found.values.length, mean!, FLOAT32);
      assertNear(found.gradient, gradient, FLOAT32, "gradient");
    }));
}

Deno.test("weightedCrossEntropy()'s mean is PyTorch's, times the batch's mean weight", async () => {
  const { values } = await evaluate({ name: "weightedCrossEntropy" }, { logits, targets: hard, context: { counts } });
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  assertAlmostEquals(mean, reference.weighted_mean.loss * reference.weighted_mean.weight, 1e-5);
});

for (const { loss: spec, values, gradient } of regressions) {
  Deno.test(`${spec.name}() ${"delta" in spec ? `with delta ${spec.delta} ` : ""}agrees with PyTorch`, () =>
    onBackends(async () => {
      const loss = build("regression loss", REGRESSION_LOSSES, spec as RegressionLossSpec);
      const before = tf.memory().numTensors;
      const kept = tf.tidy(() => {
        const x = tf.tensor1d(value), y = tf.tensor1d(wanted);
        return [loss(x, y), tf.grad((x) => tf.sum(tf.mul(loss(x as tf.Tensor1D, y), tf.tensor1d(upstream))))(x)];
      });
      const [found, slope] = await Promise.all(kept.map((tensor) => tensor.data()));
      tf.dispose(kept);
      assertNear(found!, values, FLOAT32, "values");
      assertNear(slope!, gradient, FLOAT32, "gradient");
      assertAlmostEquals(tf.memory().numTensors, before);
    }));
}
