import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { ViewSpec } from "../../src/predict/mod.ts";
import { parseViews, resolveConfig } from "../../src/train/mod.ts";
import { combine, parseVary, withOptions } from "../../src/train/vary.ts";

const config = resolveConfig({ crop: 32, resize: 32, model: { name: "efficientnet_nano", dropPath: 0.1 } });

Deno.test("parseVary() reads names, numbers and JSON, and splits at commas outside of brackets and quotes alone", () => {
  assertEquals(
    parseVary([
      'loss=crossEntropy,{"name":"focal","gamma":1}',
      "lr=1e-3,0.01,-2",
      'augments=[],[{"name":"horizontalFlip"},{"name":"colorJitter","brightness":0.5}]',
      'model.weights=timm/efficientnet_b0.ra_in1k,null,"a,b"',
      "overfitOneBatch=true,false",
    ]),
    {
      loss: ["crossEntropy", { name: "focal", gamma: 1 }],
      lr: [1e-3, 0.01, -2],
      augments: [[], [{ name: "horizontalFlip" }, { name: "colorJitter", brightness: 0.5 }]],
      "model.weights": ["timm/efficientnet_b0.ra_in1k", null, "a,b"],
      overfitOneBatch: [true, false],
    },
  );
});

Deno.test("parseVary() lists every text that it cannot read", () => {
  const error = assertThrows(() => parseVary(["loss", "lr=1,,2", 'loss={"name"', "lr=3", "=1"]), SyntaxError);
  for (const text of ['"loss" must be', "lr: a value is empty", "must be JSON", "lr is given twice", '"=1" must be']) {
    assertStringIncludes(error.message, text);
  }
});

Deno.test("combine() makes every combination, the last option changing fastest, with names that folders can have", () => {
  const vary = { loss: ["crossEntropy", { name: "focal", gamma: 1 }], "model.dropPath": [0, 0.2] };
  const combinations = combine(config, vary);
  assertEquals(combinations.map(({ name }) => name), [
    "loss=crossEntropy,model.dropPath=0",
    "loss=crossEntropy,model.dropPath=0.2",
    "loss=focal(gamma=1),model.dropPath=0",
    "loss=focal(gamma=1),model.dropPath=0.2",
  ]);
  assertEquals(
    combinations.map(({ config: { loss, model } }) => [loss.name, model.name, model.dropPath]),
    [["crossEntropy", 0], ["crossEntropy", 0.2], ["focal", 0], ["focal", 0.2]].map(([loss, drop]) => [
      loss,
      "efficientnet_nano",
      drop,
    ]),
  );
  assertEquals(combine(config, {}).map(({ name }) => name), ["base"]);
});

Deno.test("combine() shortens long names, and they still differ", () => {
  const weights = ["a", "b"].map((end) => `timm/${"x".repeat(200)}${end}`);
  const names = combine(config, { "model.weights": weights }).map(({ name }) => name);
  assert(names.every((name) => /^[\w.,=+()~-]{1,120}$/.test(name)), names.join(" "));
  assert(names[0] !== names[1]);
});

Deno.test("combine() lists all faults of all combinations, each once", () => {
  const vary = {
    loss: ["focl", "crossEntropy"],
    lr: [-1, 1],
    "clip.nonsense": [1],
    epochz: [3],
    "lr.x": [1],
    seed: [1],
  };
  const { message } = assertThrows(() => combine(config, vary), TypeError);
  for (const text of ["loss", "lr: ", "nonsense", "epochz", "lr.x: lr has no options", "the seed is not varied"]) {
    assertStringIncludes(message, text);
  }
  assertEquals(message.split("lr.x: lr has no options").length, 4 + 1, message);
});

Deno.test("combine() refuses combinations that are the same, and options without values", () => {
  const same = { loss: ["crossEntropy", { name: "crossEntropy", labelSmoothing: 0 }] };
  assertThrows(() => combine(config, same), TypeError, "the same configuration as loss=crossEntropy");
  assertThrows(() => combine(config, { loss: [] }), TypeError, "loss needs at least one value");
});

Deno.test("withOptions() sets options within options, and keeps their neighbours", () => {
  const changed = withOptions(config, {
    "model.head.dropout": 0.5,
    "loss.labelSmoothing": 0.1,
    resize: [24, 24],
    crop: 24,
  });
  assertEquals(
    changed.model,
    { ...config.model, head: { ...config.model.head!, dropout: 0.5 } } as typeof changed.model,
  );
  assertEquals(changed.loss, { ...config.loss, labelSmoothing: 0.1 } as typeof changed.loss);
  assertEquals([changed.resize, changed.crop], [[24, 24], 24]);
});

Deno.test("parseViews() reads names, specs with options and a list of both", () => {
  const specs = [{ name: "flip" }, { name: "rotation", degrees: [-5, 5], weight: 0.5 }, { name: "identity" }];
  assertEquals(parseViews('flip, {"name":"rotation","degrees":[-5,5],"weight":0.5},identity'), specs as ViewSpec[]);
  assertEquals(parseViews(JSON.stringify(specs.with(0, "flip" as never))), specs as ViewSpec[]);
});

Deno.test("parseViews() reports every fault, and refuses no view at all", () => {
  const text = 'flop,{"name":"scale","factor":0},{"name":"flip",5,{"factor":2},null';
  const { message } = assertThrows(() => parseViews(text), SyntaxError);
  assert(message.includes('"flop"') && message.includes('"identity"'), message);
  assertThrows(() => parseViews('{"name":"scale","factor":0},{"degrees":5},7'), SyntaxError, 'view "scale"');
  for (const none of ["", "[]", "flip,"]) assertThrows(() => parseViews(none), SyntaxError, "Cannot read views");
});
