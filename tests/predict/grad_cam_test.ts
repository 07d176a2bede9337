import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { randomInt } from "../../src/core/rng.ts";
import { denseNet, DENSENETS } from "../../src/models/families/densenet.ts";
import { mobileNetV3, MOBILENETV3S } from "../../src/models/families/mobilenetv3.ts";
import { resNet, RESNETS } from "../../src/models/families/resnet.ts";
import { type Architecture, createModel, type Model, type ModelSpec } from "../../src/models/mod.ts";
import { gradCam, overlayHeat } from "../../src/predict/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { readRecord, recordedModel } from "../models/zoo.ts";
import { SMALL_DENSENET, SMALL_MOBILENETV3 } from "../models/zoo_small.ts";
import { between, printedRng } from "../random.ts";
import { uniform } from "../train/lcg.ts";
import recorded from "../reference/grad_cam.json" with { type: "json" };

await initBackend({ need: "train", prefer: "wasm" });

const rng = printedRng();
const randomBytes = (count: number) => Uint8Array.from({ length: count }, () => randomInt(rng, 256));

// The widths of tests/reference/zoo_*.py.
const NETWORKS: readonly (readonly [file: string, name: keyof typeof recorded & string, architecture: Architecture])[] =
  [
    ["resnet", "resnet18", {
      ...RESNETS.resnet18,
      build: (layers, { dropPath }) =>
        resNet(
          layers,
          { stem: 8, stages: [[2, 8, 8], [2, 12, 12], [1, 16, 16], [1, 20, 20]], bottleneck: false },
          dropPath,
        ),
    }],
    ["densenet", "densenet121", {
      ...DENSENETS.densenet121,
      build: (layers) => denseNet(layers, SMALL_DENSENET),
    }],
    ["mobilenetv3", "mobilenetv3_large_100", {
      ...MOBILENETV3S.mobilenetv3_large_100,
      build: (layers, { dropPath }) => mobileNetV3(layers, SMALL_MOBILENETV3, dropPath),
    }],
  ];

for (const [file, name, architecture] of NETWORKS) {
  Deno.test(`gradCam() of ${name} is that of PyTorch's gradients`, async () => {
    const { size, shape, heat, predicted } = recorded[name] as (typeof recorded)["resnet18"];
    const record = { ...await readRecord(file), size };
    const { model } = await recordedModel(record, name, architecture);
    const pixels = Uint8Array.from(uniform(4 * size * size * 3, 77), (value) => Math.floor((value + 1) * 128));
    try {
      const before = tf.memory().numTensors;
      const found = await gradCam(model, pixels, { classIndex: [0, 1, 2, 3] });
      assertEquals([...(await gradCam(model, pixels)).classes], predicted);
      assertEquals(tf.memory().numTensors, before);
      assertEquals([4, ...found.size], shape);
      // Both round to single precision; weights that nearly cancel lose most of it.
      const worst = heat.reduce((most, value, i) => Math.max(most, Math.abs(value - found.values[i]!)), 0);
      assert(worst < 1e-4, `${worst}`);
      assert(heat.some((value) => value > 0.05 && value < 0.95));
    } finally {
      model.dispose();
    }
  });
}

/** A model whose maps are its pixels as they are, or turned about, and whose class scores are products of map means. */
function constructed(size: readonly [number, number], weights: readonly (readonly number[])[]): Model {
  return {
    name: "constructed",
    input: { size, mean: [0, 0, 0], std: [1, 1, 1], interpolation: "bilinear" },
    classes: weights.map((_, c) => `class ${c}`),
    maps: (x: tf.Tensor4D) => tf.clone(x),
    pool: (maps: tf.Tensor4D) => tf.square(tf.mean(maps, [1, 2])),
    classify: (features: tf.Tensor2D) => ({
      logits: tf.matMul(features, tf.transpose(tf.tensor2d(weights.flat(), [weights.length, 3]))),
    }),
  } as unknown as Model;
}

Deno.test("gradCam() is the closed form where maps and head are known", async () => {
  const height = between(rng, 2, 9),
    width = between(rng, 2, 9),
    batch = between(rng, 1, 4),
    classes = between(rng, 2, 6);
  const weights = Array.from({ length: classes }, () => Array.from({ length: 3 }, () => rng() * 2 - 1));
  const pixels = randomBytes(batch * height * width * 3), count = height * width;
  const wanted = Array.from({ length: batch }, () => randomInt(rng, classes));
  const { values, size } = await gradCam(constructed([height, width], weights), pixels, { classIndex: wanted });
  assertEquals(size, [height, width]);
  for (let b = 0; b < batch; b++) {
    const at = (i: number, k: number) => pixels[(b * count + i) * 3 + k]! / 255;
    const places = Array.from({ length: count }, (_, i) => i);
    // A score is the sum of w m^2 over the maps' means m: its mean gradient by map k is 2 w m / (h w).
    const alpha = [0, 1, 2].map((k) => {
      const mean = places.reduce((sum, i) => sum + at(i, k), 0) / count;
      return 2 * weights[wanted[b]!]![k]! * mean / count;
    });
    const heat = places.map((i) => Math.max(0, alpha.reduce((sum, a, k) => sum + a * at(i, k), 0)));
    const most = Math.max(...heat) || 1;
    // Sums of up to 81 terms that may cancel, in single precision.
    heat.forEach((value, i) =>
      assert(Math.abs(value / most - values[b * count + i]!) < 1e-3, `image ${b}, place ${i}`)
    );
  }
});

Deno.test("gradCam() gives no heat, and no NaN, where no place speaks for the class", async () => {
  const { values } = await gradCam(constructed([3, 4], [[-1, -1, -1], [1, 1, 1]]), randomBytes(36), { classIndex: 0 });
  assertEquals([...values], new Array(12).fill(0));
});

Deno.test("gradCam() of an image does not depend on the others of its batch", async () => {
  const model = await createModel({ name: "efficientnet_nano" }, { classes: 4, seed: 3, size: [45, 37] });
  const stride = 45 * 37 * 3, pixels = randomBytes(3 * stride);
  try {
    const all = await gradCam(model, pixels, { classIndex: [1, 3, 0] });
    const one = await gradCam(model, pixels.subarray(stride, 2 * stride), { classIndex: 3 });
    const places = one.values.length;
    one.values.forEach((value, i) => assert(Math.abs(value - all.values[places + i]!) < 1e-4));
  } finally {
    model.dispose();
  }
});

const FAMILIES: readonly ModelSpec[] = [
  { name: "efficientnet_nano", head: { name: "hidden", units: 8, dropout: 0.5 } },
  { name: "resnet18", head: { name: "attributes" } },
  { name: "densenet121", head: { name: "multiSample" } },
  { name: "regnety_008", head: { name: "multiTask", by: "attributes" } },
  { name: "mobilenetv3_large_100", head: { name: "arcFace" } },
  { name: "convnext_tiny" },
];

for (const spec of FAMILIES) {
  Deno.test(`gradCam() runs on ${spec.name} with head ${(spec.head as { name: string })?.name ?? "plain"}`, async () => {
    const model = await createModel(spec, { classes: 6, levels: [2, 3], seed: 2, size: [64, 64] });
    const pixels = randomBytes(2 * 64 * 64 * 3), before = tf.memory().numTensors;
    try {
      const found = await gradCam(model, pixels, { classIndex: [0, 5] });
      assertEquals(tf.memory().numTensors, before);
      assertEquals(found.values.length, 2 * found.size[0] * found.size[1]);
      assert(found.values.every((value) => value >= 0 && value <= 1.000001));
    } finally {
      model.dispose();
    }
  });
}

Deno.test("gradCam() refuses pixels of no whole image and classes that are none, and leaves no tensor", async () => {
  const model = constructed([3, 4], [[1, 0, 0], [0, 1, 0]]), before = tf.memory().numTensors;
  await assertRejects(() => gradCam(model, new Uint8Array(35)), TypeError, "3 x 4, 36 bytes each: current number");
  await assertRejects(() => gradCam(model, new Uint8Array(0)), RangeError, "at least 1");
  await assertRejects(() => gradCam(model, new Uint8Array(36), { classIndex: 2 }), RangeError, "from 0 to 1");
  await assertRejects(() => gradCam(model, new Uint8Array(36), { classIndex: [0, 1] }), TypeError, "same length");
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("overlayHeat() shows cold places as they are, and reddens hot ones", () => {
  const height = between(rng, 4, 12), width = between(rng, 4, 12);
  const pixels = randomBytes(height * width * 3);
  const heat = (values: number[]) => ({
    values: Float32Array.from(values),
    size: [1, 2] as const,
    classes: Int32Array.of(0),
  });
  assertEquals(overlayHeat(pixels, heat([0, 0]), { size: [height, width] }), pixels);
  const out = overlayHeat(pixels, heat([0, 1]), { size: [height, width], strength: 1 });
  assertEquals(out.subarray(0, 3), pixels.subarray(0, 3)); // left of the first place's middle
  assertEquals([...out.subarray((width - 1) * 3, width * 3)], [220, 30, 20]);
});

Deno.test("overlayHeat() interpolates as PyTorch does without aligned corners", () => {
  // torch.nn.functional.interpolate(tensor([[[[0., 1.]]]]), (1, 6), mode="bilinear", align_corners=False)
  const expected = [0, 0, 1 / 3, 2 / 3, 1, 1];
  const heat = { values: Float32Array.of(0, 1), size: [1, 2] as const, classes: Int32Array.of(0) };
  const red = overlayHeat(new Uint8Array(18), heat, { size: [1, 6], strength: 1 }).filter((_, i) => i % 3 === 2);
  const ramp = [190, 160, 40, 20];
  expected.forEach((share, i) => {
    const at = Math.min(share * 3, 3), low = Math.min(Math.floor(at), 2);
    const blue = (ramp[low]! + (ramp[low + 1]! - ramp[low]!) * (at - low)) * share;
    assert(Math.abs(red[i]! - blue) <= 1, `pixel ${i}: ${red[i]} for ${blue}`);
  });
});

Deno.test("overlayHeat() refuses pixels that do not fit and a strength out of range", () => {
  const heat = { values: Float32Array.of(1), size: [1, 1] as const, classes: Int32Array.of(0) };
  assertThrows(() => overlayHeat(new Uint8Array(5), heat, { size: [1, 2] }), TypeError, "6 bytes: current number is 5");
  assertThrows(() => overlayHeat(new Uint8Array(6), heat, { size: [1, 2], strength: 2 }), RangeError, "0 to 1");
});
