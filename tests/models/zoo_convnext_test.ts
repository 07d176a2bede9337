import { assert, assertRejects } from "@std/assert";
import { convNeXt, CONVNEXTS, type ConvNeXtStage } from "../../src/models/families/convnext.ts";
import type { Layers } from "../../src/models/layers.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { assertClose, checkAgainstRecord, type Distances, readRecord, recordedModel } from "./zoo.ts";
import { checkWhole } from "./zoo_whole.ts";

/** The widths of tests/reference/zoo_convnext.py. */
const SMALL: readonly ConvNeXtStage[] = [[2, 6], [1, 8], [2, 12], [1, 16]];

function small(build: (layers: Layers) => ReturnType<Architecture["build"]>): Architecture {
  return { ...CONVNEXTS.convnext_tiny, build };
}

/** Closer than other families need to be: layer norms' 1e-6 and 1e-5 differ by 3e-5 in logits and 3e-4 in gradients. */
const isClose = ({ evalLogits, gradients }: Distances) => evalLogits < 1e-5 && gradients.worst < 1e-4;

Deno.test("convnext_tiny is torchvision's: logits, gradients, a step of each optimizer", async () => {
  const found = await checkAgainstRecord("convnext", "convnext_tiny", small((layers) => convNeXt(layers, SMALL, 0)));
  assertClose(found);
  assert(isClose(found), JSON.stringify(found, null, 1));
});

Deno.test("the comparison of convnext_tiny catches PyTorch's usual epsilon of layer norms", async () => {
  const other = small((layers) =>
    convNeXt({ ...layers, layerNorm: (name, channels) => layers.layerNorm(name, channels, 1e-5) }, SMALL, 0)
  );
  const found = await checkAgainstRecord("convnext", "convnext_tiny", other);
  assert(!isClose(found), JSON.stringify(found, null, 1));
});

Deno.test("convnext_tiny drops paths in training alone", async () => {
  const dropping = small((layers) => convNeXt(layers, SMALL, 0.5));
  const { evalLogits, trainLogits } = await checkAgainstRecord("convnext", "convnext_tiny", dropping);
  assert(evalLogits < 1e-5 && trainLogits > 1e-2, `${[evalLogits, trainLogits]}`);
});

Deno.test("convnext_tiny has the tensors of torchvision's, and as many parameters as it says", async () => {
  await checkWhole("convnext_tiny", CONVNEXTS.convnext_tiny);
});

Deno.test("loadWeights() takes [D, 1, 1] for [D], as the record has it, but not [1, D, 1]", async () => {
  const record = await readRecord("convnext"), scale = "features.1.0.layer_scale";
  const architecture = small((layers) => convNeXt(layers, SMALL, 0));
  assert(record.shapes[scale]!.join() === "6,1,1", `${record.shapes[scale]}`);
  (await recordedModel(record, "convnext_tiny", architecture)).model.dispose();
  const turned = { ...record, shapes: { ...record.shapes, [scale]: [1, 6, 1] } };
  await assertRejects(() => recordedModel(turned, "convnext_tiny", architecture), TypeError, "must have the shape [6]");
});
