/**
 * A GAN's training as curves: the losses of both networks, and what is watched.
 *
 * @module
 */
import { type Chart, type ChartOptions, drawChart } from "../explore/chart.ts";
import type { GanRow } from "./watch.ts";

const SERIES = {
  losses: { "discriminator": "discriminatorLoss", "generator": "generatorLoss" },
  shares: { "images told right": "discriminatorAccuracy", "spread within classes": "spread" },
} as const;

/**
 * Draws both losses, and beside them the share of images that the discriminator tells right and the spread of the samples as a
 * share of the real images', over the epochs.
 *
 * @param history From a run of `trainGan`.
 * @returns The chart.
 * @throws {RangeError} If there is no epoch to draw.
 */
export async function plotGan(
  history: readonly GanRow[],
  { title = "Training of the GAN" }: ChartOptions = {},
): Promise<Chart> {
  if (history.length === 0) throw new RangeError("Cannot plot a GAN's history as it must have an epoch: it has none");
  const panel = (series: Readonly<Record<string, keyof GanRow>>, axis: string) => ({
    width: 320,
    height: 220,
    data: {
      values: Object.entries(series).flatMap(([what, key]) =>
        history.map((row) => ({ epoch: row.epoch, what, value: row[key] }))
      ),
    },
    mark: { type: "line", point: history.length === 1 },
    encoding: {
      x: { field: "epoch", type: "quantitative", axis: { tickMinStep: 1, format: "d", grid: false, tickCount: 8 } },
      y: { field: "value", type: "quantitative", title: axis, scale: { zero: false } },
      color: {
        field: "what",
        type: "nominal",
        scale: { domain: Object.keys(series) },
        legend: { orient: "bottom", title: null, symbolType: "stroke" },
      },
    },
  });
  return await drawChart({
    title,
    resolve: { scale: { color: "independent" } },
    hconcat: [panel(SERIES.losses, "loss"), panel(SERIES.shares, "share")],
  });
}
