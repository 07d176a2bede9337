/**
 * Shapes as TensorFlow.js computes them: of convolutions, and of broadcast operands.
 *
 * @module
 */
import * as tf from "../tf.ts";
import { engine } from "./engine.ts";

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

/** Sizes as the kernels' class Geometry holds them. */
export interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly gridHeight: number;
  readonly gridWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly top: number;
  readonly left: number;
}

/** The geometry of a forward convolution. */
export function geometryOf(info: ConvInfo): Geometry {
  return {
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    gridHeight: info.outHeight,
    gridWidth: info.outWidth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

/** Writes a geometry where kernels read it; it stays until the next. */
export function placeGeometry(geometry: Geometry): number {
  const { memory, scratch } = engine();
  const address = scratch("geometry", 64);
  // In the order of the fields of class Geometry in convolution.as.
  new Int32Array(memory.buffer, address, 11).set([
    geometry.height,
    geometry.width,
    geometry.channels,
    geometry.gridHeight,
    geometry.gridWidth,
    geometry.filterHeight,
    geometry.filterWidth,
    geometry.strideY,
    geometry.strideX,
    geometry.top,
    geometry.left,
  ]);
  return address;
}

/** The shape of two operands broadcast against each other. */
export function broadcastShape(a: number[], b: number[]): number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape(a, b);
}
