import { assert, assertEquals, assertThrows } from "@std/assert";
import { fromTorchvision, regNet, REGNETS, type RegNetShape } from "../../src/models/families/regnet.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { assertClose, checkAgainstRecord } from "./zoo.ts";
import { assertDeviation, checkDropPath, checkZeroInit, startOf } from "./zoo_residual.ts";
import { checkWhole } from "./zoo_whole.ts";

/** The widths of tests/reference/zoo_regnet.py. */
const SMALL: RegNetShape = { stem: 8, stages: [[1, 8, 2], [2, 12, 3], [2, 24, 3], [1, 30, 2]] };

function small(changes: Partial<Architecture> = {}, shape = SMALL): Architecture {
  return { ...REGNETS.regnety_008, build: (layers, { dropPath }) => regNet(layers, shape, dropPath), ...changes };
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

const ofBlocks = (blocks: number) => small({}, { stem: 8, stages: [[blocks, 12, 3]] });

Deno.test("regnety_008 drops paths in training alone, the last block's most and the first's never", async () => {
  await checkDropPath(ofBlocks);
});

Deno.test("regnety_008's blocks start as the identity if their last norms start at zero", async () => {
  await checkZeroInit(ofBlocks);
});

Deno.test("fromTorchvision() of RegNet knows only RegNet's tensors", () => {
  const block = "trunk_output.block3.block3-11";
  assertEquals(fromTorchvision(`${block}.proj.0.weight`), "s3.b12.downsample.conv.weight");
  assertEquals(fromTorchvision(`${block}.f.se.fc2.bias`), "s3.b12.se.fc2.bias");
  for (
    const other of ["fc1.weight", "stem.2.weight", "trunk_output.block3.block4-0.f.a.0.weight", `${block}.f.d.0.bias`]
  ) {
    assertEquals(fromTorchvision(other), undefined);
  }
});

Deno.test("regnety_008 starts with convolutions by their fan-out, a classifier near zero, and biases at zero", async () => {
  const wide = (blocks: number) => small({}, { stem: 8, stages: [[blocks, 64, 4]] });
  assertDeviation(await startOf(wide, "s1.b1.conv3.conv.weight"), Math.sqrt(2 / 64));
  assertDeviation(await startOf(wide, "head.fc.weight"), 0.01);
  for (const name of ["head.fc.bias", "s1.b1.se.fc1.bias", "s1.b1.se.fc2.bias"]) {
    assert((await startOf(wide, name)).every((value) => value === 0), name);
  }
});
