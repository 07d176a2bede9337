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
  const names = new Map<DataId, string>([[input, INPUT]]), variables = new Map<DataId, tf.Tensor>();
  for (const [name, variable] of modelVariables(model)) {
    names.set(variable.dataId, name);
    variables.set(variable.dataId, variable);
  }
  await foldCalls(recorded.calls, known, variables);

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
    if ((op === "Linear" || op === "Conv") && known.has(inputs[1]!)) {
      read[1] = turned(tensors, read[1]!, pytorchAxes(known.get(inputs[1]!)!.shape, attributes.groups as number));
    }
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
  variables: Map<DataId, tf.Tensor>,
): Promise<void> {
  for (const { op, inputs, output, stock } of calls) {
    if (!stock || !inputs.every((id) => known.has(id) || variables.has(id))) continue;
    const [first] = inputs as [DataId], variable = variables.get(first);
    if (op === null && variable) {
      variables.set(output, variable); // it keeps its name
      continue;
    }
    const tensor = tf.tidy(() => {
      const tensorOf = (id: DataId) => {
        const { shape, data } = known.get(id) ?? {};
        return data ? tf.tensor(data, [...shape!]) : variables.get(id)!;
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

/** The order of a known filter's or matrix's axes in PyTorch's layout. */
function pytorchAxes({ length, 2: inputs, 3: outputs }: readonly number[], groups: number): readonly number[] {
  if (length === 2) return [1, 0];
  return outputs === 1 && inputs === groups ? [2, 3, 0, 1] : [3, 2, 0, 1]; // each channel by its own filter, or mixed
}

/** Adds a known tensor with its axes in another order. */
function turned(tensors: Record<string, GraphTensor>, name: string, axes: readonly number[]): string {
  const { shape, data } = tensors[name]!, made = `${name}_turned`, to = axes.map((axis) => shape[axis]!);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  const values = new Float32Array(data!.length);
  for (let i = 0; i < values.length; i++) {
    let from = 0, rest = i;
    for (let k = axes.length - 1; k >= 0; k--) {
      from += rest % to[k]! * strides[axes[k]!]!;
      rest = Math.floor(rest / to[k]!);
    }
    values[i] = data![from]!;
  }
  tensors[made] = { shape: to, data: values };
  return made;
}
