/**
 * What is known of TensorFlow.js's kernels without running them: which operation of a graph each one is, and the shape that it
 * gives. A kernel that is not here cannot stand in a graph.
 *
 * @module
 */
import { broadcastShape } from "../tensor/shapes.ts";
import * as tf from "../tensor/tf.ts";
import type { BinaryOp, GraphNode, GraphOp, UnaryOp } from "./graph.ts";

/** What a kernel gives. */
export interface KernelResult {
  /** Its shape. */
  readonly shape: readonly number[];
  /** The numbers of the graph's operation. */
  readonly attributes?: GraphNode["attributes"];
}

/** A kernel that a graph knows. */
export interface TracedKernel {
  /** The operation; null where the result has the input's values, and nothing is to be done. */
  readonly op: GraphOp | null;
  /** Names of the kernel's inputs, in the operation's order; all of them as they come unless given. */
  readonly inputs?: readonly string[];
  /** Computes the result's shape. */
  // deno-lint-ignore no-explicit-any -- attributes are whatever TensorFlow.js's op passes
  result(shapes: readonly number[][], attributes: any): KernelResult;
}

type ConvInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** TensorFlow.js's numbers of a window as a graph has them. */
function windowOf({ strideHeight, strideWidth, padInfo: { top, left, bottom, right } }: ConvInfo) {
  return { strides: [strideHeight, strideWidth], pads: [top, left, bottom, right] };
}

function convolution(depthwise: boolean): TracedKernel {
  return {
    op: "Conv",
    inputs: ["x", "filter"],
    result([x, filter], { strides, pad, dilations = 1, dimRoundingMode, dataFormat = "NHWC" }) {
      const isPlain = [dilations].flat().every((step) => step === 1) && dataFormat === "NHWC";
      if (!isPlain || (depthwise && filter![3] !== 1)) {
        throw new RangeError(
          `Cannot put a convolution into a graph as it must be NHWC, without dilation, and with one filter a channel if ` +
            `depthwise: current values are ${dataFormat}, ${dilations} and ${filter![3]}`,
        );
      }
      const info = convInfo(x!, filter!, strides, pad, dimRoundingMode, depthwise);
      return { shape: info.outShape, attributes: { ...windowOf(info), groups: depthwise ? filter![2]! : 1 } };
    },
  };
}

function convInfo(
  x: readonly number[],
  filter: readonly number[],
  strides: number | [number, number],
  pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4],
  rounding?: "floor" | "round" | "ceil",
  depthwise = false,
): ConvInfo {
  const shapes = [[...x], [...filter]] as [[number, number, number, number], [number, number, number, number]];
  return tf.backend_util.computeConv2DInfo(...shapes, strides, 1, pad, rounding, depthwise);
}

function pooling(op: "MaxPool" | "AveragePool"): TracedKernel {
  return {
    op,
    result([x], { filterSize, strides, pad, dimRoundingMode }) {
      const shape = [...x!] as [number, number, number, number];
      const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
      return { shape: info.outShape, attributes: { size: [info.filterHeight, info.filterWidth], ...windowOf(info) } };
    },
  };
}

function reduction(op: "Mean" | "Sum"): TracedKernel {
  return {
    op,
    result([x], { axis, keepDims = false }) {
      const axes = tf.util.parseAxisParam(axis, [...x!]).toSorted((a, b) => a - b);
      const shape = x!.map((size, i) => axes.includes(i) ? 1 : size).filter((_, i) => keepDims || !axes.includes(i));
      return { shape, attributes: { axes, keep: keepDims ? 1 : 0 } };
    },
  };
}

function unary(op: UnaryOp): TracedKernel {
  return { op, result: ([x], { alpha }) => ({ shape: x!, ...(op === "LeakyRelu" && { attributes: { alpha } }) }) };
}

function binary(op: BinaryOp): TracedKernel {
  return { op, inputs: ["a", "b"], result: ([a, b]) => ({ shape: broadcastShape(a!, b!) }) };
}

const same: TracedKernel = { op: null, result: ([x]) => ({ shape: x! }) };

/** TensorFlow.js's kernels by its names. */
export const STOCK_KERNELS: Readonly<Record<string, TracedKernel>> = {
  Conv2D: convolution(false),
  DepthwiseConv2dNative: convolution(true),
  BatchMatMul: {
    op: "Linear",
    inputs: ["a", "b"],
    result([a, b], { transposeA, transposeB }) {
      if (a!.length === 2 && b!.length === 2 && !transposeA && !transposeB) return { shape: [a![0]!, b![1]!] };
      throw new RangeError(
        `Cannot put a product into a graph as both must be matrices, neither transposed: current shapes are [${a}] and [${b}]`,
      );
    },
  },
  MaxPool: pooling("MaxPool"),
  AvgPool: pooling("AveragePool"),
  Mean: reduction("Mean"),
  Sum: reduction("Sum"),
  Concat: {
    op: "Concat",
    result(shapes, { axis }) {
      const [at] = tf.util.parseAxisParam(axis, shapes[0]!);
      return { shape: tf.backend_util.computeOutShape([...shapes], at!), attributes: { axis: at! } };
    },
  },
  Reshape: {
    op: "Reshape",
    result: ([x], { shape }) => ({ shape: tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape(x!)) }),
  },
  Identity: same,
  Cast: {
    op: null,
    result([x], { dtype }) {
      if (dtype === "float32") return { shape: x! };
      throw new RangeError(`Cannot put a cast into a graph as its numbers are "float32": current value is "${dtype}"`);
    },
  },
  Relu: unary("Relu"),
  LeakyRelu: unary("LeakyRelu"),
  Sigmoid: unary("Sigmoid"),
  Tanh: unary("Tanh"),
  Square: unary("Square"),
  Sqrt: unary("Sqrt"),
  Add: binary("Add"),
  Sub: binary("Sub"),
  Multiply: binary("Mul"),
  RealDiv: binary("Div"),
  Maximum: binary("Max"),
  Minimum: binary("Min"),
};

/** Kernels that only a trace has, for the operations of src/tensor that a graph takes whole. */
export const HOUSE_KERNELS: Readonly<Record<string, TracedKernel>> = {
  GroupedConv: {
    op: "Conv",
    inputs: ["x", "filter"],
    result([x, filter], { stride, padding, groups }) {
      const [K, L, , E] = filter as [number, number, number, number];
      const info = convInfo(x!, [K, L, x![3]!, E], stride, padding);
      return { shape: info.outShape, attributes: { ...windowOf(info), groups } };
    },
  },
  BatchNorm: {
    op: "BatchNorm",
    inputs: ["x", "gamma", "beta", "mean", "variance"],
    result: ([x], { epsilon }) => ({ shape: x!, attributes: { epsilon } }),
  },
  LayerNorm: {
    op: "LayerNorm",
    inputs: ["x", "gamma", "beta"],
    result: ([x], { epsilon }) => ({ shape: x!, attributes: { epsilon } }),
  },
  Silu: unary("Silu"),
  HardSwish: unary("HardSwish"),
  HardSigmoid: unary("HardSigmoid"),
  Gelu: unary("Gelu"),
};
