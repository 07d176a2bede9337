/**
 * The small records through which kernels learn what to do before and after their main work, written to memory.
 *
 * @module
 */
import type { Activation, ElementActivation } from "../own.ts";
import { engine } from "./engine.ts";

/** The kernels' numbers of activations, as in simd.as. */
export const ACTIVATIONS: Readonly<Record<Activation | ElementActivation, number>> = {
  none: 0,
  relu: 1,
  silu: 2,
  hardSwish: 4,
  gelu: 5,
  hardSigmoid: 6,
  leakyRelu: 7,
};

/** Writes whole numbers under a name; they stay until the next of that name. */
function place(name: string, values: readonly number[]): number {
  const { memory, scratch } = engine(), address = scratch(name, 64);
  new Int32Array(memory.buffer, address, values.length).set(values); // addresses beyond 2 GiB wrap, as they must
  return address;
}

/** A batch norm's addresses: rows of C floats. */
export interface Norm {
  readonly mean: number;
  /** One over the deviation. */
  readonly inverse: number;
  /** Gamma times that. */
  readonly scale: number;
  readonly beta: number;
  readonly activation: Activation;
}

/** Writes a batch norm as class Normalised of batch_norm.as has it. */
export function placeNormalised({ mean, scale, beta, activation }: Norm): number {
  return place("normalised", [mean, scale, beta, ACTIVATIONS[activation]]);
}

/** Writes an operand that is multiplied by its images' gates. */
export function placeGated(gate: number, width: number, pixels: number): number {
  return place("gated", [1, width, pixels, gate, 0, 0, 0, 0]);
}

/**
 * Writes an operand that is a batch norm's input gradient.
 *
 * @param dz The gradient at the norm's result, before its activation; it is the operand itself.
 * @param x What the norm was applied to.
 * @param table Its offsets and slopes, as finishSums leaves them.
 */
export function placeGradient(
  { dz, x, norm, table, width }: { dz: number; x: number; norm: Norm; table: number; width: number },
): number {
  return place("gradient", [2, width, 0, x - dz, norm.mean, norm.scale, table, table + width * 4]);
}

/** Bytes of a part's statistics for C channels: means, squares, and the number of rows. */
export function statisticsBytes(C: number): number {
  return (2 * C + 1) * 4;
}

/** Writes an epilogue that takes the statistics of C channels. */
export function placeStatistics(sums: number, C: number): number {
  return place("epilogue", [1, C, 0, 0, sums, statisticsBytes(C), 0]);
}

/** Writes an epilogue that sums, for each image, the result times another matrix. */
export function placeGateSums(
  { sums, width, pixels, images, other }: {
    sums: number;
    width: number;
    pixels: number;
    images: number;
    other: number;
  },
): number {
  return place("epilogue", [2, width, pixels, images, sums, images * width * 4, other]);
}

/**
 * Writes an epilogue that applies a norm.
 *
 * @param other The address of what is added, 0 for nothing.
 * @param pool Where each part sums its images' rows, if it is to.
 */
export function placeNormalisation(
  norm: Norm,
  { width, other = 0, pool }: {
    width: number;
    other?: number;
    pool?: { readonly sums: number; readonly pixels: number; readonly images: number };
  },
): number {
  const sums = pool ? [pool.pixels, pool.images, pool.sums, pool.images * width * 4] : [0, 0, 0, 0];
  return place("epilogue", [4, width, ...sums, other, norm.mean, norm.scale, norm.beta, ACTIVATIONS[norm.activation]]);
}

/** Writes an epilogue that adds another matrix. */
export function placeAddition(other: number, width: number): number {
  return place("epilogue", [3, width, 0, 0, 0, 0, other]);
}

/** Groups of a convolution, as class Grouping of groups.as has them. */
export interface Grouping {
  readonly groups: number;
  /** Channels of a group in the image, and in the result. */
  readonly inputs: number;
  readonly outputs: number;
  /** Rows of the result that are made at once. */
  readonly rows: number;
}

/** Pixels of an image that a result fills: every `step`-th from the first on. */
export interface Target {
  readonly height: number;
  readonly width: number;
  readonly firstY: number;
  readonly firstX: number;
  readonly stepY: number;
  readonly stepX: number;
}

/** Writes the groups of a convolution, and where its result goes. */
export function placeGrouping({ groups, inputs, outputs, rows }: Grouping, target: Target): number {
  const { height, width, firstY, firstX, stepY, stepX } = target;
  return place("grouping", [groups, inputs, outputs, rows, height, width, firstY, firstX, stepY, stepX]);
}
