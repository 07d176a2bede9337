/**
 * Shapes as TensorFlow.js computes them: of convolutions, and of broadcast operands.
 *
 * @module
 */
import { count } from "./registry.ts";
import * as tf from "./tf.ts";

/** Sizes, steps and padding of a convolution. */
export type ConvInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** Attributes of TensorFlow.js's convolution kernels. */
export interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: string;
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/**
 * Sizes of a convolution.
 *
 * @returns Undefined if our kernels do not cover it: for data that are not NHWC, and for dilations.
 */
export function convInfo(
  input: readonly number[],
  filter: readonly number[],
  { strides, pad, dataFormat = "NHWC", dilations = 1, dimRoundingMode }: ConvAttributes,
  depthwise = false,
): ConvInfo | undefined {
  if (dataFormat !== "NHWC" || [dilations].flat().some((d) => d !== 1)) return undefined;
  const shape = [...input] as [number, number, number, number], kernel = [...filter] as typeof shape;
  return tf.backend_util.computeConv2DInfo(shape, kernel, strides, 1, pad, dimRoundingMode, depthwise);
}

/** Whether a convolution multiplies pixels by the filter, each once. */
export function isPointwise({ filterHeight, filterWidth, strideHeight, strideWidth, padInfo }: ConvInfo): boolean {
  return [filterHeight, filterWidth, strideHeight, strideWidth].every((n) => n === 1) &&
    [padInfo.top, padInfo.bottom, padInfo.left, padInfo.right].every((n) => n === 0);
}

/** The shape of two operands broadcast against each other. */
export function broadcastShape(a: number[], b: number[]): number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape(a, b);
}

/** Consecutive batches of a product, of which each operand has as many, or fewer that come round. */
export interface BatchRun {
  /** How many. */
  readonly batches: number;
  /** The left operand's first matrix. */
  readonly a: number;
  /** The right operand's first matrix. */
  readonly b: number;
  /** The result's first matrix. */
  readonly c: number;
  /** Matrices of the left operand, after which it begins again. */
  readonly aBatches: number;
  /** Matrices of the right operand, after which it begins again. */
  readonly bBatches: number;
}

/**
 * The batches of a product in as few runs as can be: one, where each operand's outer shape is the end of the result's,
 * ones before it left aside; else one for each matrix.
 *
 * @param a Outer shape of the left operand.
 * @param b Outer shape of the right operand.
 * @param out The two broadcast against each other.
 */
export function batchRuns(a: readonly number[], b: readonly number[], out: readonly number[]): BatchRun[] {
  const whole = (shape: readonly number[]) => {
    const kept = shape.slice(shape.findIndex((n) => n !== 1));
    return count(shape) === 1 || `${out.slice(out.length - kept.length)}` === `${kept}`;
  };
  const batches = count(out);
  if (whole(a) && whole(b)) return [{ batches, a: 0, b: 0, c: 0, aBatches: count(a), bBatches: count(b) }];
  return Array.from({ length: batches }, (_, c) => ({
    batches: 1,
    a: matrixAt(c, a, out),
    b: matrixAt(c, b, out),
    c,
    aBatches: 1,
    bBatches: 1,
  }));
}

/** The number of an operand's matrix that belongs to the c-th of the result. */
function matrixAt(c: number, shape: readonly number[], out: readonly number[]): number {
  let at = 0, stride = 1, rest = c;
  for (let axis = 1; axis <= out.length; axis++) {
    const n = shape[shape.length - axis] ?? 1, place = rest % out[out.length - axis]!;
    rest = Math.floor(rest / out[out.length - axis]!);
    if (n !== 1) at += place * stride;
    stride *= n;
  }
  return at;
}
