/**
 * What collects an ONNX program while a graph is translated: operations, known tensors, and how each of the graph's tensors
 * stands in it.
 *
 * @module
 */
import type { Graph } from "./graph.ts";
import type { OnnxNode, OnnxTensor } from "./onnx_program.ts";

/**
 * How one of a graph's tensors stands in a program. Images are channels first, `[B, D, H, W]`; so are their pixels, where the
 * graph has them as `[B H W, D]`. Other tensors are as in the graph.
 */
export interface Value {
  /** Its name in the program. */
  readonly name: string;
  /** Height and width of the images, in pixels; undefined for what is none. */
  readonly size?: readonly [height: number, width: number];
}

/** Collects a program. */
export interface Writer {
  /** What is translated. */
  readonly graph: Graph;
  /** The operations so far. */
  readonly nodes: OnnxNode[];
  /** The known tensors so far. */
  readonly initialisers: Record<string, OnnxTensor>;
  /** How the graph's results so far stand in the program, by the graph's names. */
  readonly values: Map<string, Value>;
  /** Whether what is added from now on is always computed with 32 bits. */
  precise: boolean;
}

/** Adds an operation; gives its result's name. */
export function add(
  writer: Writer,
  op: string,
  inputs: readonly string[],
  attributes: OnnxNode["attributes"] = {},
): string {
  const output = `${op}_${writer.nodes.length}`;
  writer.nodes.push({ op, inputs, output, attributes, precise: writer.precise });
  return output;
}

/** Adds a known tensor under a name; if that stands for one of another shape, under one with the shape. */
export function addKnown(writer: Writer, name: string, { shape, type, data }: OnnxTensor): string {
  const there = writer.initialisers[name];
  const found = there && `${there.shape}` !== `${shape}` ? `${name}_${shape.join("x")}` : name;
  writer.initialisers[found] = { shape, type, data };
  return found;
}

/** Adds 32-bit numbers under a name; those of a `Float32Array` are not copied. */
export function addNumbers(writer: Writer, name: string, shape: readonly number[], data: ArrayLike<number>): string {
  const numbers = data instanceof Float32Array ? data : Float32Array.from(data);
  return addKnown(writer, name, { shape, type: "float32", data: numbers });
}

/** Adds whole numbers under a name, as axes and shapes are given. */
export function addIntegers(writer: Writer, name: string, values: readonly number[]): string {
  return addKnown(writer, name, {
    shape: [values.length],
    type: "int64",
    data: BigInt64Array.from(values.map(BigInt)),
  });
}

/** How a result of the graph stands in the program. */
export function valueOf({ values }: Writer, name: string): Value {
  return values.get(name)!;
}

/** A tensor of the graph whose numbers are known, as `[E, D, ...]`; weights keep their names. */
export function addWeights(writer: Writer, name: string, shape?: readonly number[]): string {
  const tensor = writer.graph.tensors[name]!;
  return addNumbers(writer, name, shape ?? tensor.shape, tensor.data!);
}
