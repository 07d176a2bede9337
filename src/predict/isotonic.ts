/**
 * Isotonic calibration: each class's probability is replaced by a rising curve of it, fitted to whether examples are of the
 * class, and rows are scaled to sum to 1. Zadrozny and Elkan, 2002, https://doi.org/10.1145/775047.775151; as scikit-learn's
 * `IsotonicRegression` (https://scikit-learn.org/stable/modules/isotonic.html) does it.
 *
 * @module
 */
import { z } from "zod";
import type { Predictions } from "../core/records.ts";
import type { IsotonicCalibration, IsotonicCurve, Unlabelled } from "./calibration.ts";

/** What a kept record must be. */
export const ISOTONIC_SCHEMA: z.ZodType<IsotonicCalibration> = z.strictObject({
  method: z.literal("isotonic"),
  classes: z.array(z.string()),
  curves: z.array(z.strictObject({ at: z.array(z.number()).min(1), to: z.array(z.number().min(0).max(1)) })),
}).refine(({ classes, curves }) => curves.length === classes.length, {
  message: "Curves must be as many as the classes",
})
  .refine(({ curves }) => curves.every(({ at, to }) => at.length === to.length && rises(at) && rises(to)), {
    message: "Curves must rise, with as many values as places",
  });

function rises(values: readonly number[]): boolean {
  return values.every((value, k) => k === 0 || value >= values[k - 1]!);
}

/**
 * Fits a curve to each class against all others, by pooling adjacent violators.
 *
 * @param predictions Probabilities `[N, C]` with known labels.
 * @returns The curves.
 */
export function fitIsotonic({ classes, probabilities, labels }: Predictions): IsotonicCalibration {
  const C = classes.length, all = new Float32Array(labels.length);
  const curves = classes.map((_, c) => {
    let own = 0;
    for (let i = 0; i < labels.length; i++) all[i] = probabilities[i * C + c]!;
    const ofClass = new Float32Array(labels.length);
    for (let i = 0; i < labels.length; i++) if (labels[i] === c) ofClass[own++] = all[i]!;
    return fitCurve(all.slice().sort(), ofClass.subarray(0, own).sort());
  });
  return { method: "isotonic", classes, curves };
}

/** Examples that share a value of the curve. */
interface Block {
  readonly low: number;
  high: number;
  count: number;
  own: number;
}

/** The rising curve nearest to whether examples are of a class, from the sorted probabilities of all and of its own. */
function fitCurve(all: Float32Array, own: Float32Array): IsotonicCurve {
  const blocks: Block[] = [];
  for (let i = 0, k = 0; i < all.length;) {
    const value = all[i]!, start = i, first = k;
    while (i < all.length && all[i] === value) i++;
    while (k < own.length && own[k] === value) k++;
    const block: Block = { low: value, high: value, count: i - start, own: k - first };
    blocks.push(block);
    while (blocks.length > 1 && poolLast(blocks));
  }
  const at: number[] = [], to: number[] = [];
  for (const { low, high, count, own } of blocks) {
    at.push(low);
    to.push(own / count);
    if (high === low) continue;
    at.push(high);
    to.push(own / count);
  }
  return { at, to };
}

/** Joins the last two blocks unless the later one's share is higher; shares are compared in whole numbers, so exactly. */
function poolLast(blocks: Block[]): boolean {
  const [before, last] = [blocks.at(-2)!, blocks.at(-1)!];
  if (last.own * before.count > before.own * last.count) return false;
  before.high = last.high;
  before.count += last.count;
  before.own += last.own;
  blocks.pop();
  return true;
}

/**
 * Follows the curves, and scales rows to sum to 1. A row in which every curve is 0 keeps its probabilities, where
 * scikit-learn makes all classes equal.
 *
 * @param predictions Probabilities `[N, C]`.
 * @param calibration What was fitted.
 * @returns Probabilities `[N, C]`.
 */
export function applyIsotonic(
  { classes, probabilities }: Unlabelled,
  { curves }: IsotonicCalibration,
): Float32Array {
  const C = classes.length, out = new Float32Array(probabilities.length), row = new Float64Array(C);
  const corners = curves.map(({ at, to }) => ({ at: Float64Array.from(at), to: Float64Array.from(to) }));
  for (let start = 0; start < out.length; start += C) {
    let sum = 0;
    for (let c = 0; c < C; c++) sum += row[c] = follow(corners[c]!, probabilities[start + c]!);
    for (let c = 0; c < C; c++) out[start + c] = sum > 0 ? row[c]! / sum : probabilities[start + c]!;
  }
  return out;
}

/** The curve's value at a probability, on the straight line between the two corners beside it. */
function follow({ at, to }: { readonly at: Float64Array; readonly to: Float64Array }, x: number): number {
  const last = at.length - 1;
  if (x <= at[0]!) return to[0]!;
  if (x >= at[last]!) return to[last]!;
  let low = 0, high = last; // at[low] < x <= at[high]
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at[middle]! < x) low = middle;
    else high = middle;
  }
  return to[low]! + (to[high]! - to[low]!) * (x - at[low]!) / (at[high]! - at[low]!);
}
