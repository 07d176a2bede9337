/**
 * Convolutions in groups of channels and their two gradients.
 *
 * @module
 */
import type { GroupedAttributes } from "../own.ts";
import { count, type Gradients, replaceKernel, runKernel, tensorOf } from "../registry.ts";
import { type ConvInfo, convInfo } from "../shapes.ts";
import * as tf from "../tf.ts";
import { classesOf, type PixelClass } from "./convolution.ts";
import { engine } from "./engine.ts";
import { type Geometry, geometryOf, placeGeometry } from "./geometry.ts";
import { PARTS } from "./pool.ts";
import { placeGrouping, type Target } from "./structs.ts";

const NAME = "GroupedConv2D";
/** Bytes of image rows, with all channels, that a slice is copied of, group by group: they stay in a core's own cache. */
const BLOCK_BYTES = 256 * 1024;

/** A convolution in groups, on the tape. */
export function runGroupedConv(x: tf.Tensor4D, filter: tf.Tensor4D, attributes: GroupedAttributes): tf.Tensor4D {
  return runKernel(NAME, { x, filter }, attributes)[0] as tf.Tensor4D;
}

/** Registers the kernel and its gradients. */
export function registerGroups(): void {
  replaceKernel<"x" | "filter">("wasm", NAME, () => ({ x, filter }, attributes: GroupedAttributes) => {
    const work = groupedInfo(x.shape, filter.shape, attributes), e = engine(), out = e.output(work.info.outShape);
    convolveGroupsInto(e.address(out), { a: e.address(x), b: e.address(filter), ...work });
    return out;
  });
  tf.registerGradient({
    kernelName: NAME,
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attrs): Gradients => {
      const [x, filter] = saved as [tf.Tensor, tf.Tensor], { address } = engine(), a = address(dy as tf.Tensor);
      const work = groupedInfo(x.shape, filter.shape, attrs as unknown as GroupedAttributes);
      return {
        x: () => tensorOf(groupedInputGradient({ dy: a, other: address(filter), ...work })),
        filter: () => tensorOf(groupedFilterGradient({ dy: a, other: address(x), ...work })),
      };
    },
  });
}

/** Sizes of a convolution in groups. */
export interface Grouped {
  /** Sizes, with all channels. */
  readonly info: ConvInfo;
  readonly groups: number;
}

/** Sizes from the shapes of an image and of a filter `[K, K, D / groups, E]`. */
export function groupedInfo(
  x: readonly number[],
  [K, L, C, E]: readonly number[],
  { stride: strides, padding: pad, groups }: GroupedAttributes,
): Grouped {
  return { info: convInfo(x, [K!, L!, C! * groups, E!], { strides, pad })!, groups };
}

/** How a kernel goes through an image: rows of the result at once, and bytes that it needs. */
function planOf({ width, channels, gridHeight, gridWidth, ...g }: Geometry, inputs: number) {
  const rowBytes = width * channels * 4, columns = (Math.ceil(gridWidth / 8) * 8 - 1) * g.strideX + g.filterWidth;
  const most = Math.floor((BLOCK_BYTES / rowBytes - g.filterHeight) / g.strideY) + 1;
  const rows = Math.max(1, Math.min(most, gridHeight));
  const sliceBytes = ((rows - 1) * g.strideY + g.filterHeight) * columns * vectorsUp(inputs) * 4;
  return { rows, sliceBytes, sumBytes: Math.ceil(gridWidth / 8) * 8 * 16 };
}

function vectorsUp(channels: number): number {
  return Math.ceil(channels / 4) * 4;
}

/** A convolution in groups by addresses. */
export interface GroupedWork extends Grouped {
  /** The image. */
  readonly a: number;
  /** The filter. */
  readonly b: number;
  /** What is done to the result after, as `structs.ts` places it; 0 for nothing. */
  readonly epilogue?: number;
}

/**
 * Convolves into an address.
 *
 * @returns How many parts' sums the epilogue left.
 */
export function convolveGroupsInto(c: number, { a, b, info, groups, epilogue = 0 }: GroupedWork): number {
  return convolve(c, { a, b, info, groups, epilogue, geometry: geometryOf(info), transposed: false });
}

/** The gradients of a convolution in groups by addresses. */
export interface GroupedGradientWork extends Grouped {
  /** The gradient of the result. */
  readonly dy: number;
  /** The image or, for the image's gradient, the filter. */
  readonly other: number;
}

/** dX: for each class of input pixels a convolution of dY, as `inputGradient` of convolution.ts has it. */
export function groupedInputGradient({ dy: a, other: b, info, groups }: GroupedGradientWork): tf.TensorInfo {
  const e = engine(), out = e.output(info.inShape), c = e.address(out), { classes, complete } = classesOf(info);
  if (!complete) new Uint8Array(e.memory.buffer, c, count(info.inShape) * 4).fill(0); // no tap reaches the others
  for (const { geometry, ...target } of classes) {
    convolve(c, { a, b, info, groups, epilogue: 0, geometry, transposed: true, target });
  }
  return out;
}

/** Forward, or with the filter's inputs and outputs exchanged. */
function convolve(
  y: number,
  { a, b, info, groups, epilogue, geometry, transposed, target }: Required<GroupedWork> & {
    readonly geometry: Geometry;
    readonly transposed: boolean;
    /** Of an input gradient, the pixels that are reached, and the first tap. */
    readonly target?: Omit<PixelClass, "geometry">;
  },
): number {
  const e = engine(), [C, E] = [info.inChannels / groups, info.outChannels / groups];
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info,
    [inputs, outputs] = transposed ? [E, C] : [C, E];
  const { rows, sliceBytes, sumBytes } = planOf(geometry, inputs), place = placeGeometry(geometry);
  const grouping = placeGrouping({ groups, inputs, outputs, rows }, target ?? wholeOf(info));
  const taps = geometry.filterHeight * geometry.filterWidth;
  const packed = e.scratch("panels", groups * taps * vectorsUp(inputs) * vectorsUp(outputs) * 4);
  const steps = target ? [target.tapY, target.tapX, strideHeight, strideWidth] : [0, 0, 1, 1];
  e.run("packGroups", [b, grouping, filterHeight, filterWidth, ...steps, Number(transposed), packed], groups);
  const stride = Math.ceil((sliceBytes + sumBytes) / 64) * 64, room = e.scratch("columns", PARTS * stride);
  const args = [a, place, grouping, packed, y, epilogue, room, stride];
  return e.run("convolveGroups", args, info.batchSize * geometry.gridHeight);
}

/** All pixels of the result. */
function wholeOf({ outHeight: height, outWidth: width }: ConvInfo): Target {
  return { height, width, firstY: 0, firstX: 0, stepY: 1, stepX: 1 };
}

/** dF. Where there are groups for all parts, they divide them, else the result's rows. */
export function groupedFilterGradient({ dy, other: x, info, groups }: GroupedGradientWork): tf.TensorInfo {
  const e = engine(), [C, E] = [info.inChannels / groups, info.outChannels / groups], geometry = geometryOf(info);
  const { filterHeight, filterWidth } = info, taps = filterHeight * filterWidth;
  const { rows, sliceBytes } = planOf(geometry, C), size = groups * taps * vectorsUp(C) * vectorsUp(E) * 4;
  const out = e.output([filterHeight, filterWidth, C, info.outChannels]), place = placeGeometry(geometry);
  const grouping = placeGrouping({ groups, inputs: C, outputs: E, rows }, wholeOf(info));
  const total = info.batchSize * info.outHeight, byGroups = groups >= PARTS;
  const sums = e.scratch("partials", (byGroups ? 1 : PARTS) * size);
  const stride = Math.ceil((sliceBytes + rows * info.outWidth * vectorsUp(E) * 4) / 64) * 64;
  const args = [x, dy, place, grouping, sums, byGroups ? total : 0, e.scratch("columns", PARTS * stride), stride];
  const parts = e.run("correlateGroups", args, byGroups ? groups : total);
  e.run("sumGroups", [sums, byGroups ? 1 : parts, e.address(out), grouping, taps], groups);
  return out;
}
