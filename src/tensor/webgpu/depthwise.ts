/**
 * `DepthwiseConv2dNative` and its two gradients, for one filter a channel.
 *
 * @module
 */
import { count, replaceKernel } from "../registry.ts";
import type * as tf from "../tf.ts";
import { type ConvAttributes, type ConvInfo, convInfo } from "../shapes.ts";
import { FILTER_FIELDS, filterCode, filterKey } from "./depthwise_filter.ts";
import { cutFilterGradient, filterRowsOf, stripLength } from "./depthwise_plan.ts";
import {
  STRIP_FIELDS,
  STRIP_LANES,
  STRIP_ROWS,
  stripCode,
  stripKey,
  stripSources,
  stripWindow,
} from "./depthwise_strips.ts";
import { bufferOf, dispatch, foldedGrid, output, release, temporary } from "./dispatch.ts";
import { sumParts } from "./gemm_sum.ts";

/** Registers the depthwise kernels. */
export function registerDepthwise(): void {
  replaceKernel<"x" | "filter">("webgpu", "DepthwiseConv2dNative", (stock) => ({ x, filter }, attrs) => {
    const info = covered(x.shape, filter.shape, attrs, x, filter);
    return info ? alongStrips(x, filter, info, false) : stock({ x, filter }, attrs);
  });
  replaceKernel<"dy" | "filter">("webgpu", "DepthwiseConv2dNativeBackpropInput", (stock) => ({ dy, filter }, attrs) => {
    const info = covered((attrs as { inputShape: number[] }).inputShape, filter.shape, attrs, dy, filter);
    return info ? alongStrips(dy, filter, info, true) : stock({ dy, filter }, attrs);
  });
  replaceKernel<"x" | "dy">("webgpu", "DepthwiseConv2dNativeBackpropFilter", (stock) => ({ x, dy }, attrs) => {
    const info = covered(x.shape, (attrs as { filterShape: number[] }).filterShape, attrs, x, dy);
    return info ? filterGradient(x, dy, info) : stock({ x, dy }, attrs);
  });
}

/** Sizes of a convolution if it is ours: of floats, undilated, channels last, one filter a channel, and not empty. */
function covered(
  input: number[],
  filter: number[],
  attrs: ConvAttributes,
  ...tensors: tf.TensorInfo[]
): ConvInfo | undefined {
  if (filter[3] !== 1 || tensors.some(({ dtype }) => dtype !== "float32")) return undefined;
  const info = convInfo(input, filter, attrs, true);
  return info && count(input) * count(filter) * count(info.outShape) > 0 ? info : undefined;
}

/** Values by which channels are counted: fours, or single ones. */
function valuesOf({ inChannels }: ConvInfo) {
  const vector = inChannels % 4 === 0;
  return { vector, values: vector ? inChannels / 4 : inChannels };
}

/** The convolution of an image, or backward its gradient by the image, of dY. */
function alongStrips(source: tf.TensorInfo, filter: tf.TensorInfo, info: ConvInfo, backward: boolean): tf.TensorInfo {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, strideWidth, filterWidth } = info;
  const { top, left } = info.padInfo, { vector, values } = valuesOf(info);
  const out = output(backward ? info.inShape : info.outShape);
  const [targetHeight, targetWidth] = backward ? [inHeight, inWidth] : [outHeight, outWidth];
  const [sourceHeight, sourceWidth] = backward ? [outHeight, outWidth] : [inHeight, inWidth];
  const kind = { backward, filterHeight: info.filterHeight, filterWidth, strideHeight: info.strideHeight, strideWidth };
  const width = targetWidth + (backward ? left % strideWidth : 0);
  const strip = stripLength({
    width,
    window: (strip) => stripWindow(kind, strip),
    rows: stripSources({ ...kind, vector }),
    taps: filterWidth,
    held: filterWidth,
    step: backward ? strideWidth : 1,
  });
  const spec = { ...kind, strip, vector }, strips = Math.ceil(width / strip), rows = batchSize * targetHeight;
  const sizes = { values, rows, strips, sourceHeight, sourceWidth, targetHeight, targetWidth, top, left };
  dispatch({ key: stripKey(spec), code: () => stripCode(spec) }, {
    uniforms: { integers: STRIP_FIELDS.map((name) => sizes[name]) },
    buffers: [bufferOf(source), bufferOf(filter), bufferOf(out)],
    grid: foldedGrid(Math.ceil(values * strips / STRIP_LANES) * Math.ceil(rows / STRIP_ROWS)),
  });
  return out;
}

/** dW. */
function filterGradient(x: tf.TensorInfo, dy: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const { filterHeight, filterWidth, inChannels, strideWidth, outHeight, outWidth, padInfo } = info;
  const { vector, values } = valuesOf(info), out = output([filterHeight, filterWidth, inChannels, 1]);
  const filterRows = filterRowsOf(filterHeight, filterWidth), rowGroups = Math.ceil(filterHeight / filterRows);
  const strip = stripLength({
    width: outWidth,
    window: (strip) => stripWindow({ backward: false, filterWidth, strideWidth }, strip),
    rows: filterRows,
    taps: 0,
    held: filterRows * filterWidth,
  });
  const rowStrips = Math.ceil(outWidth / strip), strips = info.batchSize * outHeight * rowStrips;
  const { lanes, parts, chunk, groups } = cutFilterGradient({ rowGroups, values, strips, strip });
  const spec = { filterHeight, filterWidth, strideWidth, strip, filterRows, lanes, vector };
  const sizes = {
    values,
    strips,
    rowStrips,
    chunk,
    parts,
    height: info.inHeight,
    width: info.inWidth,
    outHeight,
    outWidth,
    strideY: info.strideHeight,
    top: padInfo.top,
    left: padInfo.left,
  };
  const size = filterHeight * filterWidth * inChannels, sums = bufferOf(out);
  const target = parts === 1 ? sums : temporary(parts * size);
  dispatch({ key: filterKey(spec), code: () => filterCode(spec) }, {
    uniforms: { integers: FILTER_FIELDS.map((name) => sizes[name]) },
    buffers: [bufferOf(x), bufferOf(dy), target],
    grid: foldedGrid(groups),
  });
  if (parts === 1) return out;
  sumParts(target, { sums, size, parts });
  release(target);
  return out;
}
