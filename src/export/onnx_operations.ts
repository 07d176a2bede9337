/**
 * Each operation of a graph in ONNX's own, channels first, so that nothing is transposed on the way.
 * https://onnx.ai/onnx/operators
 *
 * @module
 */
import type { BinaryOp, GraphNode, GraphOp, UnaryOp } from "./graph.ts";
import { add, addIntegers, addNumbers, addWeights, type Value, valueOf, type Writer } from "./onnx_writer.ts";

/** Adds an operation to a program; gives how its result stands there. */
export type Translation = (writer: Writer, node: GraphNode) => Value;

/** Where ONNX has an axis of images. */
const CHANNELS_FIRST = [0, 2, 3, 1];

function fail({ op, inputs }: GraphNode, { graph }: Writer, rule: string): never {
  const shapes = inputs.map((name) => `[${graph.tensors[name]!.shape}]`).join(" and ");
  throw new TypeError(`Cannot write the operation "${op}" as ONNX as ${rule}: current shapes are ${shapes}`);
}

const convolution: Translation = (writer, node) => {
  const { inputs: [x, weight, bias], output, attributes: { strides, pads, groups } } = node;
  const weights = [addWeights(writer, weight!), ...(bias === undefined ? [] : [addWeights(writer, bias)])];
  const kernel = writer.graph.tensors[weight!]!.shape.slice(2), [, height, width] = writer.graph.tensors[output]!.shape;
  const numbers = { kernel_shape: kernel, strides: strides!, pads: pads!, group: groups! };
  return { name: add(writer, "Conv", [valueOf(writer, x!).name, ...weights], numbers), size: [height!, width!] };
};

/** A linear layer; over pixels it is a convolution of 1 x 1. */
const linear: Translation = (writer, node) => {
  const [x, weight, bias] = node.inputs,
    { name, size } = valueOf(writer, x!),
    { shape, data } = writer.graph.tensors[weight!]!;
  if (!data) fail(node, writer, "its second matrix must be known");
  const biases = bias === undefined ? [] : [addWeights(writer, bias)];
  if (!size) return { name: add(writer, "Gemm", [name, addWeights(writer, weight!), ...biases], { transB: 1 }) };
  const kernel = addWeights(writer, weight!, [...shape, 1, 1]);
  return { name: add(writer, "Conv", [name, kernel, ...biases], { kernel_shape: [1, 1] }), size };
};

const batchNorm: Translation = (writer, { inputs: [x, ...rest], attributes: { epsilon } }) => {
  const { name, size } = valueOf(writer, x!), known = rest.map((each) => addWeights(writer, each));
  return { name: add(writer, "BatchNormalization", [name, ...known], { epsilon: epsilon! }), size };
};

/** ONNX's own normalises the last axes alone, so that channels that come first take its parts. */
const layerNorm: Translation = (writer, { inputs: [x, gamma, beta], attributes: { epsilon } }) => {
  const { name, size } = valueOf(writer, x!), { precise } = writer;
  writer.precise = true; // squares pass what 16 bits can hold
  const write = (): string => {
    if (!size) {
      const known = [addWeights(writer, gamma!), addWeights(writer, beta!)];
      return add(writer, "LayerNormalization", [name, ...known], { axis: -1, epsilon: epsilon! });
    }
    const mean = (of: string) => add(writer, "ReduceMean", [of], { axes: [1], keepdims: 1 });
    const centred = add(writer, "Sub", [name, mean(name)]), variance = mean(add(writer, "Mul", [centred, centred]));
    const least = addNumbers(writer, `epsilon_${epsilon}`, [], [epsilon as number]);
    const deviation = add(writer, "Sqrt", [add(writer, "Add", [variance, least])]);
    const scaled = add(writer, "Mul", [add(writer, "Div", [centred, deviation]), channelsOf(writer, gamma!)]);
    return add(writer, "Add", [scaled, channelsOf(writer, beta!)]);
  };
  const result = { name: write(), size };
  writer.precise = precise;
  return result;
};

/** Numbers by channel, to go with images. */
function channelsOf(writer: Writer, name: string): string {
  const { shape } = writer.graph.tensors[name]!;
  return addWeights(writer, name, shape.length === 0 ? [] : [1, shape.at(-1)!, 1, 1]);
}

function pooling(op: string): Translation {
  return (writer, { inputs: [x], output, attributes: { size, strides, pads } }) => {
    const [, height, width] = writer.graph.tensors[output]!.shape;
    const numbers = { kernel_shape: size!, strides: strides!, pads: pads! };
    return { name: add(writer, op, [valueOf(writer, x!).name], numbers), size: [height!, width!] };
  };
}

function reduction(op: "Mean" | "Sum"): Translation {
  return (writer, node) => {
    const [x] = node.inputs, { name, size } = valueOf(writer, x!), axes = node.attributes.axes as readonly number[];
    const keep = node.attributes.keep as number, overPixels = size && `${axes}` === "1,2";
    if (overPixels && op === "Mean") {
      const pooled = add(writer, "GlobalAveragePool", [name]);
      return keep ? { name: pooled, size: [1, 1] } : { name: add(writer, "Flatten", [pooled], { axis: 1 }) };
    }
    if (size) fail(node, writer, "of images only the mean over height and width can be taken");
    if (op === "Mean") return { name: add(writer, "ReduceMean", [name], { axes, keepdims: keep }) };
    const along = addIntegers(writer, `axes_${axes.join("_")}`, axes);
    return { name: add(writer, "ReduceSum", [name, along], { keepdims: keep }) };
  };
}

const concat: Translation = (writer, { inputs, attributes: { axis } }) => {
  const values = inputs.map((name) => valueOf(writer, name)), [{ size } = {} as Value] = values;
  const at = size ? CHANNELS_FIRST[axis as number]! : axis!;
  return { name: add(writer, "Concat", values.map(({ name }) => name), { axis: at }), size };
};

/** Images and their pixels in rows are the same here; what is left are images of one pixel, and tensors that are none. */
const reshape: Translation = (writer, node) => {
  const [x] = node.inputs, { name, size } = valueOf(writer, x!);
  const from = writer.graph.tensors[x!]!.shape, to = writer.graph.tensors[node.output]!.shape;
  const [height, width] = size ?? [1, 1], area = height * width, D = from.at(-1)!;
  const toRows = to.length === 2 && to[0] === from[0]! * area && to[1] === D;
  if (size && from.length === 4 && toRows) {
    return area > 1 ? { name, size } : { name: add(writer, "Flatten", [name], { axis: 1 }) };
  }
  if (size && from.length === 2 && `${to}` === `${[from[0]! / area, height, width, D]}`) return { name, size };
  if (size) fail(node, writer, `images can only become their pixels and back, not [${to}]`);
  const toImages = from.length === 2 && `${to}` === `${[from[0], 1, 1, D]}`, shape = toImages ? [-1, D, 1, 1] : to;
  if (shape.filter((length) => length < 0).length > 1 || (to.length > 2 && !toImages)) {
    fail(node, writer, `[${to}] is no matrix, and no images of one pixel`);
  }
  const lengths = shape.map((length) => Math.max(length, -1));
  const given = addIntegers(writer, `shape_${lengths.join("_")}`, lengths);
  return { name: add(writer, "Reshape", [name, given]), ...(toImages && { size: [1, 1] as const }) };
};

type Step = (writer: Writer, x: string) => string;

const UNARY: Readonly<Record<UnaryOp, Step>> = {
  Relu: (writer, x) => add(writer, "Relu", [x]),
  LeakyRelu: (writer, x) => add(writer, "LeakyRelu", [x]),
  Silu: (writer, x) => add(writer, "Mul", [x, add(writer, "Sigmoid", [x])]),
  HardSwish: (writer, x) => add(writer, "HardSwish", [x]),
  HardSigmoid: (writer, x) => add(writer, "HardSigmoid", [x], { alpha: 1 / 6, beta: 0.5 }),
  Gelu(writer, x) {
    const number = (name: string, value: number) => addNumbers(writer, name, [], [value]);
    const share = add(writer, "Erf", [add(writer, "Div", [x, number("root_of_2", Math.SQRT2)])]);
    const twice = add(writer, "Mul", [x, add(writer, "Add", [share, number("one", 1)])]);
    return add(writer, "Mul", [twice, number("half", 0.5)]);
  },
  Sigmoid: (writer, x) => add(writer, "Sigmoid", [x]),
  Tanh: (writer, x) => add(writer, "Tanh", [x]),
  Square: (writer, x) => add(writer, "Mul", [x, x]),
  Sqrt: (writer, x) => add(writer, "Sqrt", [x]),
};

function unary(op: UnaryOp): Translation {
  return (writer, { inputs: [x], attributes }) => {
    const { name, size } = valueOf(writer, x!);
    if (op !== "LeakyRelu") return { name: UNARY[op](writer, name), size };
    return { name: add(writer, op, [name], { alpha: attributes.alpha! }), size };
  };
}

function binary(op: BinaryOp): Translation {
  return (writer, node) => {
    const given = node.inputs.map((name) => writer.values.get(name)), size = outputSize(given);
    const names = node.inputs.map((name, i) => {
      const value = given[i], { shape } = writer.graph.tensors[name]!;
      if (value) return !size || value.size ? value.name : fail(node, writer, "images do not go with what is none");
      if (!size) return addWeights(writer, name);
      const others = shape.slice(0, -1).every((length) => length === 1);
      return others ? channelsOf(writer, name) : fail(node, writer, "known numbers must be one for each channel");
    });
    return { name: add(writer, op, names), size };
  };
}

/** Height and width of what images of several sizes, broadcast against each other, give. */
function outputSize(values: readonly (Value | undefined)[]): Value["size"] {
  const sizes = values.flatMap((value) => value?.size ? [value.size] : []);
  if (sizes.length === 0) return undefined;
  return [Math.max(...sizes.map(([height]) => height)), Math.max(...sizes.map(([, width]) => width))];
}

/** Every operation of a graph. */
export const TRANSLATIONS: Readonly<Record<GraphOp, Translation>> = {
  Conv: convolution,
  Linear: linear,
  BatchNorm: batchNorm,
  LayerNorm: layerNorm,
  MaxPool: pooling("MaxPool"),
  AveragePool: pooling("AveragePool"),
  Mean: reduction("Mean"),
  Sum: reduction("Sum"),
  Concat: concat,
  Reshape: reshape,
  Relu: unary("Relu"),
  LeakyRelu: unary("LeakyRelu"),
  Silu: unary("Silu"),
  HardSwish: unary("HardSwish"),
  HardSigmoid: unary("HardSigmoid"),
  Gelu: unary("Gelu"),
  Sigmoid: unary("Sigmoid"),
  Tanh: unary("Tanh"),
  Square: unary("Square"),
  Sqrt: unary("Sqrt"),
  Add: binary("Add"),
  Sub: binary("Sub"),
  Mul: binary("Mul"),
  Div: binary("Div"),
  Max: binary("Max"),
  Min: binary("Min"),
};
