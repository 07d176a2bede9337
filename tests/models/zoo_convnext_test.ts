import { assertThrows } from "@std/assert";
import { convNeXt, CONVNEXTS, type ConvNeXtStage } from "../../src/models/families/convnext.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { assertClose, checkAgainstRecord } from "./zoo.ts";

/** The widths of tests/reference/zoo_convnext.py. */
const SMALL: readonly ConvNeXtStage[] = [[2, 6], [1, 8], [2, 12], [1, 16]];

function small(changes: Partial<Architecture> = {}): Architecture {
  const build: Architecture["build"] = (layers, { dropPath }) => convNeXt(layers, SMALL, dropPath);
  return { ...CONVNEXTS.convnext_tiny, build, ...changes };
}

Deno.test("convnext_tiny is torchvision's: logits, gradients, a step of each optimizer", async () => {
  assertClose(await checkAgainstRecord("convnext", "convnext_tiny", small()));
});
