/**
 * A GAN's training as curves: the losses of both networks, and what is watched.
 *
 * @module
 */
import { type Chart, type ChartOptions, drawChart } from "../explore/chart.ts";
import type { GanQuality } from "./judge.ts";
import type { GanRow } from "./watch.ts";

const SERIES = {
  losses: { "discriminator": "discriminatorLoss", "generator": "generatorLoss" },
  shares: { "images told right": "discriminatorAccuracy", "spread within classes": "spread" },
} as const;

/** What a judge says of the samples. */
const DISTANCE = { "samples to training images": "frechet" } as const;
const QUALITIES = {
  "precision": "precision",
  "recall": "recall",
  "classes named right": "agreement",
} as const;

type Series = Readonly<Record<string, "frechet" | "precision" | "recall" | "agreement">>;

/** How the chart is drawn. */
export interface PlotGanOptions extends ChartOptions {
  /** What a judge says of real images that were held out; drawn dashed. */
  readonly heldOut?: GanQuality | null;
}

/** A point of a line. */
interface Point {
  readonly epoch: number;
  readonly what: string;
  readonly value: number;
}

/**
 * Draws both losses, and beside them the share of images that the discriminator tells right and the spread of the samples as a
 * share of the real images', over the epochs; below, where a judge was there, the Fréchet distance, and precision, recall and the
 * classes' agreement.
 *
 * @param history From a run of `trainGan`.
 * @returns The chart.
 * @throws {RangeError} If there is no epoch to draw.
 */
export async function plotGan(
  history: readonly GanRow[],
  { title = "Training of the GAN", heldOut }: PlotGanOptions = {},
): Promise<Chart> {
  if (history.length === 0) throw new RangeError("Cannot plot a GAN's history as it must have an epoch: it has none");
  const panel = (points: readonly Point[], axis: string, { zero = false, real = [] as readonly Point[] } = {}) => {
    const scale = { domain: [...new Set(points.map(({ what }) => what))] };
    const color = {
      field: "what",
      type: "nominal",
      scale,
      legend: { orient: "bottom", title: null, symbolType: "stroke" },
    };
    const y = { field: "value", type: "quantitative", title: axis, scale: { zero } };
    const x = {
      field: "epoch",
      type: "quantitative",
      axis: { tickMinStep: 1, format: "d", grid: false, tickCount: 8 },
    };
    return {
      width: 320,
      height: 220,
      layer: [
        { data: { values: points }, mark: { type: "line", point: history.length === 1 }, encoding: { x, y, color } },
        ...real.length === 0
          ? []
          : [{ data: { values: real }, mark: { type: "rule", strokeDash: [4, 3] }, encoding: { y, color } }],
      ],
    };
  };
  const lines = (series: Readonly<Record<string, keyof GanRow>>) =>
    Object.entries(series).flatMap(([what, key]) =>
      history.map((row): Point => ({ epoch: row.epoch, what, value: row[key] as number }))
    );
  const judged = history.filter((row) => row.quality !== undefined);
  const qualities = (series: Series) =>
    Object.entries(series).flatMap(([what, key]) =>
      judged.map(({ epoch, quality }): Point => ({ epoch, what, value: quality![key] }))
    );
  const real = (series: Series) =>
    heldOut ? Object.entries(series).map(([what, key]): Point => ({ epoch: 0, what, value: heldOut[key] })) : [];
  const above = [panel(lines(SERIES.losses), "loss"), panel(lines(SERIES.shares), "share")];
  const below = judged.length === 0 ? [] : [
    panel(qualities(DISTANCE), "Fréchet distance", { zero: true, real: real(DISTANCE) }),
    panel(qualities(QUALITIES), "share", { zero: true, real: real(QUALITIES) }),
  ];
  return await drawChart({
    title: below.length > 0 && heldOut ? { text: title, subtitle: "dashed: real images that were held out" } : title,
    resolve: { scale: { color: "independent" } },
    vconcat: [above, ...below.length > 0 ? [below] : []].map((hconcat) => ({
      resolve: { scale: { color: "independent" } },
      hconcat,
    })),
  });
}
