import { assertThrows } from "@std/assert";
import { regNet, REGNETS, type RegNetShape } from "../../src/models/families/regnet.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { assertClose, checkAgainstRecord } from "./zoo.ts";
import { checkWhole } from "./zoo_whole.ts";

/** The widths of tests/reference/zoo_regnet.py. */
const SMALL: RegNetShape = { stem: 8, stages: [[1, 8, 2], [2, 12, 3], [2, 24, 3], [1, 30, 2]] };

function small(changes: Partial<Architecture> = {}): Architecture {
  return { ...REGNETS.regnety_008, build: (layers, { dropPath }) => regNet(layers, SMALL, dropPath), ...changes };
}

Deno.test("regnety_008 is torchvision's RegNetY: logits, gradients, statistics, a step of each optimizer", async () => {
  assertClose(await checkAgainstRecord("regnet", "regnety_008", small()));
});

Deno.test("the comparison of regnety_008 catches another epsilon and TensorFlow's padding", async () => {
  for (const change of [{ epsilon: 1e-3 }, { same: true }]) {
    const found = await checkAgainstRecord("regnet", "regnety_008", small(change));
    assertThrows(() => assertClose(found));
  }
});

Deno.test("regnety_008 has the tensors of a RegNetY of timm's widths, and as many parameters as it says", async () => {
  await checkWhole("regnety_008", REGNETS.regnety_008);
});
