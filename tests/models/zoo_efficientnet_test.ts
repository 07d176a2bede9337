import { assertThrows } from "@std/assert";
import { efficientNet, EFFICIENTNETS, type EfficientNetShape } from "../../src/models/families/efficientnet.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import {
  assertClose,
  checkAgainstRecord,
  compareWithRecord,
  readRecord,
  recordedModel,
  recordedWeights,
} from "./zoo.ts";

/** The widths of tests/reference/zoo_efficientnet.py. */
const SMALL: EfficientNetShape = {
  stem: 8,
  stages: [
    [1, 3, 1, 1, 8],
    [2, 3, 2, 6, 8],
    [1, 5, 2, 6, 16],
    [1, 3, 2, 6, 16],
    [1, 5, 1, 6, 24],
    [1, 5, 2, 6, 24],
    [1, 3, 1, 6, 32],
  ],
  features: 40,
};

function small(architecture: Architecture, changes: Partial<Architecture> = {}): Architecture {
  return { ...architecture, build: (layers, { dropPath }) => efficientNet(layers, SMALL, dropPath), ...changes };
}

Deno.test("efficientnet_b0 is torchvision's: logits, gradients, statistics, a step of each optimizer", async () => {
  assertClose(await checkAgainstRecord("efficientnet", "efficientnet_b0", small(EFFICIENTNETS.efficientnet_b0)));
});

Deno.test("tf_efficientnet_b0 is a network with TensorFlow's padding and epsilon", async () => {
  const { fromTorchvision } = EFFICIENTNETS.efficientnet_b0; // the record has torchvision's names
  const architecture = small(EFFICIENTNETS.tf_efficientnet_b0, { fromTorchvision });
  assertClose(await checkAgainstRecord("tf_efficientnet", "efficientnet_b0", architecture));
});

Deno.test("the comparison with torchvision catches another epsilon, TensorFlow's padding and a swapped layout", async () => {
  const swapped: Partial<Architecture> = {
    build: (layers, options) => {
      const backbone = small(EFFICIENTNETS.efficientnet_b0).build(layers, options);
      return { ...backbone, maps: (x, forward) => backbone.maps(tf.transpose(x, [0, 2, 1, 3]), forward) };
    },
  };
  for (const change of [{ epsilon: 1e-3 }, { same: true }, swapped]) {
    const architecture = small(EFFICIENTNETS.efficientnet_b0, change);
    const found = await checkAgainstRecord("efficientnet", "efficientnet_b0", architecture);
    assertThrows(() => assertClose(found), Error, "evalLogits", JSON.stringify(Object.keys(change)));
  }
});

Deno.test("the comparison with torchvision catches kernels whose height and width are swapped in the file", async () => {
  await initBackend({ need: "train" });
  const record = await readRecord("efficientnet"), architecture = small(EFFICIENTNETS.efficientnet_b0);
  const turned = Object.entries(recordedWeights(record)).map(([name, { shape, data }]) => {
    if (shape.length !== 4) return [name, { shape, data }];
    return [name, { shape, data: tf.transpose(tf.tensor(data, [...shape]), [0, 1, 3, 2]).dataSync() as Float32Array }];
  });
  const { model, ours } = await recordedModel(record, "efficientnet_b0", architecture, Object.fromEntries(turned));
  const found = await compareWithRecord(record, model, ours);
  model.dispose();
  assertThrows(() => assertClose(found), Error, "evalLogits");
});
