import { assert, assertThrows } from "@std/assert";
import { resNet, RESNETS, type ResNetShape } from "../../src/models/families/resnet.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { assertClose, checkAgainstRecord } from "./zoo.ts";
import { assertDeviation, checkDropPath, checkZeroInit, startOf } from "./zoo_residual.ts";
import { checkWhole } from "./zoo_whole.ts";

// The widths of tests/reference/zoo_resnet.py.
const BASIC: ResNetShape = { stem: 8, stages: [[2, 8, 8], [2, 12, 12], [1, 16, 16], [1, 20, 20]], bottleneck: false };
const BOTTLENECK: ResNetShape = {
  stem: 8,
  stages: [[2, 4, 16], [1, 6, 24], [2, 8, 32], [1, 10, 40]],
  bottleneck: true,
};
const GROUPED: ResNetShape = {
  stem: 8,
  stages: [[1, 8, 32], [2, 12, 48], [1, 16, 64], [1, 20, 80]],
  bottleneck: true,
  groups: 4,
};

function small(architecture: Architecture, shape: ResNetShape, changes: Partial<Architecture> = {}): Architecture {
  return { ...architecture, build: (layers, { dropPath }) => resNet(layers, shape, dropPath), ...changes };
}

Deno.test("resnet18 is torchvision's: logits, gradients, statistics, a step of each optimizer", async () => {
  assertClose(await checkAgainstRecord("resnet", "resnet18", small(RESNETS.resnet18, BASIC)));
});

Deno.test("resnet50 is torchvision's", async () => {
  assertClose(await checkAgainstRecord("resnet_bottleneck", "resnet50", small(RESNETS.resnet50, BOTTLENECK)));
});

Deno.test("resnext50_32x4d is torchvision's", async () => {
  assertClose(await checkAgainstRecord("resnext", "resnext50_32x4d", small(RESNETS.resnext50_32x4d, GROUPED)));
});

Deno.test("the comparison with torchvision catches another epsilon and TensorFlow's padding", async () => {
  for (const change of [{ epsilon: 1e-3 }, { same: true }]) {
    const found = await checkAgainstRecord("resnet", "resnet18", small(RESNETS.resnet18, BASIC, change));
    assertThrows(() => assertClose(found));
  }
});

for (const name of ["resnet18", "resnext50_32x4d"] as const) {
  Deno.test(`${name} has the tensors of torchvision's, and as many parameters as it says`, async () => {
    await checkWhole(name, RESNETS[name]);
  });
}

const STAGE = { stem: 8, bottleneck: true, groups: 2 };

Deno.test("ResNets drop paths in training alone, the last block's most and the first's never", async () => {
  await checkDropPath((blocks) => small(RESNETS.resnet50, { ...STAGE, stages: [[blocks, 8, 8]] }));
});

Deno.test("ResNets' blocks start as the identity if their last norms start at zero", async () => {
  await checkZeroInit((blocks) => small(RESNETS.resnet18, { ...STAGE, bottleneck: false, stages: [[blocks, 8, 8]] }));
  await checkZeroInit((blocks) => small(RESNETS.resnet50, { ...STAGE, stages: [[blocks, 8, 8]] }));
});

Deno.test("ResNets start as timm's: convolutions by their fan-out, the classifier and its bias as PyTorch's", async () => {
  // The fan-out goes over both groups.
  const ofBlocks = (blocks: number) => small(RESNETS.resnet50, { ...STAGE, stages: [[blocks, 32, 64]] });
  assertDeviation(await startOf(ofBlocks, "layer1.0.conv2.weight"), Math.sqrt(2 / (9 * 32)));
  assertDeviation(await startOf(ofBlocks, "fc.weight"), 1 / Math.sqrt(64 * 3)); // uniform within 1 / 8
  const bias = await startOf(ofBlocks, "fc.bias"), most = Math.max(...bias.map(Math.abs));
  assert(most > 0.1 && most <= 1 / 8, `${most}`);
});
