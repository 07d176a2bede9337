/**
 * Scores side by side, with their intervals.
 *
 * @module
 */
import { type Chart, type ChartOptions, COLORS, drawChart } from "./chart.ts";

/** A run's score. */
export interface ScoreMark {
  /** What the run is called. */
  readonly name: string;
  /** Its score. */
  readonly score: number;
  /** Ends of the score's interval; null, or left out, where there is none. */
  readonly interval?: readonly [low: number, high: number] | null;
}

/** What the chart says of itself. */
export interface PlotRunsOptions extends ChartOptions {
  /** What the scores are; "macro F1" by default. */
  readonly score?: string;
}

/**
 * Draws the score of each run as a dot with its interval, in the order given.
 *
 * @example
 * ```ts
 * import { plotRuns } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const { svg } = await plotRuns([{ name: "b0", score: 0.71, interval: [0.68, 0.74] }, { name: "b3", score: 0.75 }]);
 * assert(svg.includes("b0") && svg.includes("b3"));
 * ```
 *
 * @param marks Runs and their scores.
 * @param options What the scores are.
 * @returns The chart.
 * @throws {RangeError} If there is no run.
 */
export async function plotRuns(
  marks: readonly ScoreMark[],
  { score = "macro F1", title }: PlotRunsOptions = {},
): Promise<Chart> {
  if (marks.length === 0) throw new RangeError("Cannot plot runs as there must be at least one: current number is 0");
  const value = (field: string) => ({ field, type: "quantitative" });
  const y = {
    field: "place",
    type: "nominal",
    scale: { domain: marks.map((_, i) => i) },
    title: null,
    // Names may be the same, so that places are drawn and names are written.
    axis: {
      ticks: false,
      domain: false,
      labelPadding: 6,
      labelExpr: `${JSON.stringify(marks.map(({ name }) => name))}[datum.value]`,
    },
  };
  const values = marks.map(({ score, interval }, place) => ({
    place,
    score,
    low: interval?.[0] ?? score,
    high: interval?.[1] ?? score,
  }));
  const allHave = marks.every(({ interval }) => interval);
  return await drawChart({
    title: title ?? {
      text: score.charAt(0).toUpperCase() + score.slice(1),
      subtitle: allHave ? "with intervals over persons" : "with intervals over persons, where these are known",
    },
    width: 420,
    height: { step: 24 },
    data: { values },
    layer: [
      {
        mark: { type: "rule", color: COLORS[0], strokeWidth: 2 },
        encoding: {
          y,
          x: {
            ...value("low"),
            scale: { zero: false, padding: 8 },
            title: score,
            axis: { format: ".3~f", tickCount: 6 },
          },
          x2: { field: "high" },
        },
      },
      {
        mark: { type: "point", filled: true, size: 60, opacity: 1, color: COLORS[0] },
        encoding: { y, x: value("score") },
      },
    ],
  });
}
