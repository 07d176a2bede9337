/**
 * One cycle: up to the base rate, and far down. Smith and Topin, 2018, https://arxiv.org/abs/1708.07120, with the phases
 * of PyTorch's OneCycleLR.
 *
 * @module
 */
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode oneCycle}. */
export interface OneCycleOptions {
  /** Share of the steps after which the rate is highest, 0..1; PyTorch's `pct_start`. */
  readonly peak: number;
  /** Share of the base rate at the first step; one over PyTorch's `div_factor`. */
  readonly start: number;
  /** Share of the base rate at the last step; one over PyTorch's `div_factor * final_div_factor`. */
  readonly end: number;
  /** How the rate goes from one to the other: along half a cosine, or a line. */
  readonly anneal: "cos" | "linear";
}

/**
 * The rate rises from `start` to the base rate, which is the highest here, and falls to `end`. Momentum is left alone: the
 * paper and PyTorch lower it while the rate rises.
 */
export function oneCycle({ peak, start, end, anneal }: OneCycleOptions): Schedule {
  const between = (from: number, to: number, share: number) =>
    anneal === "linear" ? from + (to - from) * share : to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
  return ({ step, stepsPerEpoch, epochs }) => {
    const last = epochs * stepsPerEpoch - 1, highest = peak * (last + 1) - 1;
    if (step <= highest) return highest === 0 ? 1 : between(start, 1, step / highest);
    return between(1, end, Math.min(1, (step - highest) / (last - highest)));
  };
}
