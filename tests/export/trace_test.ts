import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { onlyReader, readersOf } from "../../src/export/graph.ts";
import { HOUSE_KERNELS, STOCK_KERNELS } from "../../src/export/kernels.ts";
import { TRANSLATIONS } from "../../src/export/onnx_operations.ts";
import { traceModel } from "../../src/export/trace.ts";
import { recordCalls } from "../../src/export/trace_backend.ts";
import { HEADS, type HeadSpec } from "../../src/models/mod.ts";
import { modelVariables } from "../../src/models/weights.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { conv2d, depthwiseConv2d } from "../../src/tensor/ops.ts";
import * as tf from "../../src/tensor/tf.ts";
import type { Tensor, Tensor4D } from "../../src/tensor/types.ts";
import { printedRng } from "../random.ts";
import { evaluate } from "./evaluate.ts";
import { distance, makeNetwork, NETWORKS, pixelsOf, runModel } from "./networks.ts";

await initBackend({ need: "predict", prefer: "wasm" });
const rng = printedRng();

for (const [name, architecture] of Object.entries(NETWORKS)) {
  Deno.test(`traceModel() of ${name}: its graph computes the model's logits for other batches than were traced`, async () => {
    const model = makeNetwork(rng.fork(name), architecture), graph = await traceModel(model);
    for (const batch of [1, 3]) {
      const { values, dims, logits } = await runModel(model, batch);
      const x = pixelsOf(values, dims), found = evaluate(graph, x);
      assertEquals(Object.keys(found), ["logits"]);
      const far = distance(await found.logits!.data(), logits);
      assert(far < 1e-4, `${far}`);
      tf.dispose([x, found]);
    }
    model.dispose();
  });
}

for (const name of Object.keys(HEADS)) {
  Deno.test(`traceModel() of the head ${name}: its graph computes the model's logits, and a number beside them`, async () => {
    const model = makeNetwork(rng.fork(name), NETWORKS.efficientnet!, { head: { name } as HeadSpec });
    const { values, dims, logits, number } = await runModel(model, 2), x = pixelsOf(values, dims);
    const found = evaluate(await traceModel(model), x);
    assertEquals(Object.keys(found), name === "multiTask" ? ["logits", "age"] : ["logits"]);
    assert(distance(await found.logits!.data(), logits) < 1e-4);
    if (number) assert(distance(await found.age!.data(), number) < 1e-4);
    tf.dispose([x, found]);
    model.dispose();
  });
}

Deno.test("traceModel() computes with by attributes too where the number stands beside them", async () => {
  const head = { name: "multiTask", by: "attributes", attribute: "years" } as const;
  const model = makeNetwork(rng.fork("by"), NETWORKS.resnet!, { head });
  assertEquals(Object.keys((await traceModel(model)).outputs), ["logits", "years"]);
  model.dispose();
});

Deno.test("traceModel() leaves the backend, its tensors and the model as they were", async () => {
  const model = makeNetwork(rng.fork("left"), NETWORKS.convnext!);
  const before = await runModel(model, 1), { numTensors, numBytes } = tf.memory();
  const graph = await traceModel(model);
  assertEquals([tf.getBackend(), tf.memory().numTensors, tf.memory().numBytes], ["wasm", numTensors, numBytes]);
  assertEquals(tf.engine().backendNames().includes("trace"), false);
  const [, weights] = Object.entries(graph.tensors).find(([name]) => name === "stem.0.weight")!;
  weights.data!.fill(0); // the graph's own
  assertEquals((await runModel(model, 1)).logits, before.logits);
  model.dispose();
});

Deno.test("traceModel() gives every weight under the model's name, and the batch as -1", async () => {
  const model = makeNetwork(rng.fork("names"), NETWORKS.densenet!), { tensors, nodes } = await traceModel(model);
  assertEquals(modelVariables(model).map(([name]) => name).filter((name) => !tensors[name]?.data), []);
  assertEquals(tensors.input!.shape, [-1, 45, 38, 3]);
  for (const { output } of nodes) assertEquals(tensors[output]!.shape[0], -1);
  model.dispose();
});

Deno.test("traceModel() computes filters and matrices that are made of weights, and keeps the names of copies", async () => {
  const build: (typeof NETWORKS)["resnet"]["build"] = (layers) => {
    const filter = layers.filter("mixed", { kernel: 3, inputs: 3, outputs: 6 });
    const each = layers.depthwiseFilter("each", { kernel: 3, inputs: 6 });
    const groups = layers.filter("groups", { kernel: 1, inputs: 6, outputs: 4, groups: 2 });
    const matrix = layers.matrix("matrix", { inputs: 4, outputs: 5 });
    return {
      features: 5,
      maps(x) {
        const mixed = conv2d(x, tf.sub(filter, tf.mean(filter, [0, 1, 2], true)), { padding: 1 });
        const deep = depthwiseConv2d(mixed, tf.mul(each, 2) as Tensor4D, { stride: 2 });
        return conv2d(deep, tf.square(groups) as Tensor4D, { groups: 2 });
      },
      pool: (maps) => tf.matMul(tf.reshape(tf.mean(maps, [1, 2]), [-1, 4]), tf.cast(matrix, "float32")),
    };
  };
  const model = makeNetwork(rng.fork("made"), { ...NETWORKS.resnet!, build }), graph = await traceModel(model);
  const { values, dims, logits } = await runModel(model, 2), x = pixelsOf(values, dims), found = evaluate(graph, x);
  assert(distance(await found.logits!.data(), logits) < 1e-4);
  const weights = graph.nodes.filter(({ op }) => op === "Conv" || op === "Linear").map(({ inputs }) => inputs[1]!);
  assertEquals(weights.slice(0, 3).map((name) => graph.tensors[name]!.shape), [[6, 3, 3, 3], [6, 1, 3, 3], [
    4,
    3,
    1,
    1,
  ]]);
  assertEquals(weights[3], "matrix.weight");
  tf.dispose([x, found]);
  model.dispose();
});

Deno.test("traceModel() names an operation that has no translation, and the backend is back", async () => {
  const build: (typeof NETWORKS)["resnet"]["build"] = (layers, options) => {
    const backbone = NETWORKS.resnet!.build(layers, options);
    return { ...backbone, maps: (x, forward) => backbone.maps(tf.cumsum(x, 1), forward) };
  };
  const model = makeNetwork(rng.fork("odd"), { ...NETWORKS.resnet!, build });
  await assertRejects(() => traceModel(model), TypeError, '"Cumsum" into a graph as it has no translation');
  assertEquals([tf.getBackend(), tf.engine().backendNames().includes("trace")], ["wasm", false]);
  model.dispose();
});

Deno.test("traceModel() names weights that stand where PyTorch's layout has no meaning", async () => {
  const build: (typeof NETWORKS)["resnet"]["build"] = (layers, options) => {
    const backbone = NETWORKS.resnet!.build(layers, options), matrix = layers.matrix("odd", { inputs: 8, outputs: 3 });
    return { ...backbone, maps: (x, forward) => backbone.maps(tf.mul(x, tf.slice(matrix, 0, [1, 3])), forward) };
  };
  const model = makeNetwork(rng.fork("layout"), { ...NETWORKS.resnet!, build });
  await assertRejects(() => traceModel(model), TypeError, "Slice");
  model.dispose();
});

Deno.test("recordCalls() refuses what a graph has no numbers for, and the backend is back", () => {
  const refused: Record<string, (x: Tensor4D) => unknown> = {
    "without dilation": (x) => tf.conv2d(x, tf.zeros([3, 3, 3, 3]), 1, "same", "NHWC", 2),
    "one filter a channel": (x) => tf.depthwiseConv2d(x, tf.zeros([3, 3, 3, 2]), 1, "same"),
    "neither transposed": (x) => tf.matMul(tf.reshape(x, [-1, 3]), tf.zeros([3, 3]), false, true),
    '"float32"': (x) => tf.cast(x, "int32"),
  };
  for (const [rule, call] of Object.entries(refused)) {
    assertThrows(() => recordCalls((make) => void call(make([2, 5, 6, 3]) as Tensor4D)), RangeError, rule);
    assertEquals(tf.getBackend(), "wasm");
  }
});

Deno.test("recordCalls() knows the shapes that TensorFlow.js computes", () => {
  const calls: readonly ((x: Tensor4D) => Tensor)[] = [
    (x) => tf.conv2d(x, tf.zeros([3, 2, 3, 4]), [2, 1], "same"),
    (x) => tf.conv2d(x, tf.zeros([3, 3, 3, 4]), 2, [[0, 0], [1, 2], [0, 1], [0, 0]]),
    (x) => tf.depthwiseConv2d(x, tf.zeros([5, 5, 3, 1]), 2, "same"),
    (x) => tf.maxPool(x, 3, 2, 1, "floor"),
    (x) => tf.avgPool(x, [2, 3], 1, "same"),
    (x) => tf.mean(x, [-1]),
    (x) => tf.sum(x, [0, 2], true),
    (x) => tf.mean(x),
    (x) => tf.concat([x, x, x], -1),
    (x) => tf.reshape(x, [6, -1]),
    (x) => tf.add(x, tf.zeros([7, 1, 3])),
    (x) => tf.maximum(tf.zeros([2, 1, 1, 1]), x),
    (x) => tf.leakyRelu(x, 0.3),
    (x) => tf.sqrt(tf.square(tf.tanh(x))),
  ];
  for (const call of calls) {
    const shape = [2, 7, 6, 3], { calls: found } = recordCalls((make) => void call(make(shape) as Tensor4D));
    assertEquals(found.at(-1)!.shape, tf.tidy(() => call(tf.ones<tf.Rank.R4>([2, 7, 6, 3])).shape), `${call}`);
  }
});

Deno.test("every operation that a kernel may be has a translation to ONNX", () => {
  const ops = [...Object.values(STOCK_KERNELS), ...Object.values(HOUSE_KERNELS)].flatMap(({ op }) => op ?? []);
  assertEquals([...new Set(ops)].sort(), Object.keys(TRANSLATIONS).sort());
});

Deno.test("onlyReader() finds no single reader of what comes out, of features, or of what two read", () => {
  const node = (inputs: string[], output: string) => ({ op: "Add", inputs, output, attributes: {} }) as const;
  const nodes = [node(["x", "x"], "a"), node(["a", "b"], "f"), node(["b", "f"], "c"), node(["c", "c"], "y")];
  const graph = { input: "x", outputs: { logits: "c" }, features: "f", nodes, tensors: {} }, readers = readersOf(graph);
  assertEquals(onlyReader(graph, readers, "a"), nodes[1]);
  for (const name of ["b", "c", "f", "y"]) assertEquals(onlyReader(graph, readers, name), undefined);
});
