/**
 * The effects of choices: how much better each is than the first, with its interval.
 *
 * @module
 */
import { type Chart, type ChartOptions, COLORS, drawChart, INK } from "./chart.ts";

/** A choice that is compared with the first. */
export interface Effect {
  /** What it is called. */
  readonly name: string;
  /** Its score less the first's. */
  readonly difference: number;
  /** Lower end of the interval. */
  readonly low: number;
  /** Upper end of the interval. */
  readonly high: number;
}

/** What the chart says of itself. */
export interface PlotAblationOptions extends ChartOptions {
  /** What the zero line stands for: the choice that all are compared with. */
  readonly first: string;
  /** What the differences are of; "macro F1" by default. */
  readonly score?: string;
}

/**
 * Draws the difference of each choice to the first as a dot with its interval; the first is the line at zero.
 *
 * @example
 * ```ts
 * import { plotAblation } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const effects = [{ name: "focal", difference: 0.012, low: -0.003, high: 0.025 }];
 * const chart = await plotAblation(effects, { first: "crossEntropy" });
 * assert(chart.svg.includes("focal"));
 * ```
 *
 * @param effects The choices but for the first, from top to bottom.
 * @returns The chart.
 * @throws {RangeError} If there is none.
 */
export async function plotAblation(
  effects: readonly Effect[],
  { first, score = "macro F1", title }: PlotAblationOptions,
): Promise<Chart> {
  if (effects.length === 0) {
    throw new RangeError("Cannot plot an ablation as it must compare something with the first: current number is 0");
  }
  const value = (field: string) => ({ field, type: "quantitative" });
  const y = {
    field: "name",
    type: "nominal",
    scale: { domain: [first, ...effects.map(({ name }) => name)] },
    title: null,
    axis: { ticks: false, domain: false, labelPadding: 6 },
  };
  return await drawChart({
    title: title ?? { text: `Difference in ${score}`, subtitle: `to ${first}, with intervals over persons` },
    width: 420,
    height: { step: 24 },
    data: { values: [{ name: first, difference: 0, low: 0, high: 0 }, ...effects] },
    layer: [
      { mark: { type: "rule", color: INK, strokeDash: [4, 3] }, encoding: { x: { datum: 0, type: "quantitative" } } },
      {
        mark: { type: "rule", color: COLORS[0], strokeWidth: 2 },
        encoding: {
          y,
          x: {
            ...value("low"),
            scale: { padding: 8 },
            title: `difference in ${score}`,
            axis: { format: "+.3~f", tickCount: 6 },
          },
          x2: { field: "high" },
        },
      },
      {
        mark: { type: "point", filled: true, size: 60, opacity: 1, color: COLORS[0] },
        encoding: { y, x: value("difference") },
      },
    ],
  });
}
