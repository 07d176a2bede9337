/**
 * `DepthwiseConv2dNative` and its two gradients, for one filter a channel.
 *
 * @module
 */
import type * as tf from "../tf.ts";
import { engine } from "./engine.ts";
import { PARTS } from "./pool.ts";
import { replaceKernel } from "../registry.ts";
import { type ConvAttributes, type ConvInfo, convInfo, geometryOf, placeGeometry } from "./shapes.ts";

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

/** Bytes of a row of the image with its padding. */
function paddedRow(info: ConvInfo): number {
  const { padInfo: { left }, inWidth, outWidth, strideWidth, filterWidth } = info;
  return Math.max(inWidth + left, (outWidth - 1) * strideWidth + filterWidth) * channelsUp(info) * 4;
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
  const stride = TABLE + info.filterHeight * paddedRow(info) + info.outWidth * channelsUp(info) * 4;
  const args = [e.address(x), prepared(filter, info, false), e.address(out), placeGeometry(geometryOf(info))];
  e.run("depthwise", [...args, e.scratch("rows", PARTS * stride), stride], info.batchSize * info.outHeight);
  return out;
}

function inputGradient(dy: tf.TensorInfo, filter: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const e = engine(), out = e.output(info.inShape), pixel = channelsUp(info) * 4;
  const row = (info.inWidth + info.filterWidth - 1) * pixel;
  const stride = TABLE + info.filterHeight * row + info.inWidth * pixel;
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
