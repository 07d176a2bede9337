/**
 * Layers: each call makes the variables of one layer under timm's names and returns the function that applies it.
 *
 * @module
 */
import { randomNormal, type Rng } from "../core/rng.ts";
import * as ops from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor2D, Tensor4D, Variable, Variable1D, Variable4D } from "../tensor/types.ts";
import type { ForwardOptions, Layout } from "./model.ts";

/** Makes layers, and collects their variables. */
export interface Layers {
  /** Trained variables so far. */
  readonly params: Record<string, Variable>;
  /** Running statistics so far. */
  readonly buffers: Record<string, Variable>;
  /** Layout of each trained variable. */
  readonly layouts: Record<string, Layout>;
  /** The variables of a convolution without bias. */
  filter(name: string, options: Omit<ConvLayer, "stride" | "bias">): Variable4D;
  /** The variables of a depthwise convolution. */
  depthwiseFilter(name: string, options: Pick<ConvLayer, "kernel" | "inputs">): Variable4D;
  /** The variable of a bias. */
  bias(name: string, channels: number): Variable1D;
  /** The variables of a batch norm. */
  norm(name: string, channels: number): ops.BatchNormVariables;
  /** A convolution; `bias` adds one per output channel. */
  conv(name: string, options: ConvLayer): (x: Tensor4D) => Tensor4D;
  /** A convolution with its batch norm and activation. */
  convNorm(names: readonly [conv: string, norm: string], options: ConvNormLayer): (
    x: Tensor4D,
    options: ForwardOptions,
  ) => Tensor4D;
  /** A fully connected layer. */
  linear(name: string, inputs: number, outputs: number): (x: Tensor2D) => Tensor2D;
}

/** Sizes of a convolution; padding is half the kernel, so that stride 1 keeps the size. */
export interface ConvLayer {
  /** Side of the kernel in pixels, odd. */
  readonly kernel: number;
  /** Channels in. */
  readonly inputs: number;
  /** Channels out. */
  readonly outputs: number;
  /** Step in pixels. */
  readonly stride?: number;
  /** Whether a bias is added. */
  readonly bias?: boolean;
}

/** A convolution with its batch norm. */
export interface ConvNormLayer extends Omit<ConvLayer, "bias"> {
  /** What follows the norm. */
  readonly activation: ops.Activation;
}

/**
 * Starts a collection of layers. Convolutions start normal with variance 2 / fan-out, a depthwise one's fan-out being its
 * kernel, as timm's EfficientNets; linear layers uniform within 1 / sqrt(inputs), as PyTorch's: timm's 1 / sqrt(outputs)
 * is meant for a thousand classes, and with a few makes the first losses several times log C. Biases start at zero.
 *
 * @param rng Where starting values are drawn from; each variable has its own fork, by name.
 */
export function makeLayers(rng: Rng): Layers {
  const params: Record<string, Variable> = {};
  const buffers: Record<string, Variable> = {};
  const layouts: Record<string, Layout> = {};

  const param = <R extends tf.Rank>(
    name: string,
    layout: Layout,
    shape: tf.ShapeMap[R],
    start: (rng: Rng) => number,
  ): tf.Variable<R> => {
    if (Object.hasOwn(params, name)) throw new Error(`Cannot add layer "${name}" as the model has one of that name`);
    const draw = rng.fork(name);
    const size = (shape as number[]).reduce((product, n) => product * n, 1);
    const values = Float32Array.from({ length: size }, () => start(draw));
    layouts[name] = layout;
    const made = variable<R>(values, shape, true);
    params[name] = made as Variable;
    return made;
  };
  const constant = (value: number) => () => value;
  const normal = (variance: number) => (draw: Rng) => randomNormal(draw) * Math.sqrt(variance);
  const uniform = (bound: number) => (draw: Rng) => (2 * draw() - 1) * bound;

  const filter: Layers["filter"] = (name, { kernel, inputs, outputs }) => {
    const start = normal(2 / (kernel * kernel * outputs));
    return param<tf.Rank.R4>(`${name}.weight`, "conv", [kernel, kernel, inputs, outputs], start);
  };
  const depthwiseFilter: Layers["depthwiseFilter"] = (name, { kernel, inputs }) =>
    param<tf.Rank.R4>(`${name}.weight`, "depthwise", [kernel, kernel, inputs, 1], normal(2 / (kernel * kernel)));
  const bias: Layers["bias"] = (name, channels) => param<tf.Rank.R1>(`${name}.bias`, "vector", [channels], constant(0));
  const norm: Layers["norm"] = (name, channels) => {
    const gamma = param<tf.Rank.R1>(`${name}.weight`, "vector", [channels], constant(1));
    const beta = bias(name, channels);
    const mean = variable<tf.Rank.R1>(new Float32Array(channels), [channels], false);
    const variance = variable<tf.Rank.R1>(new Float32Array(channels).fill(1), [channels], false);
    buffers[`${name}.running_mean`] = mean as Variable;
    buffers[`${name}.running_var`] = variance as Variable;
    return { gamma, beta, mean, variance };
  };

  return {
    params,
    buffers,
    layouts,
    filter,
    depthwiseFilter,
    bias,
    norm,
    conv(name, { kernel, inputs, outputs, stride = 1, bias: shifts = false }) {
      const padding = (kernel - 1) / 2;
      const weights = filter(name, { kernel, inputs, outputs });
      const shift = shifts ? bias(name, outputs) : undefined;
      return (x) => {
        const y = ops.conv2d(x, weights, { stride, padding });
        return shift ? tf.add(y, shift) : y;
      };
    },
    convNorm([convName, normName], { kernel, inputs, outputs, stride = 1, activation }) {
      const padding = (kernel - 1) / 2, weights = filter(convName, { kernel, inputs, outputs });
      const variables = norm(normName, outputs);
      return (x, { training }) => ops.convNorm(x, weights, variables, { stride, padding, training, activation });
    },
    linear(name, inputs, outputs) {
      const start = uniform(1 / Math.sqrt(inputs));
      const weight = param<tf.Rank.R2>(`${name}.weight`, "linear", [inputs, outputs], start);
      const shift = bias(name, outputs);
      return (x) => ops.linear(x, weight, shift);
    },
  };
}

function variable<R extends tf.Rank>(values: Float32Array, shape: tf.ShapeMap[R], trainable: boolean): tf.Variable<R> {
  const start = tf.tensor<R>(values, shape);
  const made = tf.variable<R>(start, trainable);
  start.dispose();
  return made;
}
