/**
 * How bright, rich in contrast and sharp the images are, as charts: a histogram of each, with the bounds beyond which an
 * image stands out.
 *
 * @module
 */
import type { DataFrame } from "../frame/mod.ts";
import { type Chart, type ChartOptions, COLORS, drawChart, INK } from "./chart.ts";
import { comparable, type Measure, MEASURES, OUTLIER_LIMIT, robustBounds } from "./image_stats.ts";
import { checkColumns } from "./order.ts";

/** The title, and what counts as standing out. */
export interface PlotImageStatsOptions extends ChartOptions {
  /** The limit that `imageStats` was given; 3.5 unless given. */
  readonly limit?: number;
}

/** Bars of a histogram, at most. */
const BINS = 40;

/** Places along the axis at which outliers are told apart. */
const PLACES = 260;

const WIDTH = 520, HEIGHT = 110;

/** What a value can be; beyond it no bound is drawn. */
const RANGE: Readonly<Record<Measure, readonly [low: number, high: number]>> = {
  brightness: [0, 1],
  contrast: [0, 0.5],
  sharpness: [0, Infinity],
};

/**
 * Draws what `imageStats` measured: a histogram of brightness, of contrast, and of sharpness on a logarithmic axis. Dashed
 * lines mark where outliers begin; each outlier has a mark at the foot of the bars, as one among thousands makes no bar.
 *
 * @example
 * ```ts
 * import { makeFrame, plotImageStats } from "maskfold";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const brightness = [0.5, 0.51, 0.52, 0.02], still = [0, 0, 0, 0];
 * const stats = await makeFrame({ brightness, contrast: still, sharpness: still });
 * assertStringIncludes((await plotImageStats(stats)).svg, "1 dark");
 * ```
 *
 * @param stats What `imageStats` gave: the columns `brightness`, `contrast` and `sharpness`, missing for what could not be
 * decoded.
 * @returns The chart.
 * @throws {RangeError} If it has not those columns, or no image was measured.
 */
export async function plotImageStats(
  stats: DataFrame,
  { title = "Brightness, contrast and sharpness", limit = OUTLIER_LIMIT }: PlotImageStatsOptions = {},
): Promise<Chart> {
  const names = Object.keys(MEASURES) as Measure[];
  checkColumns("plot image stats", stats, names);
  const columns = names.map((name) => stats.getColumn(name).toArray().filter((value) => value !== null) as number[]);
  if (columns.some(({ length }) => length === 0)) {
    throw new RangeError("Cannot plot image stats as there must be measured images: current number is 0");
  }
  return await drawChart({
    title,
    vconcat: names.map((name, m) => panel(name, columns[m]!.map((value) => comparable(name, value)), limit)),
    spacing: 18,
  });
}

/** The histogram of one measure, of values on the scale on which they are compared. */
function panel(name: Measure, values: readonly number[], limit: number): Record<string, unknown> {
  const bounds = robustBounds(values, limit), sides = MEASURES[name];
  const sideOf = (value: number) => value <= bounds[0] ? 0 : value >= bounds[1] ? 1 : undefined;
  const isFlat = bounds[0] === bounds[1]; // more than half are equal: all others stand out
  const outliers = values.filter((value) => sideOf(value) !== undefined && !(isFlat && value === bounds[0]));
  const found = sides.map((side, s) => [side, outliers.filter((value) => sideOf(value) === s).length] as const);
  const drawn = bounds.flatMap((bound, s) =>
    bound >= RANGE[name][0] && bound <= RANGE[name][1] && !isFlat ? [{ bound, side: sides[s] }] : []
  );
  const all = [...drawn.map(({ bound }) => bound), extreme(values, Math.min), extreme(values, Math.max)];
  const domain = [extreme(all, Math.min), extreme(all, Math.max)] as const;
  const x = { type: "quantitative", scale: { domain: [...domain], nice: false }, title: null };
  const y = { type: "quantitative", title: "images", axis: { tickCount: 4, tickMinStep: 1, format: ",d" } };
  const counted = found.map(([side, count]) => `${count.toLocaleString("en")} ${side}`).join(", ");
  return {
    title: { text: `${name}: ${counted}`, fontSize: 12, fontWeight: "normal", offset: 14 },
    width: WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: histogram(values, new Set(outliers), domain) },
        mark: { type: "bar", binSpacing: 0.5 },
        encoding: {
          x: { ...x, field: "from", bin: "binned", axis: axis(name, domain) },
          x2: { field: "to" },
          y: { ...y, field: "count", stack: "zero" },
          color: { field: "outlier", scale: { domain: ["no", "yes"], range: [COLORS[0], COLORS[1]] }, legend: null },
        },
      },
      {
        data: { values: [...new Set(outliers.map(placeIn(domain)))].map((value) => ({ value })) },
        mark: { type: "rule", color: COLORS[1], strokeWidth: 1.5 },
        encoding: {
          x: { ...x, field: "value" },
          y: { value: HEIGHT },
          y2: { value: HEIGHT - 8 },
        },
      },
      {
        data: { values: drawn },
        mark: { type: "rule", color: INK, strokeDash: [4, 3], strokeWidth: 1.5 },
        encoding: { x: { ...x, field: "bound" } },
      },
      ...drawn.map(({ bound, side }) => ({
        data: { values: [{ bound, side }] },
        mark: { type: "text", align: side === sides[0] ? "left" : "right", baseline: "bottom", y: -3, color: INK },
        encoding: { x: { ...x, field: "bound" }, text: { field: "side" } },
      })),
    ],
  };
}

/** The smallest or largest of many numbers, more than a call may have arguments. */
function extreme(values: readonly number[], of: (a: number, b: number) => number): number {
  return values.reduce((a, b) => of(a, b));
}

function binWidth([low, high]: readonly [number, number]): number {
  return (high - low) / BINS || 1;
}

/** Counts by bin, of outliers and of all others. */
function histogram(values: readonly number[], outliers: ReadonlySet<number>, [low, high]: readonly [number, number]) {
  const width = binWidth([low, high]), counts = { no: new Map<number, number>(), yes: new Map<number, number>() };
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((value - low) / width)), of = counts[outliers.has(value) ? "yes" : "no"];
    of.set(bin, (of.get(bin) ?? 0) + 1);
  }
  return (["no", "yes"] as const).flatMap((outlier) =>
    [...counts[outlier]].map(([bin, count]) => (
      { from: low + bin * width, to: low + (bin + 1) * width, count, outlier }
    ))
  );
}

/** Rounds values so that those that could not be told apart on the page are one. */
function placeIn([low, high]: readonly [number, number]): (value: number) => number {
  const step = (high - low) / PLACES || 1;
  return (value) => low + Math.round((value - low) / step) * step;
}

/** Sharpness stands at its logarithm and is labelled by itself. */
function axis(name: Measure, [low, high]: readonly [number, number]): Record<string, unknown> {
  if (name !== "sharpness") return { grid: false, tickCount: 8 };
  const [least, most] = [Math.expm1(low), Math.expm1(high)];
  const ticks = (factors: readonly number[]) =>
    Array.from({ length: 9 }, (_, power) => factors.map((factor) => factor * 10 ** power)).flat()
      .filter((tick) => tick >= least && tick <= most);
  const few = ticks([1, 3]), values = few.length < 5 ? ticks([1, 2, 3, 5, 7]) : few;
  return { grid: false, values: values.map(Math.log1p), labelExpr: "format(exp(datum.value) - 1, ',d')" };
}
