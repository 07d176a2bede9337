/**
 * Convolutions in groups of channels and their two gradients. A group's filter is too small for tiles of a matrix product:
 * a thread makes four pixels of a row, for one channel or four, from its group's channels alone.
 *
 * @module
 */
import type { GroupedAttributes } from "../own.ts";
import { type Gradients, replaceKernel, runKernel, tensorOf } from "../registry.ts";
import { type ConvInfo, convInfo } from "../shapes.ts";
import * as tf from "../tf.ts";
import { bufferOf, dispatch, output, release, temporary } from "./dispatch.ts";
import { sumParts } from "./gemm_sum.ts";
import { FILTER_FIELDS, filterCode, PIXEL_FIELDS, PIXELS, pixelsCode } from "./groups_code.ts";
import { THREADS, type Width, WORKGROUPS } from "./wgsl.ts";

const NAME = "WebgpuGroupedConv2D";
/** Threads wanted of the filter's gradient, and pixels that each sums at least. */
const FILTER_THREADS = 2 ** 18, LEAST_PIXELS = 64;

/** A convolution in groups, on the tape. */
export function runGroupedConv(x: tf.Tensor4D, filter: tf.Tensor4D, attributes: GroupedAttributes): tf.Tensor4D {
  return runKernel(NAME, { x, filter }, attributes)[0] as tf.Tensor4D;
}

/** Registers the kernel and its gradients. */
export function registerGroups(): void {
  replaceKernel<"x" | "filter">("webgpu", NAME, () => ({ x, filter }, attributes: GroupedAttributes) => {
    return alongRows(x, filter, infoOf(x.shape, filter.shape, attributes), false);
  });
  tf.registerGradient({
    kernelName: NAME,
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attrs): Gradients => {
      const [x, filter] = saved as [tf.Tensor, tf.Tensor], gradient = dy as tf.Tensor;
      const work = infoOf(x.shape, filter.shape, attrs as unknown as GroupedAttributes);
      return {
        x: () => tensorOf(alongRows(gradient, filter, work, true)),
        filter: () => tensorOf(filterGradient(x, gradient, work)),
      };
    },
  });
}

/** Sizes of a convolution in groups, and channels that are one value. */
interface Grouped {
  readonly info: ConvInfo;
  /** Channels of a group, of the image and of the result. */
  readonly inputs: number;
  readonly outputs: number;
  readonly width: Width;
}

function infoOf(
  x: readonly number[],
  [K, L, inputs, E]: readonly number[],
  { stride: strides, padding: pad, groups }: GroupedAttributes,
): Grouped {
  const info = convInfo(x, [K!, L!, inputs! * groups, E!], { strides, pad })!, outputs = E! / groups;
  return { info, inputs: inputs!, outputs, width: inputs! % 4 === 0 && outputs % 4 === 0 ? 4 : 1 };
}

/** What all programs need to know. */
function commonSizes({ info, inputs }: Grouped) {
  return {
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    inputs,
  };
}

/** The convolution of an image, or backward its gradient by the image, of dY. */
function alongRows(source: tf.TensorInfo, filter: tf.TensorInfo, work: Grouped, backward: boolean): tf.TensorInfo {
  const { info, inputs, outputs, width } = work, out = output(backward ? info.inShape : info.outShape);
  const [sourceHeight, sourceWidth, targetHeight, targetWidth] = backward
    ? [info.outHeight, info.outWidth, info.inHeight, info.inWidth]
    : [info.inHeight, info.inWidth, info.outHeight, info.outWidth];
  const [sourceGroup, targetGroup] = backward ? [outputs, inputs] : [inputs, outputs];
  const apart = backward ? info.strideWidth : 1, strips = Math.ceil(targetWidth / (PIXELS * apart)) * apart;
  const targetValues = (backward ? info.inChannels : info.outChannels) / width;
  const numbers: Record<typeof PIXEL_FIELDS[number], number> = {
    ...commonSizes(work),
    items: info.batchSize * targetHeight * strips * targetValues,
    strips,
    sourceHeight,
    sourceWidth,
    sourceValues: (backward ? info.outChannels : info.inChannels) / width,
    sourceGroup: sourceGroup / width,
    targetHeight,
    targetWidth,
    targetValues,
    targetGroup: targetGroup / width,
  };
  const key = `convolution in groups, ${backward ? "backward" : "forward"} by ${width}`;
  dispatch({ key, code: () => pixelsCode(width, backward) }, {
    uniforms: { integers: PIXEL_FIELDS.map((name) => numbers[name]) },
    buffers: [source, filter, out].map(bufferOf),
    grid: [Math.min(Math.ceil(numbers.items / THREADS), 8 * WORKGROUPS)],
  });
  return out;
}

/** dW: a thread sums a part of the pixels for one value of the image, one of the result, and a tap. */
function filterGradient(x: tf.TensorInfo, dy: tf.TensorInfo, work: Grouped): tf.TensorInfo {
  const { info, inputs, outputs, width } = work, { filterHeight, filterWidth, inChannels, outChannels } = info;
  const shape = [filterHeight, filterWidth, inputs, outChannels], out = output(shape);
  const pixels = info.batchSize * info.outHeight * info.outWidth,
    size = filterHeight * filterWidth * inputs * outChannels;
  const units = filterHeight * filterWidth * (inChannels / width) * (outputs / width);
  const wanted = Math.max(1, Math.min(Math.ceil(pixels / LEAST_PIXELS), Math.ceil(FILTER_THREADS / units)));
  const chunk = Math.ceil(pixels / wanted), parts = Math.ceil(pixels / chunk);
  const numbers: Record<typeof FILTER_FIELDS[number], number> = {
    ...commonSizes(work),
    items: units * parts,
    units,
    chunk,
    pixels,
    height: info.inHeight,
    width: info.inWidth,
    gridHeight: info.outHeight,
    gridWidth: info.outWidth,
    inputValues: inChannels / width,
    outputValues: outChannels / width,
    inputGroup: inputs / width,
    outputGroup: outputs / width,
  };
  const sums = bufferOf(out), target = parts === 1 ? sums : temporary(parts * size);
  dispatch({ key: `filter gradient in groups by ${width}`, code: () => filterCode(width) }, {
    uniforms: { integers: FILTER_FIELDS.map((name) => numbers[name]) },
    buffers: [bufferOf(x), bufferOf(dy), target],
    grid: [Math.min(Math.ceil(numbers.items / THREADS), 8 * WORKGROUPS)],
  });
  if (parts === 1) return out;
  sumParts(target, { sums, size, parts });
  release(target);
  return out;
}
