/**
 * `Conv2D` and its two gradients, as matrix products whose operands are read straight from the images. A 1 x 1 convolution
 * at stride 1 is a product of matrices as they lie.
 *
 * @module
 */
import { count, replaceKernel } from "../registry.ts";
import type * as tf from "../tf.ts";
import { type ConvAttributes, type ConvInfo, convInfo, isPointwise } from "../shapes.ts";
import { output } from "./dispatch.ts";
import { multiply } from "./matrix.ts";

/** Registers the convolution kernels. */
export function registerConvolution(): void {
  replaceKernel<"x" | "filter">("webgpu", "Conv2D", (stock) => ({ x, filter }, attrs) => {
    const info = covered(x.shape, filter.shape, attrs, x, filter);
    return info ? convolve(x, filter, info) : stock({ x, filter }, attrs);
  });
  replaceKernel<"dy" | "filter">("webgpu", "Conv2DBackpropInput", (stock) => ({ dy, filter }, attrs) => {
    const { inputShape } = attrs as { inputShape: number[] };
    const info = covered(inputShape, filter.shape, attrs, dy, filter);
    return info ? inputGradient(dy, filter, info) : stock({ dy, filter }, attrs);
  });
  replaceKernel<"x" | "dy">("webgpu", "Conv2DBackpropFilter", (stock) => ({ x, dy }, attrs) => {
    const { filterShape } = attrs as { filterShape: number[] };
    const info = covered(x.shape, filterShape, attrs, x, dy);
    return info ? filterGradient(x, dy, info) : stock({ x, dy }, attrs);
  });
}

/** Sizes of a convolution if it is ours: of floats, undilated, channels last, and not empty. */
function covered(
  input: number[],
  filter: number[],
  attrs: ConvAttributes,
  ...tensors: tf.TensorInfo[]
): ConvInfo | undefined {
  if (tensors.some(({ dtype }) => dtype !== "float32")) return undefined;
  const info = convInfo(input, filter, attrs);
  return info && count(input) * count(filter) * count(info.outShape) > 0 ? info : undefined;
}

/** Sizes of the matrices: patches, values of a patch, channels of the result. */
function sizes({ batchSize, outHeight, outWidth, filterHeight, filterWidth, inChannels, outChannels }: ConvInfo) {
  return {
    patches: batchSize * outHeight * outWidth,
    values: filterHeight * filterWidth * inChannels,
    channels: outChannels,
  };
}

/** The patches that a convolution multiplies. */
function patchGeometry(info: ConvInfo) {
  return {
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    gridHeight: info.outHeight,
    gridWidth: info.outWidth,
    filterWidth: info.filterWidth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

function convolve(x: tf.TensorInfo, filter: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const out = output(info.outShape), { patches, values, channels } = sizes(info);
  multiply({
    a: { tensor: x, layout: isPointwise(info) ? "rows" : "patches", contiguous: info.inChannels },
    b: { tensor: filter, layout: "columns", contiguous: channels },
    out,
    M: patches,
    N: channels,
    K: values,
    geometry: patchGeometry(info),
  });
  return out;
}

/** dW: each value of the filter sums over all patches. */
function filterGradient(x: tf.TensorInfo, dy: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels } = info, { patches, values, channels } = sizes(info);
  const out = output([filterHeight, filterWidth, inChannels, outChannels]);
  multiply({
    a: { tensor: x, layout: isPointwise(info) ? "columns" : "patchColumns", contiguous: inChannels },
    b: { tensor: dy, layout: "columns", contiguous: channels },
    out,
    M: values,
    N: channels,
    K: patches,
    geometry: patchGeometry(info),
  });
  return out;
}

/**
 * dX. At stride 1 it is a convolution of dY with the filter turned round. At larger strides the input pixels fall into
 * classes by their place modulo the stride, each reached by its own taps, or by none: a convolution for each class.
 */
function inputGradient(dy: tf.TensorInfo, filter: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const out = output(info.inShape), { inChannels, outChannels } = info;
  if (isPointwise(info)) {
    multiply({
      a: { tensor: dy, layout: "rows", contiguous: outChannels },
      b: { tensor: filter, layout: "rows", contiguous: outChannels },
      out,
      M: sizes(info).patches,
      N: inChannels,
      K: outChannels,
    });
    return out;
  }
  for (let y = 0; y < info.strideHeight; y++) {
    for (let x = 0; x < info.strideWidth; x++) gradientOfClass(dy, filter, out, info, y, x);
  }
  return out;
}

/** dX at the pixels whose row and column, counted from the padding's edge, leave the rests y and x by the stride. */
function gradientOfClass(
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  dx: tf.TensorInfo,
  info: ConvInfo,
  y: number,
  x: number,
): void {
  const { strideHeight, strideWidth, inHeight, inWidth, inChannels, outChannels, padInfo } = info;
  const rows = axisClass(inHeight, info.filterHeight, strideHeight, padInfo.top, y);
  const columns = axisClass(inWidth, info.filterWidth, strideWidth, padInfo.left, x);
  if (rows.pixels <= 0 || columns.pixels <= 0) return;
  multiply({
    a: { tensor: dy, layout: "patches", contiguous: outChannels },
    b: { tensor: filter, layout: "taps", contiguous: outChannels },
    out: dx,
    M: info.batchSize * rows.pixels * columns.pixels,
    N: inChannels,
    K: rows.taps * columns.taps * outChannels,
    scattered: strideHeight > 1 || strideWidth > 1,
    geometry: {
      height: info.outHeight,
      width: info.outWidth,
      channels: outChannels,
      gridHeight: rows.pixels,
      gridWidth: columns.pixels,
      filterWidth: columns.taps,
      strideY: 1,
      strideX: 1,
      top: rows.padding,
      left: columns.padding,
      tapsWidth: info.filterWidth,
      lastY: y + strideHeight * (rows.taps - 1),
      lastX: x + strideWidth * (columns.taps - 1),
      stepY: strideHeight,
      stepX: strideWidth,
      outHeight: inHeight,
      outWidth: inWidth,
      firstY: rows.first,
      firstX: columns.first,
    },
  });
}

/** Along one axis: the first pixel of a class, how many there are, its taps, and the padding of its convolution of dY. */
function axisClass(size: number, filter: number, stride: number, before: number, rest: number) {
  const first = ((rest - before) % stride + stride) % stride;
  const taps = Math.max(0, Math.ceil((filter - rest) / stride));
  const start = (first + before - rest) / stride; // where tap 0 of the class meets dY for the first pixel
  return { first, pixels: Math.ceil((size - first) / stride), taps, padding: taps - 1 - start };
}
