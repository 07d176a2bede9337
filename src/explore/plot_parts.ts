/**
 * Training and validation side by side as a chart: the share of each value in both, with intervals.
 *
 * @module
 */
import type { DataFrame } from "../frame/mod.ts";
import { type Chart, type ChartOptions, COLORS, drawChart } from "./chart.ts";
import { checkColumns } from "./order.ts";

const PARTS = ["train", "valid"];

/**
 * Draws what `compareParts` found: a panel a column, a line a value, a dot with its interval for each part.
 *
 * @param table What `compareParts` gave.
 * @returns The chart.
 * @throws {RangeError} If it has no rows, or not those columns.
 */
export async function plotParts(
  table: DataFrame,
  { title = "Training and validation" }: ChartOptions = {},
): Promise<Chart> {
  checkColumns("plot parts", table, ["column", "value", "part", "share", "low", "high"]);
  if (table.height === 0) throw new RangeError("Cannot plot parts as there must be rows: current number is 0");
  const rows = table.toRecords() as Record<string, string | number>[];
  const columns = [...new Set(rows.map(({ column }) => column))];
  return await drawChart({
    title,
    vconcat: columns.map((column, c) =>
      panel(rows.filter((row) => row.column === column), {
        name: `${column}`,
        last: c === columns.length - 1,
      })
    ),
    spacing: 14,
  });
}

function panel(
  rows: readonly Readonly<Record<string, string | number>>[],
  { name, last }: { readonly name: string; readonly last: boolean },
): Record<string, unknown> {
  const high = Math.max(...rows.map((row) => Number(row.high)));
  const x = {
    type: "quantitative",
    scale: { domain: [0, high], nice: true },
    axis: { format: "~%", tickCount: 6 },
    title: last ? "share of the images" : null,
  };
  return {
    width: 420,
    height: { step: 9 },
    data: { values: rows },
    encoding: {
      y: {
        field: "value",
        type: "nominal",
        scale: { domain: [...new Set(rows.map(({ value }) => value))] },
        title: name,
        axis: { ticks: false, domain: false, labelPadding: 6 },
      },
      yOffset: { field: "part", type: "nominal", scale: { domain: PARTS, paddingOuter: 0.6 } },
      color: {
        field: "part",
        type: "nominal",
        title: null,
        scale: { domain: PARTS, range: [COLORS[0], COLORS[1]] },
        legend: { orient: "top" },
      },
    },
    layer: [
      { mark: { type: "rule", strokeWidth: 2 }, encoding: { x: { ...x, field: "low" }, x2: { field: "high" } } },
      { mark: { type: "point", filled: true, size: 45, opacity: 1 }, encoding: { x: { ...x, field: "share" } } },
    ],
  };
}
