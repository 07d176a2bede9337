/**
 * Stacking: a multinomial logistic regression on the members' log probabilities. Wolpert, "Stacked generalization", 1992,
 * https://doi.org/10.1016/S0893-6080(05)80023-1; with one coefficient a member it is a logarithmic pool whose weights are free.
 *
 * @module
 */
import type { Aligned } from "./align.ts";
import { CLIP, type FitData } from "./fit_data.ts";
import { minimise } from "./lbfgs.ts";
import { softmaxRows } from "./rows.ts";

/** Rows predicted at once, so that their logarithms stay small. */
const BLOCK = 1024;

/** What the regression is made of. */
export interface StackingOptions {
  /** One coefficient a member, or one for each member, class seen and class predicted; a bias a class in both. */
  readonly form: "member" | "full";
  /** Strength of the penalty, at least 0: half of it times the squared distance of the coefficients is added to the summed loss. */
  readonly l2: number;
  /** From where the distance counts: from the members' plain geometric mean, or from 0 as in scikit-learn. */
  readonly towards: "mean" | "zero";
  /** Largest slope of the mean loss at the end. */
  readonly tolerance: number;
}

/** A fitted regression. */
export interface Stack {
  /** Which form it has. */
  readonly form: StackingOptions["form"];
  /** Coefficients: `[M]`, or `[C, M, C]` by class predicted, member and class seen. */
  readonly coefficients: readonly number[];
  /** Bias of each class `[C]`. */
  readonly biases: readonly number[];
  /** The largest slope of the mean loss at the end. */
  readonly slope: number;
  /** Steps taken. */
  readonly steps: number;
}

/**
 * Fits the regression to labelled rows, from the members' geometric mean on.
 *
 * @param data Labelled predictions.
 * @param options What is fitted.
 * @returns Coefficients and biases; the slope tells whether the end was reached.
 */
export function fitStack(data: FitData, { form, l2, towards, tolerance }: StackingOptions): Stack {
  const { aligned, rows, labels } = data;
  const members = aligned.members.length, width = aligned.classes.length;
  const seen = logProbabilities(aligned, rows);
  const mean = meanCoefficients(form, members, width), size = mean.length;
  const centre = towards === "mean" ? mean : new Float64Array(size);
  const start = new Float64Array(size + width);
  start.set(mean);
  const logits = new Float64Array(width), count = rows.length;
  const [addLogits, addGradient] = form === "full" ? [fullLogits, fullGradient] : [memberLogits, memberGradient];

  const { point, slope, steps } = minimise(start, (point, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < count; i++) {
      const row = seen.subarray(i * members * width, (i + 1) * members * width), label = labels[i]!;
      logits.set(point.subarray(size));
      addLogits(logits, row, point);
      softmaxRows(logits, width, 1);
      loss -= Math.log(Math.max(logits[label]!, Number.MIN_VALUE));
      logits[label]! -= 1; // now the loss's slope along each logit
      addGradient(gradient, row, logits);
      for (let c = 0; c < width; c++) gradient[size + c]! += logits[c]!;
    }
    for (let k = 0; k < size; k++) {
      const distance = point[k]! - centre[k]!;
      loss += l2 / 2 * distance * distance;
      gradient[k]! += l2 * distance;
    }
    for (let k = 0; k < gradient.length; k++) gradient[k]! /= count;
    return loss / count;
  }, { tolerance });
  return { form, coefficients: [...point.subarray(0, size)], biases: [...point.subarray(size)], slope, steps };
}

/**
 * Predicts with a fitted regression.
 *
 * @param aligned The same members in the same order, of any rows.
 * @param stack The regression.
 * @returns Probabilities `[N, C]`.
 */
export function applyStack(aligned: Aligned, { form, coefficients, biases }: Stack): Float32Array {
  const width = aligned.classes.length, all = Float64Array.from(coefficients);
  const addLogits = form === "full" ? fullLogits : memberLogits;
  const logits = new Float64Array(width), rows = aligned.ids.length, inputs = aligned.members.length * width;
  const result = new Float32Array(rows * width);
  for (let start = 0; start < rows; start += BLOCK) {
    const block = Int32Array.from({ length: Math.min(BLOCK, rows - start) }, (_, i) => start + i);
    const seen = logProbabilities(aligned, block);
    block.forEach((row, i) => {
      logits.set(biases);
      addLogits(logits, seen.subarray(i * inputs, (i + 1) * inputs), all);
      softmaxRows(logits, width, 1);
      result.set(logits, row * width);
    });
  }
  return result;
}

/** The log probabilities of some rows `[L, M, C]`. */
function logProbabilities({ members, classes: { length: width } }: Aligned, rows: Int32Array): Float32Array {
  const values = new Float32Array(rows.length * members.length * width);
  members.forEach(({ probabilities, places }, m) => {
    for (let i = 0; i < rows.length; i++) {
      const from = (places ? places[rows[i]!]! : rows[i]!) * width, to = (i * members.length + m) * width;
      for (let c = 0; c < width; c++) values[to + c] = Math.log(Math.max(CLIP, probabilities[from + c]!));
    }
  });
  return values;
}

/** The coefficients that make the plain geometric mean. */
function meanCoefficients(form: Stack["form"], members: number, width: number): Float64Array {
  if (form === "member") return new Float64Array(members).fill(1 / members);
  const all = new Float64Array(width * members * width);
  for (let c = 0; c < width; c++) {
    for (let m = 0; m < members; m++) all[(c * members + m) * width + c] = 1 / members;
  }
  return all;
}

function memberLogits(logits: Float64Array, row: Float32Array, coefficients: Float64Array): void {
  const width = logits.length;
  for (let m = 0, at = 0; at < row.length; m++) {
    const coefficient = coefficients[m]!;
    for (let c = 0; c < width; c++, at++) logits[c]! += coefficient * row[at]!;
  }
}

function memberGradient(gradient: Float64Array, row: Float32Array, slopes: Float64Array): void {
  const width = slopes.length;
  for (let m = 0, at = 0; at < row.length; m++) {
    let sum = 0;
    for (let c = 0; c < width; c++, at++) sum += slopes[c]! * row[at]!;
    gradient[m]! += sum;
  }
}

function fullLogits(logits: Float64Array, row: Float32Array, coefficients: Float64Array): void {
  for (let c = 0, at = 0; c < logits.length; c++) {
    let sum = 0;
    for (let k = 0; k < row.length; k++, at++) sum += coefficients[at]! * row[k]!;
    logits[c]! += sum;
  }
}

function fullGradient(gradient: Float64Array, row: Float32Array, slopes: Float64Array): void {
  for (let c = 0, at = 0; c < slopes.length; c++) {
    const slope = slopes[c]!;
    for (let k = 0; k < row.length; k++, at++) gradient[at]! += slope * row[k]!;
  }
}
