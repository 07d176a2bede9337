/**
 * A network as a plain record: its operations in the order in which they are made, and the tensors between them. Nothing in it
 * belongs to a tensor library, so that files for other programs are written from it.
 *
 * @module
 */

/**
 * What a graph is made of. Images are `[B, H, W, D]`, weights in PyTorch's layout, and the inputs stand in this order:
 *
 * - `Conv`: images, weights `[E, D / groups, K, K]`, a bias `[E]` if any; attributes `strides` (down, across), `pads` (top,
 *   left, bottom, right) and `groups`.
 * - `Linear`: `[M, D]`, weights `[E, D]`, a bias `[E]` if any.
 * - `BatchNorm`: images, then scale, shift, running mean and running variance `[D]`; attribute `epsilon`.
 * - `LayerNorm`, over the last axis: any shape, scale and shift `[D]`; attribute `epsilon`.
 * - `MaxPool`, `AveragePool`: images; attributes `size`, `strides` and `pads`, which never count.
 * - `Mean`, `Sum`: any shape; attributes `axes` and `keep`, 1 where axes stay with length 1.
 * - `Concat`: all of the inputs; attribute `axis`. `Reshape`: any shape, to the result's.
 * - The others go element by element: of one input, `LeakyRelu` with the slope `alpha`; or of two, broadcast.
 */
export type GraphOp =
  | "Conv"
  | "Linear"
  | "BatchNorm"
  | "LayerNorm"
  | "MaxPool"
  | "AveragePool"
  | "Mean"
  | "Sum"
  | "Concat"
  | "Reshape"
  | UnaryOp
  | BinaryOp;

/** Operations on the elements of one tensor. */
export type UnaryOp =
  | "Relu"
  | "LeakyRelu"
  | "Silu"
  | "HardSwish"
  | "HardSigmoid"
  | "Gelu"
  | "Sigmoid"
  | "Tanh"
  | "Square"
  | "Sqrt";

/** Operations on the elements of two tensors, broadcast against each other. */
export type BinaryOp = "Add" | "Sub" | "Mul" | "Div" | "Max" | "Min";

/** One operation. */
export interface GraphNode {
  /** What it does. */
  readonly op: GraphOp;
  /** Names of the tensors that it reads. */
  readonly inputs: readonly string[];
  /** Name of the tensor that it makes. */
  readonly output: string;
  /** Its numbers, as {@linkcode GraphOp} lists them. */
  readonly attributes: Readonly<Record<string, number | readonly number[]>>;
}

/** A tensor of a graph. */
export interface GraphTensor {
  /** Lengths of its axes; -1 for the batch, and -K for K times the batch. */
  readonly shape: readonly number[];
  /** Its numbers, if they are known beforehand. */
  readonly data?: Float32Array;
}

/** A network: what goes in, what comes out, and the operations between. */
export interface Graph {
  /** The normalised pixels' tensor, `[B, H, W, 3]`. */
  readonly input: string;
  /** What comes out, by what it is: `logits`, and a number's name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the head reads: the operations after the one that makes it are the head. */
  readonly features: string;
  /** The operations; each reads what stands before it. */
  readonly nodes: readonly GraphNode[];
  /** Every tensor by name; weights have timm's names. */
  readonly tensors: Readonly<Record<string, GraphTensor>>;
}

/** The operations that read a tensor, by its name. */
export function readersOf({ nodes }: Pick<Graph, "nodes">): ReadonlyMap<string, readonly GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) readers.set(name, [...readers.get(name) ?? [], node]);
  }
  return readers;
}

/**
 * The one operation that reads a tensor.
 *
 * @returns Undefined if there are several, or if the tensor is asked for from outside.
 */
export function onlyReader(
  { outputs, features }: Graph,
  readers: ReadonlyMap<string, readonly GraphNode[]>,
  name: string,
): GraphNode | undefined {
  const [first, ...more] = readers.get(name) ?? [];
  return more.length > 0 || name === features || Object.values(outputs).includes(name) ? undefined : first;
}

/** A graph without the tensors that nothing reads or makes any more. */
export function withoutUnused(graph: Graph): Graph {
  const used = new Set([graph.input, ...graph.nodes.flatMap(({ inputs, output }) => [...inputs, output])]);
  const tensors = Object.fromEntries(Object.entries(graph.tensors).filter(([name]) => used.has(name)));
  return { ...graph, tensors };
}
