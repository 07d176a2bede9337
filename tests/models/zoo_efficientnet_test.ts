import { assert } from "@std/assert";
import { efficientNet, EFFICIENTNETS, type EfficientNetShape } from "../../src/models/families/efficientnet.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { assertClose, checkAgainstRecord } from "./zoo.ts";

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

Deno.test("the comparison with torchvision catches another epsilon and TensorFlow's padding", async () => {
  for (const change of [{ epsilon: 1e-3 }, { same: true }]) {
    const architecture = small(EFFICIENTNETS.efficientnet_b0, change);
    const found = await checkAgainstRecord("efficientnet", "efficientnet_b0", architecture);
    assert(found.evalLogits > 1e-3, JSON.stringify([change, found.evalLogits]));
  }
});
