import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createModel } from "../../src/models/mod.ts";
import * as tf from "../../src/tensor/tf.ts";

const noise = (seed: number) => tf.randomNormal<tf.Rank.R4>([3, 32, 32, 3], 0, 1, "float32", seed);

Deno.test("the attributes head gives a class the product of its levels' probabilities", async () => {
  const head = { name: "attributes", dropout: 0 } as const;
  const model = await createModel({ name: "efficientnet_nano", head }, {
    classes: 12,
    levels: [3, 2, 2],
    seed: 1,
    size: [32, 32],
  });
  const bias = model.params["classifier.bias"]!;
  assertEquals(bias.shape, [7]);
  bias.assign(tf.tensor1d([0.3, -1, 2, 0.5, -0.5, 1, 0]));
  const { features, logits } = model.forward(noise(1), { training: false });
  const scores = await tf.add(tf.matMul(features, model.params["classifier.weight"] as tf.Tensor2D), bias)
    .array() as number[][];
  const found = await tf.softmax(logits).array();
  const softmax = (z: number[]) => {
    const sum = z.reduce((total, value) => total + Math.exp(value), 0);
    return z.map((value) => Math.exp(value) / sum);
  };
  scores.forEach((row, b) => {
    const [first, second, third] = [softmax(row.slice(0, 3)), softmax(row.slice(3, 5)), softmax(row.slice(5))];
    for (let c = 0; c < 12; c++) {
      const product = first[Math.floor(c / 4)]! * second[Math.floor(c / 2) % 2]! * third[c % 2]!;
      assertAlmostEquals(found[b]![c]!, product, 1e-6); // float32
    }
  });
  model.dispose();
});

Deno.test("await createModel() refuses levels whose product is not the number of classes", () => {
  assertThrows(
    () => await createModel({ name: "efficientnet_nano" }, { classes: 18, levels: [3, 3], seed: 1 }),
    RangeError,
    "[3,3] must be 18",
  );
});

Deno.test("every head gives a score for every class", () => {
  for (const name of ["plain", "hidden", "attributes"] as const) {
    const model = await createModel({ name: "efficientnet_nano", head: { name } }, {
      classes: 6,
      levels: [3, 2],
      seed: 1,
      size: [32, 32],
    });
    const logits = tf.tidy(() => model.forward(noise(2), { training: false }).logits);
    assertEquals(logits.shape, [3, 6]);
    assert(Object.keys(model.params).some((param) => param.startsWith("classifier.")));
    model.dispose();
  }
});
