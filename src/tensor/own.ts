/**
 * The seam between operations and backends: what the current backend computes with kernels of its own. Operations ask here,
 * and compose of TensorFlow.js's ops what the backend lacks; models never know.
 *
 * @module
 */
import * as tf from "./tf.ts";
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable, Variable1D } from "./types.ts";

/**
 * The nonlinearity applied at the end of an operation: nothing, max(x, 0), max(x, 0.2 x), x sigmoid(x), x hardSigmoid(x), or
 * x times the standard normal distribution's share below x, exactly, by the error function.
 */
export type Activation = "none" | "relu" | "leakyRelu" | "silu" | "hardSwish" | "gelu";

/** What backends may apply to elements alone. */
export type ElementActivation = Exclude<Activation, "none"> | "hardSigmoid";

/** What a batch norm needs beside its tensors. */
export interface BatchNormAttributes {
  /** Whether the batch's own statistics are used, and the running ones updated. */
  readonly training: boolean;
  /** Share of the batch's statistics in an update. */
  readonly momentum: number;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Applied to the result. */
  readonly activation: Activation;
  /** Running mean `[D]`. */
  readonly mean: Variable;
  /** Running variance `[D]`. */
  readonly variance: Variable;
}

/** The four tensors of a batch norm, each `[D]`. */
export interface BatchNormVariables {
  /** Trained scale. */
  readonly gamma: Tensor1D;
  /** Trained shift. */
  readonly beta: Tensor1D;
  /** Running mean; updated in place in training. */
  readonly mean: Variable1D;
  /** Running unbiased variance; updated in place in training. */
  readonly variance: Variable1D;
}

/** Zeros before and after each axis of an image, in pixels, as TensorFlow.js has them: `[[0, 0], rows, columns, [0, 0]]`. */
export type Sides = tf.backend_util.ExplicitPadding;

/** How a convolution in groups works. */
export interface GroupedAttributes {
  /** Step between outputs, in pixels. */
  readonly stride: number;
  /** Zeros before and after, in pixels. */
  readonly padding: Sides;
  /** Groups of channels that do not mix. */
  readonly groups: number;
}

/** How a convolution with its norm works. */
export interface ConvNormAttributes extends GroupedAttributes {
  /** Whether the norm uses the batch's own statistics, and updates the running ones. */
  readonly training: boolean;
  /** Share of the batch's statistics in an update. */
  readonly momentum: number;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Applied to the result. */
  readonly activation: Activation;
}

/** The variables of a mobile inverted bottleneck of I input, D inner, S squeezed and O output channels. */
export interface MbconvVariables {
  /** The 1 x 1 expansion `[1, 1, I, D]` and its norm; without it D is I. */
  readonly expand?: { readonly filter: Tensor4D; readonly norm: BatchNormVariables };
  /** The depthwise convolution `[K, K, D, 1]` and its norm. */
  readonly depthwise: { readonly filter: Tensor4D; readonly norm: BatchNormVariables };
  /** Squeeze and excitation: `[1, 1, D, S]` and `[S]`. */
  readonly reduce: { readonly filter: Tensor4D; readonly bias: Tensor1D };
  /** The way back: `[1, 1, S, D]` and `[D]`. */
  readonly restore: { readonly filter: Tensor4D; readonly bias: Tensor1D };
  /** The 1 x 1 projection `[1, 1, D, O]` and its norm, which no activation follows. */
  readonly project: { readonly filter: Tensor4D; readonly norm: BatchNormVariables };
}

/** How a mobile inverted bottleneck works. */
export interface MbconvAttributes {
  /** Step of the depthwise convolution, in pixels. */
  readonly stride: number;
  /** Zeros before and after, in pixels. */
  readonly padding: Sides;
  /** Whether the input is added to the result. */
  readonly residual: boolean;
  /** Factor on each image's branch `[B]`, 0 where it is dropped; undefined for 1. */
  readonly factors?: Float32Array;
  /** Whether norms use the batch's own statistics, and update the running ones. */
  readonly training: boolean;
  /** Share of the batch's statistics in an update. */
  readonly momentum: number;
  /** Added to the variances. */
  readonly epsilon: number;
}

/** A parameter in an optimizer's step: the variables are changed in place. */
export interface AdamUpdate {
  /** What is trained. */
  readonly param: Variable;
  /** Its gradient, of its shape. */
  readonly gradient: Tensor;
  /** Mean of the gradients. */
  readonly mean: Variable;
  /** Mean of their squares. */
  readonly square: Variable;
  /** Decoupled weight decay, per unit of learning rate; 0 for none. */
  readonly decay: number;
}

/** Numbers of an Adam step. */
export interface AdamNumbers {
  /** Learning rate. */
  readonly lr: number;
  /** Decay of the mean of the gradients. */
  readonly beta1: number;
  /** Decay of the mean of their squares. */
  readonly beta2: number;
  /** Added to the root of the mean square. */
  readonly epsilon: number;
  /** The step that is taken, counted from 1. */
  readonly step: number;
}

/** A parameter in a step by momentum: the variables are changed in place. */
export interface MomentumUpdate {
  /** What is trained. */
  readonly param: Variable;
  /** Its gradient, of its shape. */
  readonly gradient: Tensor;
  /** What is kept of the gradients before. */
  readonly velocity: Variable;
  /** Times the parameter, added to the gradient; 0 for none. */
  readonly penalty: number;
  /** Decoupled weight decay, per unit of learning rate; 0 for none. */
  readonly decay: number;
}

/** Numbers of a step by momentum. */
export interface MomentumNumbers {
  /** Learning rate. */
  readonly lr: number;
  /** Factors on the velocity and on the gradient in the new velocity. */
  readonly velocity: readonly [kept: number, fresh: number];
  /** Factors on the velocity before the step and on the gradient in the direction that is taken. */
  readonly direction: readonly [past: number, present: number];
  /** Whether the signs of the direction are taken in its place. */
  readonly sign: boolean;
}

/** A variable that becomes `keep * target + take * source`, in place. */
export interface Blend {
  /** What is changed. */
  readonly target: Variable;
  /** What is added, of its shape. */
  readonly source: Tensor;
  /** Factor on the target. */
  readonly keep: number;
  /** Factor on the source. */
  readonly take: number;
}

/** A backend's own versions of operations, each with its gradient on TensorFlow.js's tape. Callers tidy. */
export interface OwnOps {
  /** Whether convolutions and their gradients take padding as numbers. */
  readonly padding?: boolean;
  /** A convolution in several groups. */
  readonly groupedConv?: (x: Tensor4D, filter: Tensor4D, attributes: GroupedAttributes) => Tensor4D;
  /** Batch norm with its activation. */
  readonly batchNorm?: (x: Tensor, gamma: Tensor, beta: Tensor, attributes: BatchNormAttributes) => Tensor;
  /** An activation of any shape. */
  readonly activate?: (x: Tensor, activation: ElementActivation) => Tensor;
  /** Layer norm over the last axis. */
  readonly layerNorm?: (x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number) => Tensor;
  /** Mean over height and width. */
  readonly averagePixels?: (x: Tensor4D) => Tensor4D;
  /** `[B, H, W, D]` times `[B, 1, 1, D]`. */
  readonly scalePixels?: (x: Tensor4D, gate: Tensor4D) => Tensor4D;
  /** A convolution with its norm; undefined for what it does not cover. */
  readonly convNorm?: (
    x: Tensor4D,
    filter: Tensor4D,
    norm: BatchNormVariables,
    attributes: ConvNormAttributes,
  ) => Tensor4D | undefined;
  /** A mobile inverted bottleneck; undefined for what it does not cover. */
  readonly mbconv?: (x: Tensor4D, variables: MbconvVariables, attributes: MbconvAttributes) => Tensor4D | undefined;
  /** Cross entropy of the softmax of logits `[B, C]` against targets `[B, C]`, as `[B]`. */
  readonly softmaxCrossEntropy?: (logits: Tensor2D, targets: Tensor2D) => Tensor1D;
  /** A step of Adam for all parameters. */
  readonly adam?: (updates: readonly AdamUpdate[], numbers: AdamNumbers) => void;
  /** A step by momentum for all parameters. */
  readonly momentum?: (updates: readonly MomentumUpdate[], numbers: MomentumNumbers) => void;
  /** Weighted sums, in place. */
  readonly blend?: (blends: readonly Blend[]) => void;
}

const NONE: OwnOps = {};
const tables = new Map<string, OwnOps>();

/** Says what a backend, by TensorFlow.js's name, has of its own. */
export function setOwnOps(backend: string, ops: OwnOps): void {
  tables.set(backend, ops);
}

/** What the current backend has of its own. */
export function ownOps(): OwnOps {
  return tables.get(tf.getBackend()) ?? NONE;
}
