import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { pytorchInit } from "../../src/models/initialisers.ts";
import { makeLayers } from "../../src/models/layers.ts";
import { createModel, HEADS, type HeadSpec } from "../../src/models/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { softmaxCrossEntropy } from "../../src/tensor/ops.ts";
import * as tf from "../../src/tensor/tf.ts";
import { uniform } from "../train/lcg.ts";

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

Deno.test("createModel() refuses levels whose product is not the number of classes", async () => {
  await assertRejects(
    () => createModel({ name: "efficientnet_nano" }, { classes: 18, levels: [3, 3], seed: 1 }),
    RangeError,
    "[3,3] must be 18",
  );
});

Deno.test("every head gives a score for every class", async () => {
  for (const name of ["plain", "hidden", "multiSample", "attributes", "multiTask", "arcFace"] as const) {
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

/** A head's layers without a network, and what it makes of features. */
function headAlone(spec: HeadSpec, { features, classes }: { features: number; classes: number }) {
  const layers = makeLayers({ rng: seededRng(1), initialiser: pytorchInit() });
  const head = build("head", HEADS, spec)(layers, "fc", { features, classes, levels: [classes] });
  return { head, params: layers.params };
}

Deno.test("the arcFace head gives the logits, losses and gradients that PyTorch gives by the paper's formula", async () => {
  await initBackend({ need: "train" });
  const reference = JSON.parse(await Deno.readTextFile(new URL("../reference/heads.json", import.meta.url)));
  const B = 6, D = 7, C = 4;
  const { head, params } = headAlone({ name: "arcFace" }, { features: D, classes: C });
  const weight = params["fc.weight"]! as tf.Variable;
  weight.assign(tf.transpose(tf.tensor2d(uniform(C * D, 2), [C, D])));
  const x = tf.tensor2d(reference.features, [B, D]), targets = tf.tensor2d(reference.targets, [B, C]);
  const still = head.apply(x, { training: false });
  assertEquals(still.lossLogits, undefined);
  const cosines = await still.logits.data();
  const lossOf = (features: tf.Tensor2D) => {
    const { lossLogits } = head.apply(features, { training: true, rng: seededRng(1), targets });
    return softmaxCrossEntropy(lossLogits![0]!, targets);
  };
  const losses = await lossOf(x).data();
  const { value, grads } = tf.variableGrads(() => tf.mean(lossOf(x)) as tf.Scalar, [weight]);
  const byFeatures = await tf.grad((features) => tf.mean(lossOf(features as tf.Tensor2D)))(x).data();
  const byWeight = await tf.transpose(grads[weight.name]!).data();
  value.dispose();
  for (
    const [found, expected] of [
      [cosines, reference.cosines],
      [losses, reference.loss],
      [byFeatures, reference.feature_gradient],
      [byWeight, reference.weight_gradient],
    ]
  ) {
    const scale = Math.max(...expected.map(Math.abs)); // relative to the largest: float32 against float64
    expected.forEach((number: number, i: number) => assertAlmostEquals(found[i]! / scale, number / scale, 2e-5));
  }
});

Deno.test("the arcFace head has finite gradients where a feature points exactly along its class or away from it", async () => {
  await initBackend({ need: "train" });
  const { head, params } = headAlone({ name: "arcFace" }, { features: 3, classes: 2 });
  params["fc.weight"]!.assign(tf.tensor2d([[1, 0], [0, 1], [0, 0]]));
  const targets = tf.tensor2d([[1, 0], [1, 0], [0, 1]]);
  const gradient = await tf.grad((x) => {
    const { lossLogits } = head.apply(x as tf.Tensor2D, { training: true, rng: seededRng(1), targets });
    return tf.mean(softmaxCrossEntropy(lossLogits![0]!, targets));
  })(tf.tensor2d([[2, 0, 0], [-3, 0, 0], [0, 0, 0]])).data();
  assert(gradient.every(Number.isFinite), `${gradient}`);
});

Deno.test("the multiSample head gives a score for each mask in training, whose mean are the logits", async () => {
  await initBackend({ need: "train" });
  const { head, params } = headAlone({ name: "multiSample", samples: 3, dropout: 0.5 }, { features: 40, classes: 2 });
  const x = tf.ones<tf.Rank.R2>([2, 40]);
  const { logits, lossLogits } = head.apply(x, { training: true, rng: seededRng(2) });
  const scores = await Promise.all(lossLogits!.map((tensor) => tensor.data()));
  assertEquals(scores.length, 3);
  assert(scores[0]!.some((value, i) => value !== scores[1]![i]), "masks differ");
  (await logits.data()).forEach((value, i) =>
    assertAlmostEquals(value, (scores[0]![i]! + scores[1]![i]! + scores[2]![i]!) / 3, 1e-6)
  );
  const still = head.apply(x, { training: false });
  assertEquals(still.lossLogits, undefined);
  const plain = await tf.add(tf.matMul(x, params["fc.weight"] as tf.Tensor2D), params["fc.bias"]!).data();
  assertEquals([...await still.logits.data()], [...plain]);
});

Deno.test("the multiTask head tells a number beside the class, and says which attribute it is", () => {
  const { head, params } = headAlone({ name: "multiTask", dropout: 0 }, { features: 5, classes: 3 });
  assertEquals(head.regression, { attribute: "age", weight: 0.001 });
  assertEquals(Object.keys(params), ["fc.classes.weight", "fc.classes.bias", "fc.age.weight", "fc.age.bias"]);
  const { logits, value } = head.apply(tf.ones<tf.Rank.R2>([4, 5]), { training: false });
  assertEquals([logits.shape, value!.shape], [[4, 3], [4]]);
});
