/**
 * Vector scaling: a scale and a bias for the log-probability of each class. Guo, Pleiss, Sun and Weinberger, 2017,
 * https://arxiv.org/abs/1706.04599
 *
 * @module
 */
import { z } from "zod";
import type { Predictions } from "../core/records.ts";
import { logsOf, type Unlabelled, type VectorCalibration } from "./calibration.ts";
import { softmaxRows } from "./rows.ts";

/** How vector scaling is fitted. */
export interface VectorScalingOptions {
  /**
   * Nats, at least 1e-9: half of this times the squares of the biases and of what the scales differ from 1 is added to the mean log
   * loss. It holds back what a few examples of a class would say, and leaves one best set of biases where any common summand
   * would do.
   */
  readonly penalty: number;
}

/** What a kept record must be. */
export const VECTOR_SCHEMA: z.ZodType<VectorCalibration> = z.strictObject({
  method: z.literal("vectorScaling"),
  classes: z.array(z.string()),
  scales: z.array(z.number()),
  biases: z.array(z.number()),
}).refine(({ classes, scales, biases }) => scales.length === classes.length && biases.length === classes.length, {
  message: "Scales and biases must be as many as the classes",
});

/**
 * Finds the scales and biases of least penalised log loss, starting from scales of 1 and biases of 0. The loss is convex:
 * Newton's method, each step halved until the loss falls.
 *
 * @param predictions Probabilities `[N, C]` with known labels.
 * @param options The penalty.
 * @returns The scales and biases.
 */
export function fitVectorScaling(predictions: Predictions, { penalty }: VectorScalingOptions): VectorCalibration {
  const { classes, probabilities, labels } = predictions, C = classes.length;
  const logs = logsOf(probabilities);
  let values = new Float64Array(2 * C).fill(1, 0, C);
  let here = lossAt(values, logs, labels, penalty);
  for (let round = 0; round < 50; round++) {
    const step = solve(here.hessian, here.gradient);
    const descent = here.gradient.reduce((sum, g, k) => sum + g * step[k]!, 0);
    if (descent <= 1e-15) break;
    const next = (share: number) => {
      const tried = values.map((value, k) => value - share * step[k]!);
      return { tried, there: lossAt(tried, logs, labels, penalty) };
    };
    let share = 1, { tried, there } = next(share);
    while (!(there.loss <= here.loss - 1e-4 * share * descent) && share > 1e-6) {
      share /= 2;
      ({ tried, there } = next(share));
    }
    if (!(there.loss < here.loss)) break; // nothing but rounding is left
    [values, here] = [tried, there];
  }
  return { method: "vectorScaling", classes, scales: [...values.subarray(0, C)], biases: [...values.subarray(C)] };
}

/** The penalised mean log loss at scales and biases `[2C]`, its gradient `[2C]` and its second derivatives `[2C, 2C]`. */
function lossAt(
  values: Float64Array,
  logs: Float64Array,
  labels: Int32Array,
  penalty: number,
): { readonly loss: number; readonly gradient: Float64Array; readonly hessian: Float64Array } {
  const D = values.length, C = D / 2, N = labels.length;
  const gradient = new Float64Array(D), hessian = new Float64Array(D * D);
  const chances = new Float64Array(C), slopes = new Float64Array(D);
  let loss = 0;
  for (let i = 0; i < N; i++) {
    const row = i * C, label = labels[i]!;
    let highest = -Infinity, sum = 0;
    for (let c = 0; c < C; c++) {
      chances[c] = values[c]! * logs[row + c]! + values[C + c]!;
      if (chances[c]! > highest) highest = chances[c]!;
    }
    loss += highest - chances[label]!;
    for (let c = 0; c < C; c++) sum += chances[c] = Math.exp(chances[c]! - highest);
    loss += Math.log(sum);
    for (let c = 0; c < C; c++) {
      const p = chances[c]! / sum, log = logs[row + c]!;
      slopes[c] = p * log;
      slopes[C + c] = p;
      hessian[c * D + c]! += p * log * log;
      hessian[c * D + C + c]! += p * log;
      hessian[(C + c) * D + C + c]! += p;
    }
    for (let a = 0; a < D; a++) {
      const slope = slopes[a]!;
      gradient[a]! += slope;
      for (let b = a; b < D; b++) hessian[a * D + b]! -= slope * slopes[b]!;
    }
    gradient[label]! -= logs[row + label]!;
    gradient[C + label]!--;
  }
  loss /= N;
  for (let a = 0; a < D; a++) {
    const off = values[a]! - (a < C ? 1 : 0);
    loss += penalty * off * off / 2;
    gradient[a] = gradient[a]! / N + penalty * off;
    for (let b = a; b < D; b++) hessian[b * D + a] = hessian[a * D + b]! /= N;
    hessian[a * D + a]! += penalty;
  }
  return { loss, gradient, hessian };
}

/** Solves a positive definite system by Cholesky's decomposition, which replaces the lower triangle of the matrix `[D, D]`. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const D = right.length, out = right.slice();
  for (let a = 0; a < D; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = matrix[a * D + b]!;
      for (let k = 0; k < b; k++) sum -= matrix[a * D + k]! * matrix[b * D + k]!;
      matrix[a * D + b] = a === b ? Math.sqrt(sum) : sum / matrix[b * D + b]!;
    }
  }
  for (let a = 0; a < D; a++) {
    for (let k = 0; k < a; k++) out[a]! -= matrix[a * D + k]! * out[k]!;
    out[a]! /= matrix[a * D + a]!;
  }
  for (let a = D - 1; a >= 0; a--) {
    for (let k = a + 1; k < D; k++) out[a]! -= matrix[k * D + a]! * out[k]!;
    out[a]! /= matrix[a * D + a]!;
  }
  return out;
}

/**
 * Scales log-probabilities class by class and adds the biases.
 *
 * @param predictions Probabilities `[N, C]`.
 * @param calibration What was fitted.
 * @returns Probabilities `[N, C]`.
 */
export function applyVectorScaling(
  { ids, classes, probabilities }: Unlabelled,
  { scales, biases }: VectorCalibration,
): Float32Array {
  const scores = logsOf(probabilities), C = classes.length;
  for (let k = 0; k < scores.length; k++) scores[k] = scales[k % C]! * scores[k]! + biases[k % C]!;
  softmaxRows(scores, C, ids.length);
  return new Float32Array(scores);
}
