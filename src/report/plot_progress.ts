/**
 * Learning curves beside those of loss and macro F1: accuracy and learning rate over the epochs.
 *
 * @module
 */
import type { EpochRow } from "../core/records.ts";
import { type Chart, drawChart } from "../explore/chart.ts";

/** Marks of the parts of a data set, as the chart of losses has them. */
const DASHES = { domain: ["train", "valid"], range: [[4, 3], [1, 0]] };

/**
 * Draws accuracy (training dashed, validation solid) and the learning rate over the epochs, a colour a run.
 *
 * @param histories The epochs' rows by the run's name, one epoch at least.
 * @returns The chart.
 */
export async function plotProgress(histories: Readonly<Record<string, readonly EpochRow[]>>): Promise<Chart> {
  const names = Object.keys(histories).filter((name) => histories[name]!.length > 0);
  const rows = names.flatMap((run) => histories[run]!.map((row) => ({ run, row })));
  const longest = Math.max(...rows.map(({ row }) => row.epoch));
  const accuracy = rows.flatMap(({ run, row: { epoch, trainAccuracy, validAccuracy } }) => [
    { run, epoch, part: "train", value: trainAccuracy },
    { run, epoch, part: "valid", value: validAccuracy },
  ]);
  const rates = rows.map(({ run, row: { epoch, lr } }) => ({ run, epoch, value: lr }));
  const x = {
    field: "epoch",
    type: "quantitative",
    scale: { domain: [1, Math.max(2, longest)], nice: false },
    axis: { tickMinStep: 1, format: "d", grid: false, tickCount: 8 },
  };
  const color = {
    field: "run",
    type: "nominal",
    scale: { domain: names },
    legend: names.length > 1 ? { orient: "bottom", title: null, columns: 5, symbolType: "stroke" } : null,
  };
  const panel = { width: 320, height: 220, mark: { type: "line", point: longest === 1 } };
  return await drawChart({
    hconcat: [
      {
        ...panel,
        data: { values: accuracy },
        encoding: {
          x,
          y: { field: "value", type: "quantitative", title: "accuracy", scale: { domain: [0, 1] } },
          color,
          strokeDash: { field: "part", type: "nominal", scale: DASHES, legend: null },
        },
      },
      {
        ...panel,
        data: { values: rates },
        encoding: {
          x,
          y: { field: "value", type: "quantitative", title: "learning rate", axis: { format: "~g" } },
          color,
        },
      },
    ],
  });
}
