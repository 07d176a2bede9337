/**
 * Charts: vega-lite specs (https://vega.github.io/vega-lite/) drawn to SVG without a browser, all in one look.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";

/** A drawn chart. */
export interface Chart {
  /** The vega-lite spec, data included; opens in any vega editor. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** The picture. */
  readonly svg: string;
  /** Height and width in pixels. */
  readonly size: readonly [height: number, width: number];
}

/** What every chart's caller may set. */
export interface ChartOptions {
  /** Replaces the chart's own title; "" leaves it out. */
  readonly title?: string;
}

/** Colours of categories: dark enough to carry white letters, apart from each other for the colour-blind too. */
export const COLORS: readonly string[] = [
  "#3d6b99",
  "#c9762f",
  "#5a8f69",
  "#a1495d",
  "#7d6aa8",
  "#8c7a3f",
  "#4a9aa5",
  "#7f7f7f",
];

/** From no share at all to all of it. */
export const SHARES: readonly string[] = ["#ffffff", "#1d4f86"];

/** Letters. */
export const INK = "#333333";

const CONFIG = {
  font: "sans-serif",
  background: "#ffffff",
  padding: 8,
  title: { anchor: "start", fontSize: 14, fontWeight: "bold", color: INK, subtitleColor: "#666666", offset: 10 },
  axis: {
    labelColor: INK,
    titleColor: INK,
    titleFontWeight: "normal",
    gridColor: "#e3e3e3",
    domainColor: "#888888",
    tickColor: "#888888",
    labelLimit: 400,
    titlePadding: 8,
    labelFlush: false,
  },
  legend: { labelColor: INK, titleColor: INK, titleFontWeight: "normal", labelLimit: 400 },
  header: { labelColor: INK, titleColor: INK },
  view: { stroke: null },
  range: { category: [...COLORS] },
};

/**
 * Draws a vega-lite spec.
 *
 * @param spec The spec, with its data and without a schema or config of its own.
 * @returns The spec completed by schema and config, and the picture.
 */
export async function drawChart(spec: Readonly<Record<string, unknown>>): Promise<Chart> {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  (vega as unknown as Metrics).textMetrics.width = textWidth;
  const whole = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    config: CONFIG,
    ...spec,
    title: spec.title || undefined,
  };
  const view = new vega.View(vega.parse(vegaLite.compile(whole as unknown as TopLevelSpec).spec), { renderer: "none" });
  try {
    const svg = await view.toSVG();
    const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
    return { spec: whole, svg, size: [Math.ceil(Number(height)), Math.ceil(Number(width))] };
  } finally {
    view.finalize();
  }
}

/** A piece of text as vega lays it out. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

/** The part of vega, missing from its types, that says how wide text is. */
interface Metrics {
  readonly textMetrics: { width: (item: TextItem, text: unknown) => number };
}

/**
 * Width of text in pixels, from DejaVu Sans's mean widths of narrow, wide, capital and other letters: without a canvas vega
 * itself takes 0.8 of the font size for every letter, which leaves gaps in legends and below slanted labels.
 */
function textWidth({ fontSize = 11, fontWeight = "normal" }: TextItem, text: unknown): number {
  let em = 0;
  for (const letter of `${text ?? ""}`.trim()) {
    em += "iljtfrI.,:;'|!()[] ".includes(letter)
      ? 0.39
      : "mwMW@%".includes(letter)
      ? 0.96
      : letter > "\u2000"
      ? 1
      : /\p{Lu}/u.test(letter)
      ? 0.72
      : 0.64;
  }
  return em * fontSize * (fontWeight === "bold" || Number(fontWeight) >= 600 ? 1.13 : 1);
}
