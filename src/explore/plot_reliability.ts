/**
 * Reliability as a chart: how often probabilities came true.
 *
 * @module
 */
import { type Chart, type ChartOptions, COLORS, drawChart } from "./chart.ts";

/** Examples gathered by probability. */
export interface ReliabilityBin {
  /** The class, or null where the most probable one of each example is meant. */
  readonly name: string | null;
  /** Examples in the bin. */
  readonly count: number;
  /** Their mean probability, 0..1. */
  readonly confidence: number;
  /** Share of them for which it came true, 0..1. */
  readonly frequency: number;
}

/** Charts beside each other. */
const COLUMNS = 6;

/**
 * Draws how often probabilities came true over the probabilities: on the dashed line they are kept, below it they promise too
 * much. The area of a dot is its share of the examples. Each class gets a chart of its own.
 *
 * @example
 * ```ts
 * import { plotReliability } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const chart = await plotReliability([
 *   { name: null, count: 30, confidence: 0.55, frequency: 0.5 },
 *   { name: null, count: 70, confidence: 0.9, frequency: 0.8 },
 * ]);
 * assert(chart.svg.includes("probability"));
 * ```
 *
 * @param rows What `reliability` returns.
 * @returns The chart.
 * @throws {RangeError} If there is no row.
 */
export async function plotReliability(
  rows: readonly ReliabilityBin[],
  { title = "Reliability" }: ChartOptions = {},
): Promise<Chart> {
  if (rows.length === 0) throw new RangeError("Cannot plot reliability as there must be at least one row");
  const names = [...new Set(rows.map(({ name }) => name))];
  const totals = new Map(
    names.map((name) => [name, rows.reduce((n, row) => n + (row.name === name ? row.count : 0), 0)]),
  );
  const values = rows.map(({ name, count, confidence, frequency }) => {
    return { name: name ?? "", share: count / totals.get(name)!, count, confidence, frequency };
  });
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative",
    title,
    scale: { domain: [0, 1] },
    axis: { tickCount: 5, format: "~g" },
  });
  const x = axis("confidence", "probability"), y = axis("frequency", "share that came true");
  const layer = [
    {
      data: { values: [{ confidence: 0, frequency: 0 }, { confidence: 1, frequency: 1 }] },
      mark: { type: "line", color: COLORS[7], strokeDash: [4, 3], strokeWidth: 1.5 },
      encoding: { x, y },
    },
    { mark: { type: "line", color: COLORS[0] }, encoding: { x, y } },
    {
      mark: { type: "point", filled: true, opacity: 1, color: COLORS[0] },
      encoding: {
        x,
        y,
        size: { field: "share", type: "quantitative", scale: { domain: [0, 1], range: [12, 300] }, legend: null },
      },
    },
  ];
  if (names.length === 1 && names[0] === null) {
    return await drawChart({ title, width: 320, height: 320, data: { values }, layer });
  }
  return await drawChart({
    title,
    data: { values },
    facet: { field: "name", type: "nominal", sort: names, title: null },
    columns: COLUMNS,
    spec: { width: 110, height: 110, layer },
  });
}
