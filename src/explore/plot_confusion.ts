/**
 * The confusion matrix as a heat map: for each true class, where its examples went.
 *
 * @module
 */
import type { Scores } from "../core/records.ts";
import { type Chart, type ChartOptions, drawChart, INK, SHARES } from "./chart.ts";

/** Counts with the names of their classes. */
export interface Confusion {
  /** Counts `[C, C]`, row: true class, column: predicted class. */
  readonly confusion: ArrayLike<number>;
  /** Class names, by class number. */
  readonly classes: readonly string[];
}

/** How a confusion matrix is drawn. */
export interface PlotConfusionOptions extends ChartOptions {
  /** What cells say: the percentage of their true class, or the number of examples. Colours are shares either way. */
  readonly values?: "shares" | "counts";
}

/** Pixels a cell. */
const CELL = 30;

const SUBTITLES = {
  shares: "Percent of each true class; number of examples in brackets",
  counts: "Number of examples; those of each true class in brackets",
};

/**
 * Draws a confusion matrix. Cells hold the percentage of their true class, so that the diagonal is recall, or the number of
 * examples; empty ones stay white, and a class of which there are no examples has an empty row.
 *
 * @example
 * ```ts
 * import { plotConfusion } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const chart = await plotConfusion({ confusion: [8, 2, 0, 5], classes: ["worn", "off"] });
 * assert(chart.svg.includes("80"));
 * ```
 *
 * @param scores What `score` returns, or counts and class names.
 * @returns The chart.
 * @throws {TypeError} If the counts are not C x C.
 */
export async function plotConfusion(
  scores: Scores | Confusion,
  { title, values: shown = "shares" }: PlotConfusionOptions = {},
): Promise<Chart> {
  const { confusion } = scores;
  const classes = "classes" in scores ? scores.classes : scores.perClass.map(({ name }) => name);
  const size = classes.length;
  if (confusion.length !== size * size) {
    throw new TypeError(
      `Cannot plot a confusion matrix as ${size} classes need ${
        size * size
      } counts: current number is ${confusion.length}`,
    );
  }
  const support = classes.map((_, t) => classes.reduce((sum, _, p) => sum + confusion[t * size + p]!, 0));
  const truths = classes.map((name, t) => `${name} (${support[t]!.toLocaleString("en")})`);
  const values = classes.flatMap((_, t) =>
    classes.flatMap((predicted, p) => {
      const count = confusion[t * size + p]!;
      return count > 0 ? [{ truth: truths[t]!, predicted, count, share: count / support[t]! }] : [];
    })
  );
  const axis = { grid: true, tickBand: "extent", ticks: false, domain: false };
  return await drawChart({
    title: title ?? { text: "Confusion", subtitle: SUBTITLES[shown] },
    width: { step: CELL },
    height: { step: CELL },
    data: { values },
    encoding: {
      x: {
        field: "predicted",
        type: "nominal",
        scale: { domain: classes },
        title: "predicted class",
        axis: { ...axis, labelAngle: -45 },
      },
      y: {
        field: "truth",
        type: "nominal",
        scale: { domain: truths },
        title: "true class",
        axis,
      },
    },
    layer: [
      {
        mark: { type: "rect", aria: false },
        encoding: {
          color: {
            field: "share",
            type: "quantitative",
            scale: { domain: [0, 1], range: [...SHARES], interpolate: "rgb" },
            legend: null,
          },
        },
      },
      {
        mark: { type: "text", fontSize: 10, aria: false },
        transform: [
          { calculate: "datum.share < 0.005 ? '<1' : format(100 * datum.share, '.0f')", as: "shares" },
          { calculate: "format(datum.count, '')", as: "counts" },
        ],
        encoding: {
          text: { field: shown },
          color: { condition: { test: "datum.share > 0.5", value: "#ffffff" }, value: INK },
        },
      },
    ],
  });
}
