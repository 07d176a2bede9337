/**
 * Mistakes by a number as a chart: the share of wrong images over years of age, say, with intervals.
 *
 * @module
 */
import { type Chart, type ChartOptions, COLORS, drawChart, INK } from "./chart.ts";
import type { NumberMistakes } from "./mistakes.ts";

/** What the chart says of the number. */
export interface PlotMistakesOptions extends ChartOptions {
  /** The number's name; "age" by default. */
  readonly attribute?: string;
  /** Where it is cut into levels: a rule stands at each. */
  readonly cuts?: readonly number[];
}

/**
 * Draws the share of mistakes at each value as a dot with its interval. The more images, the larger the dot.
 *
 * @example
 * ```ts
 * import { plotMistakesByNumber } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const rows = [{ value: 29, images: 20, mistakes: 5, share: 0.25, low: 0.112, high: 0.469 }];
 * const chart = await plotMistakesByNumber(rows, { cuts: [30] });
 * assert(chart.svg.includes("age"));
 * ```
 *
 * @param rows What `mistakesByNumber` counted.
 * @returns The chart.
 * @throws {RangeError} If there is no row.
 */
export async function plotMistakesByNumber(
  rows: readonly NumberMistakes[],
  { attribute = "age", cuts = [], title = `Mistakes by ${attribute}` }: PlotMistakesOptions = {},
): Promise<Chart> {
  if (rows.length === 0) {
    throw new RangeError("Cannot plot mistakes as there must be at least one value: current number is 0");
  }
  const x = {
    field: "value",
    type: "quantitative",
    title: attribute,
    scale: { zero: false, padding: 10 },
    axis: { grid: false, format: "d", tickMinStep: 1 },
  };
  const share = { type: "quantitative", title: "share of images predicted wrong", scale: { domain: [0, 1] } };
  return await drawChart({
    title,
    width: 520,
    height: 240,
    layer: [
      ...cuts.map((cut) => ({
        data: { values: [{ value: cut - 0.5 }] }, // between the last value below it and the first of the next level
        mark: { type: "rule", color: INK, strokeDash: [4, 3] },
        encoding: { x },
      })),
      {
        data: { values: rows },
        mark: { type: "rule", color: COLORS[0], opacity: 0.5 },
        encoding: { x, y: { field: "low", ...share }, y2: { field: "high" } },
      },
      {
        data: { values: rows },
        mark: { type: "point", filled: true, opacity: 1, color: COLORS[0] },
        encoding: {
          x,
          y: { field: "share", ...share },
          size: { field: "images", type: "quantitative", scale: { domainMin: 0, range: [0, 90] }, title: "images" },
        },
      },
    ],
  });
}
