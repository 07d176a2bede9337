/**
 * `DepthwiseConv2dNative` and its two gradients, for one filter a channel.
 *
 * @module
 */
import type * as tf from "../tf.ts";
import { engine } from "./engine.ts";
import { PARTS } from "./pool.ts";
import { replaceKernel } from "../registry.ts";
import { type ConvAttributes, type ConvInfo, convInfo } from "../shapes.ts";
import { geometryOf, placeGeometry } from "./geometry.ts";

/** Rows of a filter that the kernels' tables hold, and the bytes of such a table. */
const MAX_ROWS = 32, TABLE = 8 * MAX_ROWS;

/** Registers the depthwise kernels. */
export function registerDepthwise(): void {
  replaceKernel<"x" | "filter">("wasm", "DepthwiseConv2dNative", (stock) => ({ x, filter }, attrs) => {
    const info = covered(x.shape, filter.shape, attrs);
    return info ? convolve(x, filter, info) : stock({ x, filter }, attrs);
  });
  replaceKernel<"dy" | "filter">("wasm", "DepthwiseConv2dNativeBackpropInput", (stock) => ({ dy, filter }, attrs) => {
    const info = covered((attrs as { inputShape: number[] }).inputShape, filter.shape, attrs);
    return info ? inputGradient(dy, filter, info) : stock({ dy, filter }, attrs);
  });
  replaceKernel<"x" | "dy">("wasm", "DepthwiseConv2dNativeBackpropFilter", (stock) => ({ x, dy }, attrs) => {
    const info = covered(x.shape, (attrs as { filterShape: number[] }).filterShape, attrs);
    return info ? filterGradient(x, dy, info) : stock({ x, dy }, attrs);
  });
}

function covered(input: number[], filter: number[], attrs: ConvAttributes): ConvInfo | undefined {
  return filter[3] === 1 && filter[0]! <= MAX_ROWS ? convInfo(input, filter, attrs, true) : undefined;
}

/** Channels rounded up to whole vectors. */
function channelsUp({ inChannels }: ConvInfo): number {
  return Math.ceil(inChannels / 4) * 4;
}

/** Results that the kernels make at once, as in slide.as. */
const TILE = 4;

/** Bytes of a row of the image with its padding, as in rows.as. */
function paddedRow(info: ConvInfo): number {
  const { padInfo: { left }, inWidth, outWidth, strideWidth, filterWidth } = info;
  const read = (Math.max(outWidth, TILE) - 1) * strideWidth + filterWidth;
  return Math.max(inWidth + left, read) * channelsUp(info) * 4;
}

/** Bytes of a row of the output gradient with its padding, as in back_rows.as. */
function paddedGradientRow(info: ConvInfo): number {
  const { padInfo: { left }, inWidth, outWidth, strideWidth, filterWidth } = info;
  const read = Math.ceil(left / strideWidth) + Math.max(Math.ceil(inWidth / strideWidth), TILE);
  return (Math.floor((filterWidth - 1) / strideWidth) + Math.max(outWidth, read)) * channelsUp(info) * 4;
}

/** The filter as the kernels want it; as it is, if there is nothing to change. */
function prepared(filter: tf.TensorInfo, info: ConvInfo, mirrored: boolean): number {
  const { address, call, scratch } = engine(), { filterHeight, filterWidth, inChannels } = info;
  if (!mirrored && inChannels % 4 === 0) return address(filter);
  const out = scratch("filter", filterHeight * filterWidth * channelsUp(info) * 4);
  call("prepareFilter", address(filter), out, filterHeight, filterWidth, inChannels, Number(mirrored));
  return out;
}

function convolve(x: tf.TensorInfo, filter: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const e = engine(), out = e.output(info.outShape);
  depthwiseInto(e.address(out), { x: e.address(x), filter, info });
  return out;
}

/** A depthwise convolution by addresses, and what is done before and after it. */
export interface DepthwiseWork {
  readonly x: number;
  readonly filter: tf.TensorInfo;
  readonly info: ConvInfo;
  /** The norm and activation that x goes through first, as placeNormalised gives it; 0 for none. */
  readonly input?: number;
  /** What is done to the result after, as placeStatistics gives it; 0 for nothing. */
  readonly epilogue?: number;
}

/**
 * Convolves into an address.
 *
 * @returns How many parts' sums the epilogue left.
 */
export function depthwiseInto(y: number, { x, filter, info, input = 0, epilogue = 0 }: DepthwiseWork): number {
  const e = engine(), stride = TABLE + info.filterHeight * paddedRow(info) + info.outWidth * channelsUp(info) * 4;
  const args = [x, input, prepared(filter, info, false), y, placeGeometry(geometryOf(info)), epilogue];
  return e.run("depthwise", [...args, e.scratch("rows", PARTS * stride), stride], info.batchSize * info.outHeight);
}

/** The backward pass of a depthwise convolution between two norms, by addresses. */
export interface DepthwiseBlockWork {
  /** The gradient before the second norm's activation. */
  readonly dz: number;
  /** The second norm's input gradient, as placeGradient gives it. */
  readonly operand: number;
  /** What the first norm was applied to; without one, the convolution's input. */
  readonly x: number;
  /** The first norm; 0 for none. */
  readonly input: number;
  readonly filter: tf.TensorInfo;
  readonly info: ConvInfo;
  /** Where the gradient of x before the first norm's activation goes, or of the convolution's input. */
  readonly dx: number;
  /** Without a first norm: what is added to dx; 0 for nothing. */
  readonly residual: number;
  /** Where the filter's gradient goes. */
  readonly dFilter: number;
  /** Where the sums for the first norm's gradients go. */
  readonly sums: number;
}

/**
 * Runs the backward pass.
 *
 * @returns How many parts' sums there are for the first norm.
 */
export function depthwiseBlock(work: DepthwiseBlockWork): number {
  const e = engine(), { info } = work, { filterHeight, filterWidth, inWidth, inChannels } = info;
  const pixel = channelsUp(info) * 4, taps = filterHeight * filterWidth;
  const stride = TABLE + filterHeight * paddedGradientRow(info) + paddedRow(info) + 2 * inWidth * pixel;
  const partials = e.scratch("partials", PARTS * taps * pixel), { dz, operand, x, input, dx, residual, sums } = work;
  const args = [dz, operand, x, input, prepared(work.filter, info, true), dx, residual, partials, sums];
  const room = [placeGeometry(geometryOf(info)), e.scratch("rows", PARTS * stride), stride];
  const parts = e.run("depthwiseBlock", [...args, ...room], info.batchSize * info.inHeight);
  e.run("sumFilters", [partials, parts, work.dFilter, taps, inChannels], taps);
  return parts;
}

function inputGradient(dy: tf.TensorInfo, filter: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const e = engine(), out = e.output(info.inShape), pixel = channelsUp(info) * 4;
  const stride = TABLE + info.filterHeight * paddedGradientRow(info) + info.inWidth * pixel;
  const args = [e.address(dy), prepared(filter, info, true), e.address(out), placeGeometry(geometryOf(info))];
  e.run("depthwiseInput", [...args, e.scratch("rows", PARTS * stride), stride], info.batchSize * info.inHeight);
  return out;
}

function filterGradient(x: tf.TensorInfo, dy: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const e = engine(), { filterHeight, filterWidth, inChannels } = info, taps = filterHeight * filterWidth;
  const out = e.output([filterHeight, filterWidth, inChannels, 1]);
  const stride = filterHeight * paddedRow(info) + info.outWidth * channelsUp(info) * 4;
  const partials = e.scratch("partials", PARTS * taps * channelsUp(info) * 4);
  const args = [e.address(x), e.address(dy), partials, placeGeometry(geometryOf(info))];
  const rows = info.batchSize * info.outHeight;
  const parts = e.run("depthwiseFilter", [...args, e.scratch("rows", PARTS * stride), stride], rows);
  e.run("sumFilters", [partials, parts, e.address(out), taps, inChannels], taps);
  return out;
}
