/** Computes a graph operation by operation, in TensorFlow.js's plain operations, as its documentation says. @module */
import type { Graph, GraphNode } from "../../src/export/graph.ts";
import * as tf from "../../src/tensor/tf.ts";
import type { Tensor, Tensor2D, Tensor4D } from "../../src/tensor/types.ts";

/** What a graph gives for normalised pixels `[B, H, W, 3]`, by what it is; each tensor is the caller's. */
export function evaluate(graph: Graph, x: Tensor4D): Record<string, Tensor> {
  return tf.tidy(() => {
    const values = new Map<string, Tensor>([[graph.input, x]]);
    for (const [name, { shape, data }] of Object.entries(graph.tensors)) {
      if (data) values.set(name, tf.tensor(data, [...shape]));
    }
    for (const node of graph.nodes) {
      const shape = graph.tensors[node.output]!.shape.map((size) => size < 0 ? -size * x.shape[0] : size);
      const made = compute(node, node.inputs.map((name) => values.get(name)!), shape);
      if (`${made.shape}` !== `${shape}`) throw new Error(`"${node.output}" is [${made.shape}] and not [${shape}]`);
      values.set(node.output, made);
    }
    return Object.fromEntries(Object.entries(graph.outputs).map(([name, tensor]) => [name, values.get(tensor)!]));
  });
}

const UNARY: Record<string, (x: Tensor) => Tensor> = {
  Relu: tf.relu,
  LeakyRelu: tf.leakyRelu,
  Silu: (x) => tf.mul(x, tf.sigmoid(x)),
  HardSigmoid: (x) => tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6),
  HardSwish: (x) => tf.mul(x, tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6)),
  Gelu: (x) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2))))),
  Sigmoid: tf.sigmoid,
  Tanh: tf.tanh,
  Square: tf.square,
  Sqrt: tf.sqrt,
};
const BINARY: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  Add: tf.add,
  Sub: tf.sub,
  Mul: tf.mul,
  Div: tf.div,
  Max: tf.maximum,
  Min: tf.minimum,
};

function compute({ op, attributes }: GraphNode, inputs: Tensor[], shape: number[]): Tensor {
  const [x, a, b, c, d] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const numbers = attributes as Record<string, number & number[]>;
  if (UNARY[op]) return UNARY[op](x);
  if (BINARY[op]) return BINARY[op](x, a);
  const window = (y: Tensor, fill = 0) => {
    const [top, left, bottom, right] = numbers.pads!;
    return tf.pad(y, [[0, 0], [top!, bottom!], [left!, right!], [0, 0]], fill) as Tensor4D;
  };
  const size = numbers.size as unknown as [number, number], strides = numbers.strides as unknown as [number, number];
  if (op === "Conv") {
    const filter = tf.transpose(a, [2, 3, 1, 0]) as Tensor4D, groups = numbers.groups!;
    const parts = tf.split(window(x), groups, 3), filters = tf.split(filter, groups, 3);
    const y = tf.concat(
      parts.map((part, g) => tf.conv2d(part as Tensor4D, filters[g] as Tensor4D, strides, "valid")),
      3,
    );
    return b ? tf.add(y, b) : y;
  }
  if (op === "Linear") {
    const y = tf.matMul(x as Tensor2D, a as Tensor2D, false, true);
    return b ? tf.add(y, b) : y;
  }
  if (op === "BatchNorm") {
    return tf.add(tf.mul(tf.div(tf.sub(x, c), tf.sqrt(tf.add(d, numbers.epsilon!))), a), b);
  }
  if (op === "LayerNorm") {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, numbers.epsilon!))), a), b);
  }
  if (op === "MaxPool") return tf.maxPool(window(x, -Infinity), size, strides, "valid");
  if (op === "AveragePool") return tf.avgPool(x as Tensor4D, size, strides, "valid");
  if (op === "Mean") return tf.mean(x, numbers.axes, numbers.keep === 1);
  if (op === "Sum") return tf.sum(x, numbers.axes, numbers.keep === 1);
  if (op === "Concat") return tf.concat(inputs, numbers.axis);
  if (op === "Reshape") return tf.reshape(x, shape);
  throw new Error(`"${op}" is unknown`);
}
