import { assert, assertThrows } from "@std/assert";
import { mobileNetV3, MOBILENETV3S, type MobileNetV3Shape } from "../../src/models/families/mobilenetv3.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { assertClose, checkAgainstRecord } from "./zoo.ts";
import { SMALL_MOBILENETV3 as SMALL } from "./zoo_small.ts";
import { checkWhole } from "./zoo_whole.ts";

function small(shape = SMALL, changes: Partial<Architecture> = {}): Architecture {
  const build: Architecture["build"] = (layers, { dropPath }) => mobileNetV3(layers, shape, dropPath);
  return { ...MOBILENETV3S.mobilenetv3_large_100, build, ...changes };
}

Deno.test("mobilenetv3_large_100 is torchvision's with timm's norms: logits, gradients, statistics, steps", async () => {
  assertClose(await checkAgainstRecord("mobilenetv3", "mobilenetv3_large_100", small()));
});

Deno.test("the comparison of mobilenetv3_large_100 catches torchvision's epsilon and TensorFlow's padding", async () => {
  for (const change of [{ epsilon: 1e-3 }, { same: true }]) {
    const found = await checkAgainstRecord("mobilenetv3", "mobilenetv3_large_100", small(SMALL, change));
    assertThrows(() => assertClose(found));
  }
});

Deno.test("the comparison of mobilenetv3_large_100 catches hard swish where ReLU belongs", async () => {
  const [first, ...stages] = SMALL.stages;
  const [kernel, stride, inner, squeezed, outputs] = first![0]!;
  const shape: MobileNetV3Shape = {
    ...SMALL,
    stages: [[[kernel, stride, inner, squeezed, outputs, "hardSwish"]], ...stages],
  };
  const found = await checkAgainstRecord("mobilenetv3", "mobilenetv3_large_100", small(shape));
  assertThrows(() => assertClose(found));
});

Deno.test("mobilenetv3_large_100 drops paths in training alone", async () => {
  const dropping = small(SMALL, { build: (layers) => mobileNetV3(layers, SMALL, 0.5) });
  const { evalLogits, trainLogits } = await checkAgainstRecord("mobilenetv3", "mobilenetv3_large_100", dropping);
  assert(evalLogits < 1e-4 && trainLogits > 1e-2, `${[evalLogits, trainLogits]}`);
});

Deno.test("mobilenetv3_large_100 has the tensors of torchvision's, and as many parameters as it says", async () => {
  await checkWhole("mobilenetv3_large_100", MOBILENETV3S.mobilenetv3_large_100);
});
