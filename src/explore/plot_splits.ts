/**
 * Splits side by side as a chart: the classes' shares of each, and in the legend how many persons each leaks.
 *
 * @module
 */
import type { DataFrame } from "../frame/mod.ts";
import { type Chart, type ChartOptions, COLORS, drawChart, INK } from "./chart.ts";
import { checkColumns } from "./order.ts";

/** What is read of a row. */
interface Row {
  readonly split: string;
  readonly value: string;
  readonly validPersons: number;
  readonly leakedPersons: number;
}

/**
 * Draws what `splitShares` measured: a line a value, a dot with its interval for each split, a tick at the share of all
 * images. The legend says of each split how many of its validation persons are trained on too.
 *
 * @example
 * ```ts
 * import { makeFrame, plotSplits, splitShares } from "maskfold";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const frame = await makeFrame({ group: ["a", "a", "b", "c"], class: ["on", "off", "on", "on"] });
 * const splits = { "by image": [{ train: Int32Array.of(1, 2), valid: Int32Array.of(0, 3) }] };
 * const { svg } = await plotSplits(await splitShares(frame, splits));
 * assertStringIncludes(svg, "1 of 2 validation persons trained on too");
 * ```
 *
 * @param table What `splitShares` gave.
 * @returns The chart.
 * @throws {RangeError} If it has no rows, or not those columns.
 */
export async function plotSplits(
  table: DataFrame,
  { title = "Shares of the validation images, split by split" }: ChartOptions = {},
): Promise<Chart> {
  checkColumns("plot splits", table, [
    "split",
    "value",
    "share",
    "low",
    "high",
    "all",
    "validPersons",
    "leakedPersons",
  ]);
  if (table.height === 0) throw new RangeError("Cannot plot splits as there must be rows: current number is 0");
  const rows = table.toRecords() as unknown as Row[];
  const nameOf = ({ split, validPersons, leakedPersons }: Row) =>
    `${split}: ${leakedPersons > 0 ? leakedPersons.toLocaleString("en") : "none"} of ` +
    `${validPersons.toLocaleString("en")} validation persons trained on too`;
  const named = rows.map((row) => ({ ...row, name: nameOf(row) }));
  const names = [...new Set(named.map(({ name }) => name))], values = [...new Set(rows.map(({ value }) => value))];
  const share = {
    type: "quantitative",
    scale: { zero: true, nice: true },
    axis: { format: "~%", tickCount: 6 },
    title: "share of the validation images; ticks mark that of all images",
  };
  const color = {
    field: "name",
    type: "nominal",
    title: null,
    scale: { domain: names, range: names.map((_, n) => COLORS[(names.length - n) % COLORS.length]!) },
    legend: { orient: "top", direction: "vertical" },
  };
  return await drawChart({
    title,
    width: 420,
    height: { step: 9 },
    data: { values: named },
    encoding: {
      y: {
        field: "value",
        type: "nominal",
        scale: { domain: values },
        title: null,
        axis: { ticks: false, domain: false, labelPadding: 6 },
      },
      yOffset: { field: "name", type: "nominal", scale: { domain: names, paddingOuter: 0.2 } },
    },
    layer: [
      {
        mark: { type: "point", shape: "M0,-0.5V0.5", size: 260, color: INK, opacity: 1, strokeWidth: 1.5 },
        encoding: { x: { ...share, field: "all" } },
      },
      {
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { x: { ...share, field: "low" }, x2: { field: "high" }, color },
      },
      {
        mark: { type: "point", filled: true, size: 45, opacity: 1 },
        encoding: { x: { ...share, field: "share" }, color },
      },
    ],
  });
}
