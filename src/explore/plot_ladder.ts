/**
 * The ladder as a chart: the score after each step with its interval, from a single model to the last decision.
 *
 * @module
 */
import { type Chart, type ChartOptions, COLORS, drawChart, INK } from "./chart.ts";

/** A rung of the ladder. */
export interface LadderRung {
  /** What was done. */
  readonly name: string;
  /** The score after it. */
  readonly score: number;
  /** Lower end of its interval. */
  readonly low: number;
  /** Upper end of its interval. */
  readonly high: number;
  /** Whether it was kept; what was not is drawn hollow. */
  readonly kept: boolean;
  /** The score on test images, where it is known. */
  readonly test?: number;
}

/** What the chart says of itself. */
export interface PlotLadderOptions extends ChartOptions {
  /** What the score is; "macro F1" by default. */
  readonly score?: string;
}

/** Pixels between the axis's ends. */
const WIDTH = 440;

/** What marks stand for. */
const KINDS = ["out-of-fold, kept", "out-of-fold, left out", "test"] as const;

/**
 * Draws the score after each step as a dot with its interval, from top to bottom, and the first score as a line down; to the right
 * stand the scores, with their differences to the first.
 *
 * @example
 * ```ts
 * import { plotLadder } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const chart = await plotLadder([
 *   { name: "single model", score: 0.7, low: 0.65, high: 0.75, kept: true },
 *   { name: "TTA", score: 0.72, low: 0.67, high: 0.77, kept: true },
 *   { name: "offsets", score: 0.71, low: 0.66, high: 0.76, kept: false },
 * ]);
 * assert(chart.svg.includes("left out"));
 * ```
 *
 * @param rungs The steps in order.
 * @returns The chart.
 * @throws {RangeError} If there is none.
 */
export async function plotLadder(
  rungs: readonly LadderRung[],
  { score: of = "macro F1", title }: PlotLadderOptions = {},
): Promise<Chart> {
  const first = rungs[0];
  if (first === undefined) throw new RangeError("Cannot plot a ladder as it must have at least one step");
  const values = rungs.flatMap(({ name, score, low, high, kept, test }) => [
    { name, score, low, high, kind: kept ? KINDS[0] : KINDS[1], text: textOf(score, first.score) },
    ...test === undefined ? [] : [{ name, score: test, low: null, high: null, kind: KINDS[2], text: "" }],
  ]);
  const kinds = KINDS.filter((kind) => values.some((value) => value.kind === kind));
  const ownOnly = { filter: `datum.kind !== '${KINDS[2]}'` };
  const y = {
    field: "name",
    type: "nominal",
    scale: { domain: rungs.map(({ name }) => name) },
    title: null,
    axis: { ticks: false, domain: false, labelPadding: 6, grid: false },
  };
  const x = (field: string) => ({
    field,
    type: "quantitative",
    scale: { zero: false, padding: 12 },
    title: of,
    axis: { tickCount: 6, format: ".3~f" },
  });
  const range = (marks: Readonly<Record<string, string>>) => ({
    domain: kinds,
    range: kinds.map((kind) => marks[kind]),
  });
  const kind = { field: "kind", type: "nominal", legend: kinds.length > 1 ? { title: null, orient: "bottom" } : null };
  return await drawChart({
    title: title ?? { text: `What each step buys in ${of}`, subtitle: "with intervals over persons" },
    width: WIDTH,
    height: { step: 34 },
    data: { values },
    layer: [
      {
        mark: { type: "rule", color: INK, strokeDash: [4, 3] },
        encoding: { x: { datum: first.score, type: "quantitative" } },
      },
      {
        transform: [ownOnly],
        mark: { type: "rule", color: COLORS[0], strokeWidth: 2 },
        encoding: { y, x: x("low"), x2: { field: "high" } },
      },
      {
        mark: { type: "point", size: 70, opacity: 1, strokeWidth: 2, filled: false },
        encoding: {
          y,
          x: x("score"),
          stroke: { ...kind, scale: range({ [KINDS[0]]: COLORS[0]!, [KINDS[1]]: COLORS[0]!, [KINDS[2]]: COLORS[1]! }) },
          fill: { ...kind, scale: range({ [KINDS[0]]: COLORS[0]!, [KINDS[1]]: "#ffffff", [KINDS[2]]: COLORS[1]! }) },
          shape: { ...kind, scale: range({ [KINDS[0]]: "circle", [KINDS[1]]: "circle", [KINDS[2]]: "diamond" }) },
        },
      },
      {
        transform: [ownOnly],
        mark: { type: "text", align: "left", color: INK },
        encoding: { y, x: { value: WIDTH + 10 }, text: { field: "text" } },
      },
    ],
  });
}

/** A score, and how much above the first it is. */
function textOf(score: number, first: number): string {
  const difference = score - first, sign = difference < 0 ? "-" : "+";
  return `${score.toFixed(4)}${difference === 0 ? "" : ` (${sign}${Math.abs(difference).toFixed(4)})`}`;
}
