/**
 * Learning curves beside those of loss and macro F1: accuracy and learning rate over the epochs.
 *
 * @module
 */
import type { EpochRow } from "../core/records.ts";
import { type Chart, drawChart } from "../explore/chart.ts";

/** Marks of the parts of a data set, as the chart of losses has them. */
const DASHES = { domain: ["train", "valid"], range: [[4, 3], [1, 0]] };

type Score = "trainLoss" | "trainAccuracy" | "validAccuracy" | "lr";

/** What stands on an axis: its title, its options, and what is drawn of the training and of the validation. */
interface Panel {
  readonly title: string;
  readonly axis: object;
  readonly train?: Score;
  readonly valid?: Score;
}

const LOSS: Panel = { title: "training loss (nats)", axis: { scale: { zero: false } }, train: "trainLoss" };
const ACCURACY: Panel = {
  title: "accuracy",
  axis: { scale: { domain: [0, 1] } },
  train: "trainAccuracy",
  valid: "validAccuracy",
};
const RATE: Panel = { title: "learning rate", axis: { axis: { format: "~g" } }, valid: "lr" };

/**
 * Draws accuracy (training dashed, validation solid) and the learning rate over the epochs, a colour a run.
 *
 * @param histories The epochs' rows by the run's name, one epoch at least.
 * @param options Whether the training's loss stands before them, as where nothing is validated; not by default.
 * @returns The chart.
 */
export async function plotProgress(
  histories: Readonly<Record<string, readonly EpochRow[]>>,
  { loss = false }: { readonly loss?: boolean } = {},
): Promise<Chart> {
  const names = Object.keys(histories).filter((name) => histories[name]!.length > 0);
  const longest = Math.max(...names.map((name) => histories[name]!.at(-1)!.epoch));
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
  const panels = [...loss ? [LOSS] : [], ACCURACY, RATE];
  return await drawChart({
    hconcat: panels.map(({ title, axis, ...parts }) => ({
      width: loss ? 260 : 320,
      height: 220,
      mark: { type: "line", point: longest === 1 },
      data: { values: names.flatMap((run) => pointsOf(run, histories[run]!, parts)) },
      encoding: {
        x,
        y: { field: "value", type: "quantitative", title, ...axis },
        color,
        strokeDash: { field: "part", type: "nominal", scale: DASHES, legend: null },
      },
    })),
  });
}

/** What was measured, without the scores of epochs that were not validated. */
function pointsOf(run: string, rows: readonly EpochRow[], parts: Pick<Panel, "train" | "valid">): object[] {
  return rows.flatMap((row) =>
    (["train", "valid"] as const).flatMap((part) => {
      const key = parts[part], value = key && row[key];
      return Number.isFinite(value) ? [{ run, epoch: row.epoch, part, value }] : [];
    })
  );
}
