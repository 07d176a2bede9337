import { assert, assertEquals, assertThrows } from "@std/assert";
import { configJsonSchema, readPreset, resolveConfig } from "../../src/train/mod.ts";

Deno.test("resolveConfig() fills in every default", () => {
  const config = resolveConfig();
  assertEquals(config.folds, 5);
  assertEquals(config.model, {
    name: "efficientnet_b0",
    dropPath: 0.2,
    weights: null,
    head: { name: "plain", dropout: 0.2 },
    init: { name: "family" },
    zeroInitLast: false,
  });
});

Deno.test("resolveConfig() lets later layers override earlier ones, part by part", () => {
  const preset = {
    lr: 1e-3,
    schedule: { name: "cosine", warmup: 2, floor: 0.1 },
    loss: { name: "crossEntropy" },
  } as const;
  const config = resolveConfig(preset, { schedule: { name: "cosine", warmup: 0 } }, { loss: { labelSmoothing: 0.1 } });
  assertEquals(config.lr, 1e-3);
  assertEquals(config.schedule, { name: "cosine", warmup: 0, floor: 0.1, cycles: 1, multiplier: 1 });
  assertEquals(config.loss, { name: "crossEntropy", labelSmoothing: 0.1 });
  assertEquals(resolveConfig(preset, { schedule: "exponential" }).schedule, { name: "exponential", gamma: 0.995 });
});

Deno.test("resolveConfig() takes options of a part without its name for the part as it stands, or the default one", () => {
  const { name, weights } = resolveConfig({ model: "resnet18" }, { model: { weights: "w.safetensors" } }).model;
  assertEquals([name, weights], ["resnet18", "w.safetensors"]);
  assertEquals(resolveConfig({ model: { dropPath: 0.1 } } as never).model.name, "efficientnet_b0");
});

Deno.test("resolveConfig() reports every fault at once", () => {
  const error = assertThrows(
    () =>
      resolveConfig({
        epochs: 0,
        lr: "fast",
        optimiser: 1,
        model: { name: "vgg" },
        loss: { name: "crossEntropy", gama: 2 },
      }),
    TypeError,
  );
  for (const part of ["epochs", "lr", "optimiser", "model", "gama"]) {
    assert(error.message.includes(part), error.message);
  }
});

Deno.test("resolveConfig() refuses a crop that is larger than the resized image", () => {
  assertThrows(() => resolveConfig({ resize: [64, 48], crop: 64 }), TypeError, "64 x 64 must fit");
});

Deno.test("resolveConfig() takes accumulate as a number or auto, and refuses micro-batches of a single image", () => {
  assertEquals(resolveConfig({ accumulate: "auto" }).accumulate, "auto");
  assertEquals(resolveConfig({ batchSize: 8, accumulate: 4 }).accumulate, 4);
  assertThrows(() => resolveConfig({ batchSize: 8, accumulate: 5 }), TypeError, "accumulate 5, batchSize 8");
  assertThrows(() => resolveConfig({ accumulate: "many" }), TypeError, "accumulate");
});

Deno.test("resolveConfig() reads its own output", () => {
  const config = resolveConfig({ epochs: 3, augments: [{ name: "colorJitter", hue: 0.1 }] });
  assertEquals(resolveConfig(JSON.parse(JSON.stringify(config))), config);
});

for (const name of ["baseline", "kfold", "small", "demo", "distil"]) {
  Deno.test(`readPreset("${name}") is a valid configuration`, async () => {
    resolveConfig(await readPreset(name));
  });
}

Deno.test("readPreset() has the followed team's settings in baseline and kfold", async () => {
  const baseline = resolveConfig(await readPreset("baseline")), kfold = resolveConfig(await readPreset("kfold"));
  assertEquals([baseline.resize, baseline.crop, baseline.batchSize, baseline.epochs, baseline.lr], [
    332,
    300,
    64,
    15,
    1e-4,
  ]);
  assertEquals([kfold.folds, kfold.epochs, kfold.lr, kfold.views.length], [5, 13, 5e-5, 2]);
  assertEquals(baseline.model.name, "efficientnet_b3");
});

Deno.test("readPreset() names the presets when there is none of the name", async () => {
  let message = "";
  await readPreset("larg").catch((error: Error) => message = error.message);
  assert(message.includes(`"larg"`) && message.includes("baseline, kfold, small, demo, distil"), message);
});

Deno.test("configJsonSchema() is what tasks/configs/schema.json says, with a sentence on every option", async () => {
  const written = await Deno.readTextFile(new URL("../../tasks/configs/schema.json", import.meta.url));
  const schema = configJsonSchema() as { properties: Record<string, { description?: string }> };
  assertEquals(JSON.parse(written), JSON.parse(JSON.stringify(schema)), "deno task ok --fix writes it anew");
  for (const [name, { description }] of Object.entries(schema.properties)) assert(description, name);
});
