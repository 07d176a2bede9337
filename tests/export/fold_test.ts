import { assert, assertEquals } from "@std/assert";
import { foldBiases, foldNorms } from "../../src/export/fold.ts";
import type { Graph } from "../../src/export/graph.ts";
import { traceModel } from "../../src/export/trace.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { printedRng } from "../random.ts";
import { normals } from "../tensor/compare.ts";
import { evaluate } from "./evaluate.ts";
import { distance, makeNetwork, NETWORKS, pixelsOf, runModel } from "./networks.ts";

await initBackend({ need: "predict", prefer: "wasm" });
const rng = printedRng();
const count = ({ nodes }: Graph, op: string) => nodes.filter((node) => node.op === op).length;

for (const [name, architecture] of Object.entries(NETWORKS)) {
  Deno.test(`foldNorms() and foldBiases() keep what ${name} computes`, async () => {
    const model = makeNetwork(rng.fork(name), architecture), graph = await traceModel(model);
    const folded = foldNorms(foldBiases(graph)), { values, dims, logits } = await runModel(model, 2);
    assert(folded.nodes.length < graph.nodes.length);
    // Norms come first in DenseNet's layers and transitions, and at its end; elsewhere each has its convolution.
    assertEquals(count(folded, "BatchNorm"), name === "densenet" ? 2 + 3 + 2 + 2 + 1 : 0);
    const x = pixelsOf(values, dims), found = evaluate(folded, x);
    assert(distance(await found.logits!.data(), logits) < 1e-4);
    tf.dispose([x, found]);
    model.dispose();
  });
}

/** A convolution of 1 x 1, and what comes after it. */
function afterConvolution(nodes: Graph["nodes"], outputs: Graph["outputs"]): Graph {
  const vector = (seed: number) => ({
    shape: [2],
    data: normals(rng.fork(`${seed}`), 2).map((value) => 1 + value * value),
  });
  const image = { shape: [-1, 3, 4, 2] };
  return {
    input: "x",
    outputs,
    features: "",
    nodes: [{
      op: "Conv",
      inputs: ["x", "conv.weight"],
      output: "y",
      attributes: { strides: [1, 1], pads: [0, 0, 0, 0], groups: 1 },
    }, ...nodes],
    tensors: {
      "x": { shape: [-1, 3, 4, 3] },
      "conv.weight": { shape: [2, 3, 1, 1], data: normals(rng.fork("w"), 6) },
      ...Object.fromEntries(["gamma", "beta", "mean", "variance"].map((name, i) => [name, vector(i)])),
      ...Object.fromEntries(["y", "z", "u", "v"].map((name) => [name, image])),
    },
  };
}

const norm = (x: string, output: string) =>
  ({
    op: "BatchNorm",
    inputs: [x, "gamma", "beta", "mean", "variance"],
    output,
    attributes: { epsilon: 1e-3 },
  }) as const;

async function assertSame(graph: Graph, folded: Graph): Promise<void> {
  const x = tf.tensor4d(normals(rng.fork("x"), 72), [2, 3, 4, 3]),
    before = evaluate(graph, x),
    after = evaluate(folded, x);
  for (const name of Object.keys(before)) {
    assert(distance(await before[name]!.data(), await after[name]!.data()) < 1e-5);
  }
  tf.dispose([x, before, after]);
}

Deno.test("foldNorms() takes a bias along that stands between, and changes no tensor that it is given", async () => {
  const graph = afterConvolution([
    { op: "Add", inputs: ["y", "mean"], output: "z", attributes: {} },
    norm("z", "u"),
  ], { logits: "u" });
  const copy = structuredClone(graph), folded = foldNorms(foldBiases(graph));
  assertEquals(folded.nodes.map(({ op, output }) => [op, output]), [["Conv", "u"]]);
  assertEquals(Object.keys(folded.tensors).sort(), ["conv.weight", "mean", "u", "x"]);
  assertEquals(graph, copy);
  await assertSame(graph, folded);
});

Deno.test("foldNorms() leaves a norm whose convolution is read elsewhere too, or asked for", () => {
  const read = afterConvolution([norm("y", "z"), { op: "Add", inputs: ["z", "y"], output: "u", attributes: {} }], {
    logits: "u",
  });
  const asked = afterConvolution([norm("y", "z")], { logits: "z", maps: "y" });
  for (const graph of [read, asked]) assertEquals(foldNorms(foldBiases(graph)).nodes, graph.nodes);
});

Deno.test("foldNorms() leaves norms after convolutions that share their weights", async () => {
  const second = {
    op: "Conv",
    inputs: ["x", "conv.weight"],
    output: "u",
    attributes: { strides: [1, 1], pads: [0, 0, 0, 0], groups: 1 },
  } as const;
  const graph = afterConvolution([norm("y", "z"), second], { logits: "z", other: "u" });
  assertEquals(foldNorms(graph).nodes, graph.nodes);
  await assertSame(graph, foldNorms(graph));
});

Deno.test("foldNorms() leaves a norm after a convolution whose bias another operation reads", async () => {
  const graph = afterConvolution([
    { op: "Add", inputs: ["y", "beta"], output: "z", attributes: {} },
    { ...norm("z", "u"), inputs: ["z", "gamma", "mean", "mean", "variance"] },
    { op: "Mul", inputs: ["u", "beta"], output: "v", attributes: {} },
  ], { logits: "v" });
  const folded = foldNorms(foldBiases(graph));
  assertEquals(folded.nodes.map(({ op }) => op), ["Conv", "BatchNorm", "Mul"]);
  await assertSame(graph, folded);
});

Deno.test("foldBiases() leaves what is no bias: another image, or numbers of another shape", () => {
  const image = afterConvolution([{ op: "Add", inputs: ["y", "y"], output: "z", attributes: {} }], { logits: "z" });
  const scalar = afterConvolution([{ op: "Add", inputs: ["y", "s"], output: "z", attributes: {} }], { logits: "z" });
  const tensors = { ...scalar.tensors, s: { shape: [1], data: Float32Array.of(3) } };
  assertEquals(foldBiases(image).nodes, image.nodes);
  assertEquals(foldBiases({ ...scalar, tensors }).nodes, scalar.nodes);
});
