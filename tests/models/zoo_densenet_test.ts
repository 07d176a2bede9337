import { assertEquals, assertThrows } from "@std/assert";
import { denseNet, DENSENETS, fromTorchvision } from "../../src/models/families/densenet.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { assertClose, checkAgainstRecord } from "./zoo.ts";
import { SMALL_DENSENET as SMALL } from "./zoo_small.ts";
import { checkWhole } from "./zoo_whole.ts";

function small(changes: Partial<Architecture> = {}): Architecture {
  return { ...DENSENETS.densenet121, build: (layers) => denseNet(layers, SMALL), ...changes };
}

Deno.test("densenet121 is torchvision's: logits, gradients, statistics, a step of each optimizer", async () => {
  assertClose(await checkAgainstRecord("densenet", "densenet121", small()));
});

Deno.test("the comparison of densenet121 catches another epsilon", async () => {
  const found = await checkAgainstRecord("densenet", "densenet121", small({ epsilon: 1e-3 }));
  assertThrows(() => assertClose(found));
});

Deno.test("densenet121 has the tensors of torchvision's, and as many parameters as it says", async () => {
  await checkWhole("densenet121", DENSENETS.densenet121);
});

Deno.test("fromTorchvision() of DenseNet knows the names in torchvision's published files", () => {
  const layer = "features.denseblock2.denselayer11";
  assertEquals(fromTorchvision(`${layer}.norm.1.running_mean`), `${layer}.norm1.running_mean`);
  assertEquals(fromTorchvision(`${layer}.conv.2.weight`), `${layer}.conv2.weight`);
  assertEquals(fromTorchvision("features.transition1.conv.weight"), "features.transition1.conv.weight");
  assertEquals(fromTorchvision("fc.weight"), undefined);
});
