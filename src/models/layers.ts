/**
 * Layers: each call makes the variables of one layer under timm's names and returns the function that applies it.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import * as ops from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor2D, Tensor4D, Variable, Variable1D, Variable2D, Variable4D } from "../tensor/types.ts";
import { constant, type Fan, type Initialiser, type Start, uniform } from "./initialisers.ts";
import type { ForwardOptions, Layout } from "./model.ts";

/** Makes layers, and collects their variables. */
export interface Layers {
  /** Trained variables so far. */
  readonly params: Record<string, Variable>;
  /** Running statistics so far. */
  readonly buffers: Record<string, Variable>;
  /** Layout of each trained variable. */
  readonly layouts: Record<string, Layout>;
  /** How deep each trained variable stands: 0 for the first layer, one more for each block. */
  readonly depths: Record<string, number>;
  /** Says that what follows stands one deeper; fine-tuning gives each depth a rate of its own. */
  deeper(): void;
  /** The weights of a convolution, `[K, K, inputs / groups, outputs]`. */
  filter(name: string, options: FilterSizes): Variable4D;
  /** The weights of a depthwise convolution, `[K, K, inputs, 1]`. */
  depthwiseFilter(name: string, options: Pick<FilterSizes, "kernel" | "inputs">): Variable4D;
  /** The weights of a linear layer, `[inputs, outputs]`. */
  matrix(name: string, options: { readonly inputs: number; readonly outputs: number }): Variable2D;
  /** A bias `[channels]`; it starts at zero unless the initialiser says otherwise. */
  bias(name: string, channels: number, fan?: Fan): Variable1D;
  /** A trained factor a channel, `[channels]`, under the very name given. */
  scale(name: string, channels: number, start: number): Variable1D;
  /** The variables of a batch norm; a branch's `last` one may start at zero. */
  norm(name: string, channels: number, options?: { readonly last?: boolean }): ops.BatchNormVariables;
  /** A convolution; `bias` adds one per output channel. */
  conv(name: string, options: ConvLayer): (x: Tensor4D) => Tensor4D;
  /** A depthwise convolution with a bias. */
  depthwise(name: string, options: Pick<ConvLayer, "kernel" | "inputs" | "stride">): (x: Tensor4D) => Tensor4D;
  /** A batch norm and its activation. */
  batchNorm(
    name: string,
    channels: number,
    activation: ops.Activation,
  ): (x: Tensor4D, options: ForwardOptions) => Tensor4D;
  /** A convolution with its batch norm and activation. */
  convNorm(names: readonly [conv: string, norm: string], options: ConvNormLayer): (
    x: Tensor4D,
    options: ForwardOptions,
  ) => Tensor4D;
  /** A norm over each position's channels. */
  layerNorm(name: string, channels: number, epsilon: number): <T extends Tensor>(x: T) => T;
  /** A fully connected layer, over the last axis. */
  linear(name: string, inputs: number, outputs: number): (x: Tensor2D) => Tensor2D;
  /** How norms work in a forward pass. */
  normOptions(options: ForwardOptions): NormOptions;
  /** How a kernel of a size is padded: half of it, or as TensorFlow does. */
  paddingOf(kernel: number): number | "same";
}

/** What a network's norms have in common. */
export interface NormOptions {
  /** Whether the batch's statistics are used, and the running ones updated. */
  readonly training: boolean;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Share of a batch's statistics in the running ones; 0.1 unless given. */
  readonly momentum?: number;
}

/** Sizes of a convolution's weights. */
export interface FilterSizes {
  /** Side of the kernel in pixels. */
  readonly kernel: number;
  /** Channels in. */
  readonly inputs: number;
  /** Channels out. */
  readonly outputs: number;
  /** Groups of channels that do not see each other; 1 unless given. */
  readonly groups?: number;
}

/** A convolution; its padding is half the kernel, so that stride 1 keeps the size, unless the network pads otherwise. */
export interface ConvLayer extends FilterSizes {
  /** Step in pixels. */
  readonly stride?: number;
  /** Whether a bias is added. */
  readonly bias?: boolean;
  /** Zeros on each side, in pixels, where it is not half the kernel. */
  readonly padding?: number;
}

/** A convolution with its batch norm. */
export interface ConvNormLayer extends Omit<ConvLayer, "bias"> {
  /** What follows the norm. */
  readonly activation: ops.Activation;
  /** Whether it ends a residual branch, so that its norm may start at zero. */
  readonly last?: boolean;
}

/** What holds for all layers of a network. */
export interface LayersOptions {
  /** Where starting values are drawn from; each variable has its own fork, by name. */
  readonly rng: Rng;
  /** How the weights of convolutions start, those of depthwise ones as `depthwise` says where it is given. */
  readonly initialiser: Initialiser;
  /** How weights of depthwise convolutions of a kernel start. */
  readonly depthwise?: (kernel: number) => Start;
  /** How linear layers' weights start; uniform within `1 / sqrt(inputs)` unless given. */
  readonly linear?: Initialiser["weight"];
  /** Whether the last norm of a residual branch starts at zero, so that each block starts as the identity. */
  readonly zeroInitLast?: boolean;
  /** Added to variances in batch norms; 1e-5 unless given. */
  readonly epsilon?: number;
  /** Whether convolutions pad as TensorFlow's SAME does. */
  readonly same?: boolean;
}

/** Starts a collection of layers. */
export function makeLayers(
  { rng, initialiser, depthwise, linear, zeroInitLast = false, epsilon = 1e-5, same = false }: LayersOptions,
): Layers {
  const params: Record<string, Variable> = {};
  const buffers: Record<string, Variable> = {};
  const layouts: Record<string, Layout> = {};
  const depths: Record<string, number> = {};
  let depth = 0;

  const param = <R extends tf.Rank>(
    name: string,
    layout: Layout,
    shape: tf.ShapeMap[R],
    start: Start,
  ): tf.Variable<R> => {
    if (Object.hasOwn(params, name)) throw new Error(`Cannot add layer "${name}" as the model has one of that name`);
    const draw = rng.fork(name);
    const size = (shape as number[]).reduce((product, n) => product * n, 1);
    const values = new Float32Array(size).map(() => start(draw));
    layouts[name] = layout;
    depths[name] = depth;
    const made = variable<R>(values, shape, true);
    params[name] = made as Variable;
    return made;
  };
  // Uniform as PyTorch's: timm's 1 / sqrt(outputs) is meant for a thousand classes, and with a few makes the first
  // losses several times log C.
  const linearWeight = linear ?? (({ fanIn }: Fan) => uniform(1 / Math.sqrt(fanIn)));
  const paddingOf = (kernel: number) => same ? "same" as const : (kernel - 1) / 2;
  const normOptions = ({ training, frozenNorms = false, momentum }: ForwardOptions) => ({
    training: training && !frozenNorms,
    epsilon,
    ...(momentum !== undefined && { momentum }),
  });

  const filter: Layers["filter"] = (name, { kernel, inputs, outputs, groups = 1 }) => {
    const start = initialiser.weight(filterFan({ kernel, inputs, outputs, groups }));
    return param<tf.Rank.R4>(`${name}.weight`, "conv", [kernel, kernel, inputs / groups, outputs], start);
  };
  const depthwiseFilter: Layers["depthwiseFilter"] = (name, { kernel, inputs }) => {
    const fan = filterFan({ kernel, inputs, outputs: inputs, groups: inputs });
    const start = depthwise?.(kernel) ?? initialiser.weight(fan);
    return param<tf.Rank.R4>(`${name}.weight`, "depthwise", [kernel, kernel, inputs, 1], start);
  };
  const matrix: Layers["matrix"] = (name, { inputs, outputs }) => {
    const start = linearWeight({ fanIn: inputs, fanOut: outputs });
    return param<tf.Rank.R2>(`${name}.weight`, "linear", [inputs, outputs], start);
  };
  const bias: Layers["bias"] = (name, channels, fan) =>
    param<tf.Rank.R1>(`${name}.bias`, "vector", [channels], fan ? initialiser.bias(fan) : constant(0));
  const scale: Layers["scale"] = (name, channels, start) =>
    param<tf.Rank.R1>(name, "vector", [channels], constant(start));
  const norm: Layers["norm"] = (name, channels, { last = false } = {}) => {
    const gamma = scale(`${name}.weight`, channels, last && zeroInitLast ? 0 : 1);
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
    depths,
    deeper: () => void depth++,
    filter,
    depthwiseFilter,
    matrix,
    bias,
    scale,
    norm,
    normOptions,
    paddingOf,
    conv(name, { stride = 1, bias: shifts = false, padding, ...sizes }) {
      const pad = padding ?? paddingOf(sizes.kernel), weights = filter(name, sizes);
      const shift = shifts ? bias(name, sizes.outputs, filterFan(sizes)) : undefined;
      return (x) => {
        const y = ops.conv2d(x, weights, { stride, padding: pad, groups: sizes.groups ?? 1 });
        return shift ? tf.add(y, shift) : y;
      };
    },
    depthwise(name, { kernel, inputs, stride = 1 }) {
      const padding = paddingOf(kernel), weights = depthwiseFilter(name, { kernel, inputs });
      const shift = bias(name, inputs, filterFan({ kernel, inputs, outputs: inputs, groups: inputs }));
      return (x) => tf.add(ops.depthwiseConv2d(x, weights, { stride, padding }), shift);
    },
    batchNorm(name, channels, activation) {
      const variables = norm(name, channels);
      return (x, options) => ops.batchNorm(x, variables, { ...normOptions(options), activation });
    },
    convNorm([convName, normName], { stride = 1, padding, activation, last = false, ...sizes }) {
      const pad = padding ?? paddingOf(sizes.kernel), weights = filter(convName, sizes);
      const variables = norm(normName, sizes.outputs, { last });
      const fixed = { stride, padding: pad, groups: sizes.groups ?? 1, activation };
      return (x, options) => ops.convNorm(x, weights, variables, { ...fixed, ...normOptions(options) });
    },
    layerNorm(name, channels, epsilon) {
      const gamma = scale(`${name}.weight`, channels, 1), beta = bias(name, channels);
      return (x) => ops.layerNorm(x, gamma, beta, { epsilon });
    },
    linear(name, inputs, outputs) {
      const weight = matrix(name, { inputs, outputs });
      const shift = bias(name, outputs, { fanIn: inputs, fanOut: outputs });
      return (x) => ops.linear(x, weight, shift);
    },
  };
}

function filterFan({ kernel, inputs, outputs, groups = 1 }: FilterSizes): Fan {
  return { fanIn: kernel * kernel * inputs / groups, fanOut: kernel * kernel * outputs };
}

function variable<R extends tf.Rank>(values: Float32Array, shape: tf.ShapeMap[R], trainable: boolean): tf.Variable<R> {
  const start = tf.tensor<R>(values, shape);
  const made = tf.variable<R>(start, trainable);
  start.dispose();
  return made;
}
