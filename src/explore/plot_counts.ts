/**
 * Bar charts of how many images or persons there are of what.
 *
 * @module
 */
import type { DataFrame } from "../frame/mod.ts";
import { type Chart, type ChartOptions, COLORS, drawChart, INK } from "./chart.ts";
import { counts, type CrossOptions } from "./counts.ts";
import { checkColumns, type Value, valuesInOrder } from "./order.ts";

/** What is counted and how it is coloured. */
export interface PlotCountsOptions extends CrossOptions, ChartOptions {
  /** The column that is counted: a bar a value, or a histogram where it holds numbers. */
  readonly x: string;
  /** A column that colours the bars, or divides them where it varies within one. */
  readonly fill?: string;
  /** Width of a histogram's bins in the column's unit. */
  readonly step?: number;
}

/**
 * Draws how many images, or persons, there are of each value: bars from left to right for names, a histogram for numbers.
 *
 * @example
 * ```ts
 * import { makeFrame, plotCounts } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const frame = await makeFrame({ group: ["p1", "p1", "p2"], mask: ["worn", "off", "worn"] });
 * assert((await plotCounts(frame, { x: "mask" })).svg.startsWith("<svg"));
 * ```
 *
 * @param frame A row an image, as from `toFrame`.
 * @returns The chart.
 * @throws {RangeError} If there is no such column, or the step is not positive.
 */
export async function plotCounts(frame: DataFrame, options: PlotCountsOptions): Promise<Chart> {
  const { x, fill = x, of = "images", title, step } = options;
  checkColumns("plot counts", frame, [x, fill]);
  const found = (await counts(frame, [...new Set([x, fill])])).toRecords() as Record<string, Value>[];
  const rows = found.map((row) => ({ value: row[x]!, fill: text(row[fill]!), count: Number(row[of]) }));
  const inOrder = (column: string) => valuesInOrder(frame, column, options).map(text);
  const plot = {
    rows,
    of,
    title: title ?? `${of === "images" ? "Images" : "Persons"} by ${x}`,
    color: fill === x
      ? { value: COLORS[0] }
      : { field: "fill", type: "nominal", title: fill, scale: { domain: inOrder(fill) }, legend: { orient: "top" } },
  };
  const isText = frame.getColumn(x).dtype.variant === "String";
  return await drawChart(isText ? bars(plot, inOrder(x)) : histogram(plot, x, step));
}

interface Plot {
  readonly rows: readonly { readonly value: Value; readonly fill: string; readonly count: number }[];
  readonly of: string;
  readonly title: string;
  readonly color: Readonly<Record<string, unknown>>;
}

const text = (value: Value) => `${value ?? "missing"}`;

function bars({ rows, of, title, color }: Plot, order: readonly string[]): Record<string, unknown> {
  const count = { field: "count", type: "quantitative", aggregate: "sum" };
  return {
    title,
    width: 460,
    height: { step: 22 },
    data: { values: rows.map(({ value, ...row }) => ({ value: text(value), ...row })) },
    encoding: {
      y: {
        field: "value",
        type: "nominal",
        scale: { domain: order },
        title: null,
        axis: { ticks: false, domain: false, labelPadding: 6 },
      },
      x: { ...count, title: of, axis: { tickMinStep: 1, format: ",d", tickCount: 6 } },
    },
    layer: [
      { mark: "bar", encoding: { color } },
      { mark: { type: "text", align: "left", dx: 4, color: INK }, encoding: { text: { ...count, format: ",d" } } },
    ],
  };
}

function histogram({ rows, of, title, color }: Plot, x: string, step: number | undefined): Record<string, unknown> {
  const numbers = rows.filter(({ value }) => typeof value === "number") as {
    value: number;
    fill: string;
    count: number;
  }[];
  const width = step ?? niceStep(numbers.map(({ value }) => value));
  if (!(width > 0)) {
    throw new RangeError(`Cannot plot counts as step must be a positive number: current value is ${width}`);
  }
  const missing = rows.filter(({ value }) => value === null).reduce((sum, { count }) => sum + count, 0);
  return {
    title: missing > 0 ? { text: title, subtitle: `${missing.toLocaleString("en")} have none` } : title,
    width: 520,
    height: 240,
    data: {
      values: numbers.map(({ value, ...row }) => {
        const bin = Math.floor(value / width);
        return { from: bin * width, to: (bin + 1) * width, ...row };
      }),
    },
    mark: { type: "bar", binSpacing: 1 },
    encoding: {
      x: { field: "from", type: "quantitative", bin: { binned: true, step: width }, title: x, axis: { grid: false } },
      x2: { field: "to" },
      y: { field: "count", type: "quantitative", aggregate: "sum", title: of, axis: { tickMinStep: 1, format: ",d" } },
      color,
    },
  };
}

/** A width of 1, 2 or 5 times a power of ten that makes some twenty bins; 1 at least where all numbers are whole. */
function niceStep(values: readonly number[]): number {
  const range = Math.max(...values) - Math.min(...values);
  const least = values.every(Number.isInteger) ? 1 : 0;
  if (!(range > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(range / 20));
  return Math.max(least, ([1, 2, 5].find((factor) => factor * power * 20 >= range) ?? 10) * power);
}
