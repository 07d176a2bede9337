/**
 * `Conv2D` and its two gradients, as matrix products. A 1 x 1 convolution at stride 1 is one as it stands; the others
 * multiply patches of the image.
 *
 * @module
 */
import type * as tf from "../tf.ts";
import { engine } from "./engine.ts";
import {
  BLOCK,
  blocksUp,
  columnsOfPart,
  dividesAlong,
  multiply,
  multiplyTransposed,
  PACKED_ROWS,
  packPanels,
  PANEL,
  panelCount,
  ROWS,
  sumOfParts,
  TRANSPOSED_DEPTH,
} from "./matrix.ts";
import { PARTS } from "./pool.ts";
import { count, replaceKernel } from "../registry.ts";
import { type ConvAttributes, type ConvInfo, convInfo, isPointwise } from "../shapes.ts";
import { type Geometry, geometryOf, placeGeometry } from "./geometry.ts";
import type { Target } from "./structs.ts";

/** Patches below which all are written out, so that the product can be divided by columns. */
const FEW_PATCHES = 512;

/** Registers the convolution kernels. */
export function registerConvolution(): void {
  replaceKernel<"x" | "filter">("wasm", "Conv2D", (stock) => ({ x, filter }, attrs) => {
    const info = convInfo(x.shape, filter.shape, attrs);
    return info && areFloats(x, filter) ? convolve(x, filter, info) : stock({ x, filter }, attrs);
  });
  replaceKernel<"dy" | "filter">("wasm", "Conv2DBackpropInput", (stock) => ({ dy, filter }, attrs) => {
    const { inputShape } = attrs as ConvAttributes & { inputShape: number[] };
    const info = convInfo(inputShape, filter.shape, attrs);
    return info && areFloats(dy, filter)
      ? inputGradient({ ...addresses(dy, filter), info })
      : stock({ dy, filter }, attrs);
  });
  replaceKernel<"x" | "dy">("wasm", "Conv2DBackpropFilter", (stock) => ({ x, dy }, attrs) => {
    const { filterShape } = attrs as ConvAttributes & { filterShape: number[] };
    const info = convInfo(x.shape, filterShape, attrs);
    return info && areFloats(x, dy) ? filterGradient({ ...addresses(dy, x), info }) : stock({ x, dy }, attrs);
  });
}

function addresses(dy: tf.TensorInfo, other: tf.TensorInfo) {
  const { address } = engine();
  return { dy: address(dy), other: address(other) };
}

function areFloats(...tensors: tf.TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => dtype === "float32");
}

/** Sizes of the matrices: patches, values of a patch, channels of the result. */
function sizes(info: ConvInfo) {
  return {
    M: info.batchSize * info.outHeight * info.outWidth,
    K: info.filterHeight * info.filterWidth * info.inChannels,
    N: info.outChannels,
  };
}

function convolve(x: tf.TensorInfo, filter: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const { address, output } = engine(), out = output(info.outShape);
  convolveInto(address(out), { a: address(x), b: address(filter), info });
  return out;
}

/** A convolution by addresses. */
export interface ConvolutionWork {
  /** The image. */
  readonly a: number;
  /** The filter. */
  readonly b: number;
  readonly info: ConvInfo;
  /** What is done to the result after, as `structs.ts` places it; 0 for nothing. */
  readonly epilogue?: number;
}

/**
 * Convolves into an address.
 *
 * @returns How many parts' sums the epilogue left.
 */
export function convolveInto(c: number, { a, b, info, epilogue = 0 }: ConvolutionWork): number {
  const { run, scratch } = engine(), { M, K, N } = sizes(info);
  if (isPointwise(info)) return multiply({ a, b, c, M, N, K, epilogue });
  const place = placeGeometry(geometryOf(info));
  if (M < FEW_PATCHES) {
    const patches = scratch("patches", M * K * 4);
    run("gatherRows", [a, place, patches], M, { grain: 8 });
    return multiply({ a: patches, b, c, M, N, K, epilogue });
  }
  const stride = ROWS * K * 4 + PACKED_ROWS, room = scratch("columns", PARTS * stride);
  const panels = packPanels({ b, N, K });
  return run("convolve", [a, place, panels, c, N, epilogue, room, stride], M, { grain: BLOCK });
}

/** The gradients of a convolution by addresses. */
export interface ConvolutionGradientWork {
  /** The gradient of the result. */
  readonly dy: number;
  /** The image or, for the image's gradient, the filter. */
  readonly other: number;
  readonly info: ConvInfo;
}

/**
 * dX. At stride 1 it is a convolution of dY with the filter turned round. At larger strides the input pixels fall into
 * classes by their place modulo the stride, each reached by its own taps: a convolution at stride 1 for each class.
 */
export function inputGradient({ dy: a, other: b, info }: ConvolutionGradientWork): tf.TensorInfo {
  const e = engine(), out = e.output(info.inShape), { M, K, N } = sizes(info), c = e.address(out);
  if (isPointwise(info)) {
    multiply({ a, b, c, M, N: K, K: N, transposeB: true });
    return out;
  }
  const { classes, complete } = classesOf(info);
  if (!complete) new Uint8Array(e.memory.buffer, c, count(info.inShape) * 4).fill(0); // no tap reaches the others
  for (const one of classes) gradientOfClass(a, b, c, info, one);
  return out;
}

/** A class of input pixels: those whose row and column leave the same rests by the stride. */
export interface PixelClass extends Target {
  /** The convolution of dY at stride 1 that gives their gradient. */
  readonly geometry: Geometry;
  /** The first tap that reaches them; the others follow at the stride. */
  readonly tapY: number;
  readonly tapX: number;
}

/** The classes of input pixels that taps reach, and whether those are all pixels. */
export function classesOf(info: ConvInfo): { readonly classes: PixelClass[]; readonly complete: boolean } {
  const { strideHeight, strideWidth, filterHeight, filterWidth } = info, classes: PixelClass[] = [];
  for (let tapY = 0; tapY < Math.min(strideHeight, filterHeight); tapY++) {
    for (let tapX = 0; tapX < Math.min(strideWidth, filterWidth); tapX++) {
      const rows = axisClass(info.inHeight, filterHeight, strideHeight, info.padInfo.top, tapY);
      const columns = axisClass(info.inWidth, filterWidth, strideWidth, info.padInfo.left, tapX);
      if (rows.pixels <= 0 || columns.pixels <= 0) continue;
      const geometry: Geometry = {
        height: info.outHeight,
        width: info.outWidth,
        channels: info.outChannels,
        gridHeight: rows.pixels,
        gridWidth: columns.pixels,
        filterHeight: rows.taps,
        filterWidth: columns.taps,
        strideY: 1,
        strideX: 1,
        top: rows.padding,
        left: columns.padding,
      };
      const steps = { stepY: strideHeight, stepX: strideWidth, firstY: rows.first, firstX: columns.first };
      classes.push({ geometry, tapY, tapX, height: info.inHeight, width: info.inWidth, ...steps });
    }
  }
  return { classes, complete: strideHeight <= filterHeight && strideWidth <= filterWidth };
}

/** dX at the pixels of a class. */
function gradientOfClass(dy: number, filter: number, dx: number, info: ConvInfo, one: PixelClass): void {
  const { run, scratch } = engine(), { geometry, tapY, tapX, stepY, stepX } = one;
  const K = geometry.filterHeight * geometry.filterWidth * info.outChannels, N = info.inChannels;
  const panels = scratch("panels", panelCount(N) * PANEL * K * 4);
  const taps = [filter, info.filterHeight, info.filterWidth, N, info.outChannels, tapY, tapX, stepY, stepX, panels];
  run("packTaps", taps, panelCount(N));
  const place = placeGeometry(geometry), patches = info.batchSize * geometry.gridHeight * geometry.gridWidth;
  const stride = ROWS * (K + N) * 4 + PACKED_ROWS, room = scratch("columns", PARTS * stride);
  if (stepY === 1 && stepX === 1) {
    run("convolve", [dy, place, panels, dx, N, 0, room, stride], patches, { grain: BLOCK });
  } else {
    const target = [one.height, one.width, one.firstY, one.firstX, stepY, stepX];
    run("convolveScattered", [dy, place, panels, dx, N, ...target, room, stride], patches, { grain: BLOCK });
  }
}

/** Along one axis: the first pixel of a class, how many there are, its taps, and the padding of its convolution of dY. */
function axisClass(size: number, filter: number, stride: number, before: number, rest: number) {
  const first = ((rest - before) % stride + stride) % stride;
  const taps = Math.ceil((filter - rest) / stride);
  const start = (first + before - rest) / stride; // where tap 0 of the class meets dY for the first pixel
  return { first, pixels: Math.ceil((size - first) / stride), taps, padding: taps - 1 - start };
}

/** dF, the gradient of the filter. */
export function filterGradient({ dy: b, other: a, info }: ConvolutionGradientWork): tf.TensorInfo {
  const e = engine(), { M: P, K, N } = sizes(info);
  const out = e.output([info.filterHeight, info.filterWidth, info.inChannels, info.outChannels]), c = e.address(out);
  if (isPointwise(info)) {
    multiplyTransposed({ a, b, c, M: K, N, K: P });
    return out;
  }
  const place = placeGeometry(geometryOf(info));
  if (dividesAlong(P, K)) {
    const stride = (K + blocksUp(K) + panelCount(N) * PANEL) * TRANSPOSED_DEPTH * 4;
    const room = e.scratch("columns", PARTS * stride);
    sumOfParts(
      c,
      K * N,
      (partials) => e.run("convolveTransposedRows", [a, place, b, c, N, partials, room, stride], P, { grain: 32 }),
    );
  } else {
    const panels = packPanels({ b, N, K: P }), stride = columnsOfPart(K, PARTS) * 2 * TRANSPOSED_DEPTH * 4;
    const room = e.scratch("columns", PARTS * stride);
    e.run("convolveTransposedColumns", [a, place, panels, c, N, P, room, stride], K, { grain: BLOCK });
  }
  return out;
}
