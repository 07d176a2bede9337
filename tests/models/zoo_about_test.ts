import { assert, assertEquals } from "@std/assert";
import { createModel } from "../../src/models/mod.ts";
import { ARCHITECTURES, type ModelName } from "../../src/models/zoo.ts";
import { initBackend } from "../../src/tensor/mod.ts";

const ENTRIES = Object.entries(ARCHITECTURES);

Deno.test("each network says what it costs, and names a paper", () => {
  for (const [name, { about }] of ENTRIES) {
    assert(/^https:\/\/arxiv\.org\/abs\/\d{4}\.\d{4,5}$/.test(about.paper), name);
    assert(Number.isInteger(about.parameters) && about.parameters > 1e5 && about.parameters < 1e8, name);
    assert(about.gmacs > 0.01 && about.gmacs < 20 && about.size >= 64, name);
  }
});

Deno.test("each network but our own has weights on the hub, evaluated as a table says", () => {
  for (const [name, { about }] of ENTRIES) {
    const hubs = about.weights.map(({ hub }) => hub);
    assertEquals([new Set(hubs).size, hubs.length > 0], [hubs.length, name !== "efficientnet_nano"], name);
    for (const { hub, size, crop, top1, source, licence, mean, std } of about.weights) {
      assert(hub.startsWith(`timm/${name}.`), hub);
      assert(Number.isInteger(size) && size >= 160 && size <= 600 && crop > 0.8 && crop <= 1, hub);
      assert(top1 !== undefined && top1 > 65 && top1 < 90 && source?.startsWith("https://"), hub);
      assert(/^[a-z]+(-[a-z\d.]+)*$/.test(licence), hub);
      assertEquals(mean === undefined, std === undefined, hub);
    }
  }
});

Deno.test("the recommended weights may be used for any purpose", () => {
  for (const [name, { about: { weights: [recommended] } }] of ENTRIES) {
    assert(!recommended?.licence.includes("-nc"), name);
  }
});

Deno.test("EfficientNets have as many parameters as they say", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  const init = { name: "pytorch" } as const; // quickly drawn
  for (const name of ["efficientnet_nano", "efficientnet_b0", "tf_efficientnet_b1"] satisfies ModelName[]) {
    const model = await createModel({ name, init }, { classes: 1000, seed: 1 });
    const count = Object.values(model.params).reduce((sum, { size }) => sum + size, 0);
    assertEquals(count, ARCHITECTURES[name].about.parameters, name);
    model.dispose();
  }
});
