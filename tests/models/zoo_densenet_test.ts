import { assertThrows } from "@std/assert";
import { denseNet, DENSENETS, type DenseNetShape } from "../../src/models/families/densenet.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { assertClose, checkAgainstRecord } from "./zoo.ts";

/** The widths of tests/reference/zoo_densenet.py. */
const SMALL: DenseNetShape = { stem: 6, growth: 4, bottleneck: 3, blocks: [2, 3, 2] };

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
