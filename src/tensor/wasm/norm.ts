/**
 * Batch norms inside larger kernels: from the sums that other kernels take to the numbers that they apply.
 *
 * @module
 */
import type { BatchNormVariables } from "../own.ts";
import type * as tf from "../tf.ts";
import { engine } from "./engine.ts";
import { ownValues } from "./memory.ts";
import { PARTS } from "./pool.ts";
import { type Norm, placeStatistics, statisticsBytes } from "./structs.ts";

/** What a norm is made of. */
export interface NormSource {
  /** Addresses of gamma and beta `[C]`. */
  readonly gamma: number;
  readonly beta: number;
  /** Running statistics `[C]`, updated in place. */
  readonly mean: tf.Variable;
  readonly variance: tf.Variable;
  readonly activation: Norm["activation"];
  readonly momentum: number;
  readonly epsilon: number;
}

/** A norm's tensors as the kernels want them. */
export function sourceOf(
  { gamma, beta, mean, variance }: BatchNormVariables,
  { momentum, epsilon, activation }: Pick<NormSource, "momentum" | "epsilon" | "activation">,
): NormSource {
  const { address } = engine();
  return { gamma: address(gamma), beta: address(beta), mean, variance, activation, momentum, epsilon };
}

/** Floats that a norm of C channels keeps: mean, inverse deviation and scale, each from a multiple of 16 on. */
export function normFloats(C: number): number {
  return 3 * roomFor(C);
}

/** A number of floats rounded up, so that what follows is aligned. */
export function roomFor(floats: number): number {
  return Math.ceil(floats / 16) * 16;
}

/**
 * Takes the statistics of a result while it is made, and makes a norm of them.
 *
 * @param at Where its {@linkcode normFloats} go.
 * @param make Makes the result with the epilogue given; returns how many parts' sums there are.
 */
export function normOf(C: number, at: number, source: NormSource, make: (epilogue: number) => number): Norm {
  const e = engine(), sums = e.scratch("sums", PARTS * statisticsBytes(C));
  const parts = make(placeStatistics(sums, C));
  const norm = normAt(C, at, source),
    running = [ownValues(e.backend, source.mean), ownValues(e.backend, source.variance)];
  e.call("finishStatistics", sums, parts, C, norm.mean, norm.inverse, ...running, source.momentum, source.epsilon);
  e.call("multiplyChannels", norm.inverse, source.gamma, norm.scale, C);
  return norm;
}

/** A norm whose numbers lie at an address already. */
export function normAt(C: number, at: number, { beta, activation }: Pick<NormSource, "beta" | "activation">): Norm {
  const step = roomFor(C) * 4;
  return { mean: at, inverse: at + step, scale: at + 2 * step, beta, activation };
}

/** A norm by its running statistics; its scale goes to an address. */
export function runningNorm(
  C: number,
  at: number,
  { gamma, beta, mean, variance, activation, epsilon }: NormSource,
): Norm {
  const e = engine(), norm = normAt(C, at, { beta, activation });
  e.call("inverseDeviation", e.address(variance), C, norm.inverse, epsilon);
  e.call("multiplyChannels", norm.inverse, gamma, norm.scale, C);
  return { ...norm, mean: e.address(mean) };
}

/** Where the sums for a norm's gradients go, two rows of C floats for each part. */
export function gradientSums(C: number): number {
  return engine().scratch("sums", PARTS * 2 * C * 4);
}

/**
 * The gradients of gamma and beta from the parts' sums.
 *
 * @param target Addresses of the gradients `[C]`.
 * @returns The table that a norm's input gradient needs; it stays until the next.
 */
export function finishGradient(
  { C, rows, parts, norm }: { C: number; rows: number; parts: number; norm: Norm },
  target: { readonly gamma: number; readonly beta: number },
): number {
  const e = engine(), table = e.scratch("table", 2 * C * 4);
  e.call("finishSums", gradientSums(C), parts, C, rows, norm.inverse, target.gamma, target.beta, table);
  return table;
}
