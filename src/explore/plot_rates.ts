/**
 * The learning-rate range test as a chart: the loss over the rate, and the rate that it suggests.
 *
 * @module
 */
import { checkSameLength, show } from "../core/check.ts";
import { type Chart, type ChartOptions, COLORS, drawChart, INK } from "./chart.ts";

/** What a range test came to. */
export interface RateCurve {
  /** Learning rates in the order tried, rising. */
  readonly rates: readonly number[];
  /** The training loss at each, in nats. */
  readonly losses: readonly number[];
  /** The losses smoothed, as far as they were looked at, in nats. */
  readonly smoothed: readonly number[];
  /** The suggested learning rate. */
  readonly rate: number;
}

/** Room above the descent, as a share of it: what rises higher at the end would flatten the rest. */
const HEADROOM = 0.6;

/**
 * Draws losses (dots) and smoothed losses (line) over the learning rate, on a logarithmic scale, with a rule at the suggested
 * rate. The axis shows the descent: losses that are far above it stand at the upper edge.
 *
 * @param curve What `findRate` found.
 * @returns The chart.
 * @throws {TypeError} If there are not as many losses as rates.
 * @throws {RangeError} If there are no smoothed losses, or the suggested rate is not positive.
 */
export async function plotRates(
  { rates, losses, smoothed, rate }: RateCurve,
  { title = "Learning rates" }: ChartOptions = {},
): Promise<Chart> {
  checkSameLength("plot learning rates", { rates, losses });
  if (smoothed.length === 0 || !(rate > 0)) {
    throw new RangeError(
      `Cannot plot learning rates as there must be smoothed losses and a positive rate: there are ${smoothed.length}, ` +
        `the rate is ${show(rate)}`,
    );
  }
  const low = Math.min(...smoothed), high = Math.max(...smoothed.slice(0, smoothed.indexOf(low) + 1));
  const edge = high + HEADROOM * (high - low || 1);
  const each = rates.flatMap((lr, i) => Number.isFinite(losses[i]) ? [{ lr, loss: Math.min(losses[i]!, edge) }] : []);
  const bottom = Math.min(...each.map(({ loss }) => loss));
  const x = {
    field: "lr",
    type: "quantitative",
    title: "learning rate",
    scale: { type: "log", domain: [rates[0]!, rates.at(-1)!], nice: false },
    axis: { format: "~e", grid: false, tickCount: 6 },
  };
  const y = {
    field: "loss",
    type: "quantitative",
    title: "loss (nats)",
    scale: { domain: [bottom, edge], zero: false, nice: false },
  };
  return await drawChart({
    title,
    width: 440,
    height: 260,
    layer: [
      {
        data: { values: each },
        mark: { type: "point", filled: true, size: 18, opacity: 0.45, color: COLORS[7] },
        encoding: { x, y },
      },
      {
        data: { values: smoothed.map((loss, i) => ({ lr: rates[i]!, loss })) },
        mark: { type: "line", color: COLORS[0], clip: true },
        encoding: { x, y },
      },
      {
        data: { values: [{ lr: rate }] },
        mark: { type: "rule", color: COLORS[1], strokeDash: [4, 3], strokeWidth: 1.5 },
        encoding: { x },
      },
      {
        data: { values: [{ lr: rate, text: `suggested ${rate.toExponential(2)}` }] },
        mark: { type: "text", align: "left", dx: 5, y: 8, color: INK },
        encoding: { x, text: { field: "text" } },
      },
    ],
  });
}
