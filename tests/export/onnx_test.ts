import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { makeSchema } from "../../src/core/schema.ts";
import type { Graph, GraphNode, GraphOp } from "../../src/export/graph.ts";
import { onnxModel, onnxProgram } from "../../src/export/onnx.ts";
import { VERSION } from "../../src/export/version.ts";
import { HEADS, type HeadSpec, IMAGENET_INPUT, type InputSpec, inputTensor, type Model } from "../../src/models/mod.ts";
import { modelVariables, storedShape } from "../../src/models/weights.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { printedRng } from "../random.ts";
import { distance, makeNetwork, NETWORKS, runModel } from "./networks.ts";
import { isThere, open } from "./runtime.ts";
import { readOnnx, shapeOf, structureFaults } from "./structure.ts";

await initBackend({ need: "predict", prefer: "wasm" });
const rng = printedRng();
const SPEC: InputSpec = { size: [4, 6], ...IMAGENET_INPUT };

/** Runs a file on one image and on three; gives the largest differences from the model's logits and number. */
async function distanceOf(model: Model, bytes: Uint8Array): Promise<number> {
  const run = await open(bytes);
  let worst = 0;
  for (const batch of [1, 3]) {
    const { channelsFirst, dims, logits, number } = await runModel(model, batch);
    const found = await run(channelsFirst, dims);
    assertEquals([...found.logits!.dims], [batch, model.classes.length]);
    worst = Math.max(worst, distance(found.logits!.data, logits));
    if (number) worst = Math.max(worst, distance(found[model.regression!.attribute]!.data, number));
  }
  return worst;
}

const files = [
  ...Object.entries(NETWORKS).map(([name, architecture]) => ({
    name,
    architecture,
    head: { name: "plain" } as HeadSpec,
  })),
  ...Object.keys(HEADS).map((name) => ({
    name: `the head ${name}`,
    architecture: NETWORKS.efficientnet!,
    head: { name } as HeadSpec,
  })),
];

for (const { name, architecture, head } of files) {
  Deno.test({
    name: `onnxModel() of ${name} gives maskfold's logits in onnxruntime, for one image and for three`,
    ignore: !isThere,
    fn: async () => {
      const model = makeNetwork(rng.fork(name), architecture, { head });
      for (const foldNorms of [true, false]) {
        const far = await distanceOf(model, await onnxModel(model, { foldNorms }));
        assert(far < 1e-4, `${far} with foldNorms ${foldNorms}`);
      }
      model.dispose();
    },
  });

  Deno.test({
    name: `onnxModel() of ${name} is near in onnxruntime with 16 bits, of the weights or of the whole`,
    ignore: !isThere,
    fn: async () => {
      const model = makeNetwork(rng.fork(name), architecture, { head });
      for (const half of ["weights", "whole"] as const) {
        const far = await distanceOf(model, await onnxModel(model, { half }));
        // Numbers have 11 bits, and errors of each layer go on; arcFace's cosines are times 30.
        assert(far > 1e-7 && far < (head.name === "arcFace" ? 0.2 : 0.02), `${far} with ${half}`);
      }
      model.dispose();
    },
  });

  Deno.test(`onnxModel() of ${name} reads nothing before it is made, and makes nothing twice or in vain`, async () => {
    const model = makeNetwork(rng.fork(name), architecture, { head });
    for (const half of ["none", "weights", "whole"] as const) {
      for (const foldNorms of [true, false]) {
        const file = await readOnnx(await onnxModel(model, { half, foldNorms, input: "bytes", softmax: true }));
        assertEquals(structureFaults(file), []);
        assertEquals(file.graph.node.filter(({ opType }) => opType === "Transpose").length, 1);
      }
    }
    model.dispose();
  });
}

Deno.test("structureFaults() finds each kind of fault", async () => {
  const model = makeNetwork(rng.fork("faults"), NETWORKS.resnet!);
  const file = await readOnnx(await onnxModel(model)), { graph } = file, { node, initializer } = graph;
  const faultsWith = (change: Partial<typeof graph>) => structureFaults({ ...file, graph: { ...graph, ...change } });
  assert(faultsWith({ node: node.toReversed() }).some((fault) => fault.includes("before it is made")));
  assert(faultsWith({ node: [...node, node[0]!] }).some((fault) => fault.includes("made twice")));
  assert(faultsWith({ node: node.slice(0, -1) }).some((fault) => fault.includes("never made")));
  assert(
    faultsWith({ initializer: [...initializer, { ...initializer[0]!, name: "odd" }] })[0]!.includes("nothing reads"),
  );
  const [first, ...rest] = initializer;
  const cut = [{ ...first!, rawData: first!.rawData.subarray(4) }, ...rest];
  assert(faultsWith({ initializer: cut })[0]!.includes("bytes and not"));
  model.dispose();
});

Deno.test("onnxModel() has the weights under timm's names and in PyTorch's layout, all of them without folding", async () => {
  const model = makeNetwork(rng.fork("layout"), NETWORKS.mobilenetv3!);
  const { graph: { initializer } } = await readOnnx(await onnxModel(model, { foldNorms: false }));
  const shapes = Object.fromEntries(initializer.map(({ name, dims }) => [name, dims]));
  for (const [name, variable] of modelVariables(model)) assertEquals(shapes[name], storedShape(model, name, variable));
  model.dispose();
});

Deno.test("onnxModel() turns nothing round, and what comes in or out is of any batch", async () => {
  const model = makeNetwork(rng.fork("places"), NETWORKS.convnext!, { head: { name: "multiTask" } });
  const { graph } = await readOnnx(await onnxModel(model, { softmax: true }));
  assertEquals(graph.node.filter(({ opType }) => opType === "Transpose"), []);
  assertEquals(graph.input.map((place) => [place.name, ...shapeOf(place)]), [["input", "batch", 3, 45, 38]]);
  assertEquals(graph.output.map((place) => [place.name, ...shapeOf(place)]), [
    ["logits", "batch", 12],
    ["age", "batch"],
    ["probabilities", "batch", 12],
  ]);
  model.dispose();
});

Deno.test("onnxModel() tells operator set, classes, attributes, input and version", async () => {
  const schema = makeSchema([{ name: "mask", levels: ["on", "off"] }, {
    name: "age",
    levels: ["young", "old"],
    cuts: [40],
  }]);
  const model = makeNetwork(rng.fork("about"), NETWORKS.resnet!), metadata = { run: "a run" };
  const file = await readOnnx(await onnxModel(model, { schema, metadata, input: "pixels" }));
  assertEquals([file.irVersion, file.producerName, file.producerVersion], [8, "maskfold", VERSION]);
  assertEquals(file.opsetImport, [{ domain: "", version: 17 }]);
  const { classes, attributes, input, ...rest } = Object.fromEntries(
    file.metadataProps.map(({ key, value }) => [key, value]),
  );
  assertEquals(rest, { model: "net", maskfold: VERSION, run: "a run" });
  assertEquals(JSON.parse(classes!), [...model.classes]);
  assertEquals(JSON.parse(attributes!), schema.attributes);
  assertEquals(JSON.parse(input!), { takes: "pixels", ...model.input });
  model.dispose();
});

Deno.test("VERSION is deno.json's", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(VERSION, version);
});

Deno.test({
  name: "onnxModel() takes bytes as images are decoded, and pixels from 0 to 255, and gives their softmax",
  ignore: !isThere,
  fn: async () => {
    const model = makeNetwork(rng.fork("bytes"), NETWORKS.efficientnet!, { size: [33, 40] });
    const draw = rng.fork("draw"), bytes = Uint8Array.from({ length: 2 * 33 * 40 * 3 }, () => 256 * draw());
    const x = inputTensor(bytes, 2, model.input), logits = tf.tidy(() => model.forward(x, { training: false }).logits);
    const probabilities = await tf.tidy(() => tf.softmax(logits)).data();
    const channelsFirst = await tf.tidy(() => tf.transpose(tf.tensor4d(bytes, [2, 33, 40, 3], "float32"), [0, 3, 1, 2]))
      .data();
    const fromBytes = await (await open(await onnxModel(model, { input: "bytes", softmax: true })))(bytes, [
      2,
      33,
      40,
      3,
    ]);
    const fromPixels = await (await open(await onnxModel(model, { input: "pixels", softmax: true })))(
      channelsFirst as Float32Array,
      [2, 3, 33, 40],
    );
    for (const found of [fromBytes, fromPixels]) {
      assert(distance(found.logits!.data, await logits.data()) < 1e-4);
      assert(distance(found.probabilities!.data, probabilities) < 1e-5);
    }
    tf.dispose([x, logits]);
    model.dispose();
  },
});

Deno.test("onnxModel() with 16 bits halves the file, and names a weight that is too large", async () => {
  const model = makeNetwork(rng.fork("half"), NETWORKS.resnet_bottleneck!);
  const whole = (await onnxModel(model)).length;
  for (const half of ["weights", "whole"] as const) {
    assert((await onnxModel(model, { half })).length < 0.75 * whole); // names and operations of a small network remain
  }
  const weight = model.params["layer1.0.conv1.weight"]!;
  tf.tidy(() => weight.assign(tf.fill(weight.shape, 1e6)));
  for (const half of ["weights", "whole"] as const) {
    await assertRejects(() => onnxModel(model, { half, foldNorms: false }), RangeError, '"layer1.0.conv1.weight"');
  }
  model.dispose();
});

Deno.test("onnxModel() with 16 bits in the whole keeps 32 for pixels, layer norms and the head", async () => {
  const model = makeNetwork(rng.fork("precise"), NETWORKS.convnext!, { head: { name: "hidden", units: 9 } });
  const { graph } = await readOnnx(await onnxModel(model, { half: "whole", input: "bytes" }));
  const HALF = 10, FLOAT = 1, INTEGER = 7;
  for (const { name, dataType } of graph.initializer) {
    const isPrecise = /^pixel_|^epsilon_|norm\.(weight|bias)$|stem\.1\.|downsample\.0\.|^head\./.test(name);
    assertEquals(dataType, /^(axes|shape)_/.test(name) ? INTEGER : isPrecise ? FLOAT : HALF, name);
  }
  for (const { type } of graph.output) assertEquals(type.tensorType.elemType, FLOAT);
  model.dispose();
});

/** One operation after images `[B, 4, 6, 3]`. */
function afterImages(op: GraphOp, shape: number[], attributes: GraphNode["attributes"], ...more: number[][]): Graph {
  const known = more.map((shape, i) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return [`k${i}`, { shape, data: new Float32Array(size) }] as const;
  });
  return {
    input: "input",
    features: "",
    outputs: { logits: "y" },
    nodes: [{ op, inputs: ["input", ...known.map(([name]) => name)], output: "y", attributes }],
    tensors: { input: { shape: [-1, 4, 6, 3] }, y: { shape }, ...Object.fromEntries(known) },
  };
}

Deno.test("onnxProgram() refuses what would need images turned round, and names operation and shapes", () => {
  const refused = [
    [afterImages("Reshape", [-1, 72], {}), "Reshape", "images can only become their pixels"],
    [afterImages("Sum", [-1, 4, 1, 3], { axes: [2], keep: 1 }), "Sum", "only the mean over height and width"],
    [afterImages("Mul", [-1, 4, 6, 3], {}, [6, 3]), "Mul", "one for each channel"],
  ] as const;
  for (const [graph, op, rule] of refused) {
    const { message } = assertThrows(() => onnxProgram(graph, SPEC), TypeError, `"${op}" as ONNX`);
    assert(message.includes(rule) && message.includes("[-1,4,6,3]"), message);
  }
});

Deno.test("onnxProgram() takes pixels as rows and back for images, without an operation", () => {
  const graph: Graph = {
    ...afterImages("Reshape", [-24, 3], {}),
    nodes: [
      { op: "Reshape", inputs: ["input"], output: "rows", attributes: {} },
      { op: "Linear", inputs: ["rows", "w"], output: "wide", attributes: {} },
      { op: "Reshape", inputs: ["wide"], output: "y", attributes: {} },
      { op: "Mean", inputs: ["y"], output: "z", attributes: { axes: [1, 2], keep: 0 } },
    ],
    outputs: { logits: "z" },
    tensors: {
      input: { shape: [-1, 4, 6, 3] },
      rows: { shape: [-24, 3] },
      w: { shape: [5, 3], data: new Float32Array(15) },
      wide: { shape: [-24, 5] },
      y: { shape: [-1, 4, 6, 5] },
      z: { shape: [-1, 5] },
    },
  };
  const { nodes, initialisers } = onnxProgram(graph, SPEC);
  assertEquals(nodes.map(({ op }) => op), ["Conv", "GlobalAveragePool", "Flatten"]);
  assertEquals(initialisers.w!.shape, [5, 3, 1, 1]);
});
