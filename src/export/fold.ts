/**
 * Graphs with fewer operations and the same results: a bias that is added becomes the convolution's or linear layer's own, and
 * a batch norm, which in inference multiplies and adds numbers that are known, goes into the weights before it. Jacob et al.,
 * 2018, section 3.2, https://arxiv.org/abs/1712.05877
 *
 * @module
 */
import { type Graph, type GraphNode, type GraphTensor, onlyReader, readersOf, withoutUnused } from "./graph.ts";

/**
 * Puts biases that are added after convolutions and linear layers into them.
 *
 * @param graph Not changed.
 * @returns Another graph of the same results.
 */
export function foldBiases(graph: Graph): Graph {
  return joinPairs(graph, (first, next, tensors) => {
    if (first.inputs.length !== 2 || next.op !== "Add") return undefined;
    const bias = next.inputs.find((name) => name !== first.output);
    const outputs = tensors[first.inputs[1]!]!.shape[0]!;
    const { data, shape } = bias === undefined ? {} as Partial<GraphTensor> : tensors[bias]!;
    if (!data || shape!.length !== 1 || shape![0] !== outputs) return undefined;
    return { inputs: [...first.inputs, bias!], tensors: {} };
  });
}

/**
 * Puts batch norms into the convolutions right before them. A norm that comes first, as in DenseNet's layers, stays.
 *
 * @param graph Not changed.
 * @returns Another graph of the same results, but for rounding.
 */
export function foldNorms(graph: Graph): Graph {
  const readers = readersOf(graph);
  return joinPairs(graph, (first, next, tensors) => {
    const [x, weight = "", bias] = first.inputs;
    if (first.op !== "Conv" || next.op !== "BatchNorm") return undefined;
    const isShared = (name: string) => readers.get(name)!.some((node) => node !== first && node !== next);
    if ([weight, ...(bias ? [bias] : [])].some(isShared)) return undefined;
    const [gamma, beta, mean, variance] = next.inputs.slice(1).map((name) => tensors[name]!.data);
    const { data, shape } = tensors[weight]!, outputs = shape[0]!, each = data!.length / outputs;
    if (!gamma || !beta || !mean || !variance) return undefined;
    const epsilon = next.attributes.epsilon as number;
    const scale = Float64Array.from(gamma, (value, e) => value / Math.sqrt(variance[e]! + epsilon));
    const shift = scale.map((factor, e) => beta[e]! + ((bias ? tensors[bias]!.data![e]! : 0) - mean[e]!) * factor);
    const scaled = new Float32Array(data!.length);
    for (let i = 0; i < scaled.length; i++) scaled[i] = data![i]! * scale[Math.floor(i / each)]!;
    const biasName = bias ?? weight.replace(/\.weight$/, "") + ".bias";
    return {
      inputs: [x!, weight, biasName],
      tensors: {
        [weight]: { shape, data: scaled },
        [biasName]: { shape: [outputs], data: Float32Array.from(shift) },
      },
    };
  });
}

/** What two operations become: the first one's inputs from now on, and the tensors that are new or have new numbers. */
interface Joined {
  readonly inputs: readonly string[];
  readonly tensors: Readonly<Record<string, GraphTensor>>;
}

/** Joins convolutions and linear layers with the one operation that reads them, where a function says into what. */
function joinPairs(
  graph: Graph,
  join: (first: GraphNode, next: GraphNode, tensors: Graph["tensors"]) => Joined | undefined,
): Graph {
  const readers = readersOf(graph), joinedNodes = new Map<GraphNode, GraphNode | undefined>();
  const tensors = { ...graph.tensors };
  for (const node of graph.nodes) {
    const next = node.op === "Conv" || node.op === "Linear" ? onlyReader(graph, readers, node.output) : undefined;
    const joined = next && join(node, next, tensors);
    if (!joined) continue;
    Object.assign(tensors, joined.tensors);
    joinedNodes.set(node, { ...node, inputs: joined.inputs, output: next.output });
    joinedNodes.set(next, undefined);
  }
  const nodes = graph.nodes.flatMap((node) => joinedNodes.has(node) ? joinedNodes.get(node) ?? [] : [node]);
  return withoutUnused({ ...graph, nodes, tensors });
}
