/**
 * A model's graph: its forward pass is run once on a backend that only writes down what is called, so that no network is
 * described a second time.
 *
 * @module
 */
import type { Model } from "../models/mod.ts";
import { modelTensors, modelVariables } from "../models/weights.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor4D } from "../tensor/types.ts";
import { type Graph, type GraphNode, type GraphTensor, withoutUnused } from "./graph.ts";
import { type Call, type Calls, type DataId, recordCalls } from "./trace_backend.ts";

/** The batch that is traced: a prime that divides the length of no other axis, so that what depends on the batch shows. */
const BATCH = 104_729;

const INPUT = "input";

/** What stands for a tensor that is known before anything comes in. */
interface Known {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Writes down what a model does to normalised pixels in inference.
 *
 * @example
 * ```ts
 * import { createModel, traceModel } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const model = await createModel({ name: "efficientnet_nano" }, { classes: 18, seed: 1 });
 * const { nodes, outputs, tensors } = await traceModel(model);
 * assertEquals(tensors[outputs.logits!]!.shape, [-1, 18]); // for any batch
 * assertEquals(nodes[0]!.inputs, ["input", "conv_stem.weight"]);
 * model.dispose();
 * ```
 *
 * @param model The model; its weights are copied.
 * @returns Its graph.
 * @throws {TypeError} If it uses an operation that a graph does not have; the message names it.
 */
export async function traceModel(model: Model): Promise<Graph> {
  let input: DataId = {}, features: DataId = {};
  let outputs: Readonly<Record<string, DataId>> = {};
  const recorded = recordCalls((make) => {
    const x = make([BATCH, ...model.input.size, 3]) as Tensor4D;
    const given = model.forward(x, { training: false });
    input = x.dataId;
    features = given.features.dataId;
    outputs = {
      logits: given.logits.dataId,
      ...(given.value && { [model.regression?.attribute ?? "value"]: given.value.dataId }),
    };
  });
  return await makeGraph(model, recorded, { input, features, outputs });
}

interface Ends {
  readonly input: DataId;
  readonly features: DataId;
  readonly outputs: Readonly<Record<string, DataId>>;
}

async function makeGraph(model: Model, recorded: Calls, { input, features, outputs }: Ends): Promise<Graph> {
  const weights = await modelTensors(model), known = new Map<DataId, Known>(recorded.constants);
  const variables = new Map(modelVariables(model).map(([name, variable]) => [variable.dataId, { name, variable }]));
  await foldCalls(recorded.calls, known, (id) => variables.get(id)?.variable);

  const names = new Map<DataId, string>([[input, INPUT]]);
  for (const [id, { name }] of variables) names.set(id, name);
  const tensors: Record<string, GraphTensor> = { [INPUT]: { shape: [-1, ...model.input.size, 3] } };
  for (const [name, { shape, data }] of Object.entries(weights)) tensors[name] = { shape, data: data as Float32Array };
  const nodes: GraphNode[] = [];
  let constants = 0;
  const nameOf = (id: DataId): string => {
    const found = names.get(id);
    if (found !== undefined) return found;
    const { shape, data } = known.get(id)!, name = `constant_${constants++}`;
    names.set(id, name);
    tensors[name] = { shape, data };
    return name;
  };
  for (const { op, inputs, output, shape, attributes } of recorded.calls) {
    if (known.has(output)) continue;
    if (op === null) {
      names.set(output, nameOf(inputs[0]!));
      continue;
    }
    const read = inputs.map(nameOf), made = `${op}_${nodes.length}`;
    checkWeights(model, op, read);
    if (op === "Linear" && known.has(inputs[1]!)) read[1] = transposed(tensors, read[1]!);
    names.set(output, made);
    tensors[made] = { shape: shape.map((size) => size > 0 && size % BATCH === 0 ? -size / BATCH : size) };
    nodes.push({ op, inputs: read, output: made, attributes });
  }
  return withoutUnused({
    input: INPUT,
    features: nameOf(features),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, id]) => [name, nameOf(id)])),
    nodes,
    tensors,
  });
}

/** Makes again, with numbers, the calls that depend on nothing that comes in; what they give is then known. */
async function foldCalls(
  calls: readonly Call[],
  known: Map<DataId, Known>,
  variableOf: (id: DataId) => tf.Tensor | undefined,
): Promise<void> {
  for (const { inputs, output, stock } of calls) {
    if (!stock || !inputs.every((id) => known.has(id) || variableOf(id))) continue;
    const tensor = tf.tidy(() => {
      const tensorOf = (id: DataId) => {
        const { shape, data } = known.get(id) ?? {};
        return data ? tf.tensor(data, [...shape!]) : variableOf(id)!;
      };
      const given = Object.fromEntries(Object.entries(stock.inputs).map(([key, id]) => [key, tensorOf(id)]));
      return tf.engine().runKernel(stock.name, given, stock.attrs as tf.NamedAttrMap) as tf.Tensor;
    });
    known.set(output, { shape: tensor.shape, data: await tensor.data() as Float32Array });
    tensor.dispose();
  }
}

/** Checks that weights whose layout is PyTorch's stand only where a graph has it so. */
function checkWeights({ layouts }: Model, op: GraphNode["op"], inputs: readonly string[]): void {
  inputs.forEach((name, i) => {
    const layout = layouts[name] ?? "vector";
    if (layout === "vector" || (i === 1 && op === (layout === "linear" ? "Linear" : "Conv"))) return;
    throw new TypeError(
      `Cannot put the weights "${name}" into a graph as "${op}" of ${layout} weights has no translation`,
    );
  });
}

/** Adds a known matrix with its axes exchanged, as a graph has those of linear layers. */
function transposed(tensors: Record<string, GraphTensor>, name: string): string {
  const { shape: [rows, columns] = [], data } = tensors[name]!, made = `${name}_transposed`;
  const turned = new Float32Array(data!.length);
  turned.forEach((_, i) => turned[i] = data![i % rows! * columns! + Math.floor(i / rows!)]!);
  tensors[made] = { shape: [columns!, rows!], data: turned };
  return made;
}
