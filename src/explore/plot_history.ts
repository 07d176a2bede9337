/**
 * Learning curves: loss and macro F1 over the epochs, of one run or of several.
 *
 * @module
 */
import type { EpochRow } from "../core/records.ts";
import { type Chart, type ChartOptions, drawChart, INK } from "./chart.ts";

/**
 * Draws loss (training dashed, validation solid) and validation macro F1 over the epochs, a colour a run. A dot marks each
 * run's best macro F1.
 *
 * @param histories The epochs' rows by the run's name, or those of a single run.
 * @returns The chart.
 * @throws {RangeError} If there is no epoch to draw.
 */
export async function plotHistory(
  histories: Readonly<Record<string, readonly EpochRow[]>> | readonly EpochRow[],
  { title = "Training" }: ChartOptions = {},
): Promise<Chart> {
  const runs = isHistory(histories) ? { run: histories } : histories;
  const names = Object.keys(runs).filter((name) => runs[name]!.length > 0);
  if (names.length === 0) throw new RangeError("Cannot plot a history as it must have an epoch: current number is 0");
  const loss = names.flatMap((run) =>
    runs[run]!.flatMap(({ epoch, trainLoss, validLoss }) => [
      { run, epoch, part: "train", value: trainLoss },
      { run, epoch, part: "valid", value: validLoss },
    ])
  );
  const f1 = names.flatMap((run) => {
    const best = runs[run]!.reduce((a, b) => b.validMacroF1 > a.validMacroF1 ? b : a);
    return runs[run]!.map((row) => ({ run, epoch: row.epoch, value: row.validMacroF1, best: row === best }));
  });
  const color = {
    field: "run",
    type: "nominal",
    scale: { domain: names },
    legend: names.length > 1 ? { orient: "bottom", title: null, columns: 5, symbolType: "stroke" } : null,
  };
  const longest = Math.max(...names.map((name) => runs[name]!.at(-1)!.epoch));
  const x = {
    field: "epoch",
    type: "quantitative",
    scale: { domain: [1, Math.max(2, longest)], nice: false },
    axis: { tickMinStep: 1, format: "d", grid: false, tickCount: 8 },
  };
  const panel = { width: 320, height: 220 };
  return await drawChart({
    title,
    resolve: { legend: { strokeDash: "independent" } },
    hconcat: [
      {
        ...panel,
        data: { values: loss },
        mark: { type: "line", point: longest === 1 },
        encoding: {
          x,
          y: { field: "value", type: "quantitative", title: "loss (nats)", scale: { zero: false } },
          color,
          strokeDash: {
            field: "part",
            type: "nominal",
            title: null,
            scale: { domain: ["train", "valid"], range: [[4, 3], [1, 0]] },
            legend: { orient: "top-right", symbolStrokeColor: INK, symbolSize: 400, offset: 4 },
          },
        },
      },
      {
        ...panel,
        data: { values: f1 },
        encoding: {
          x,
          y: { field: "value", type: "quantitative", title: "macro F1 (valid)", scale: { domain: [0, 1] } },
          color,
        },
        layer: [
          { mark: "line" },
          { mark: { type: "point", filled: true, size: 50, opacity: 1 }, transform: [{ filter: "datum.best" }] },
        ],
      },
    ],
  });
}

function isHistory(histories: object): histories is readonly EpochRow[] {
  return Array.isArray(histories);
}
