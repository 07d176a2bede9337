/**
 * Showing frames, charts and pictures where they are asked for: as rich output in a notebook, as text elsewhere.
 *
 * @module
 */
import { isFrame } from "../frame/mod.ts";
import { rasterize } from "../io/raster.ts";
import type { Chart } from "./chart.ts";
import type { Picture } from "./contact_sheet.ts";
import { type Rows, tableHtml, tableText } from "./table.ts";

/** What notebooks know how to draw of vega-lite. */
const NOTEBOOK_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

/** Milliseconds after which a display has left the kernel: without them a cell's last output can get lost. */
const SETTLE = 30;

/**
 * Shows a value, or what a promise comes to. In a Jupyter kernel frames and lists of records become tables, charts come with
 * their spec, SVG and PNG, pictures as PNG, and nothing is returned; it must be awaited. Elsewhere nothing is printed and
 * the text is returned: a table's lines, a chart's or picture's title or size, anything else as Deno prints it.
 *
 * @example
 * ```ts
 * import { show } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await show([{ fold: 0, images: 70 }]), "fold  images\n   0      70");
 * ```
 *
 * @param value A frame, records, a chart, a picture, or anything else.
 * @returns Text outside a notebook, nothing inside.
 */
export async function show(value: unknown): Promise<string | undefined> {
  const made = await value;
  if (!inNotebook()) return textOf(made);
  await Deno.jupyter.display(await bundleOf(made), { raw: true });
  await new Promise((resolve) => setTimeout(resolve, SETTLE));
}

/**
 * A value in the forms that notebooks take, by media type.
 *
 * @param value A frame, records, a chart, a picture, or anything else.
 * @returns Every form there is of it; plain text always.
 */
export async function bundleOf(value: unknown): Promise<Record<string, string | object>> {
  const text = { "text/plain": textOf(value) };
  if (isTable(value)) return { ...text, "text/html": tableHtml(value) };
  if (isPicture(value)) return { ...text, "image/png": value.png.toBase64() };
  if (!isChart(value)) return text;
  return {
    ...text,
    "application/vnd.vegalite.v5+json": { ...value.spec, $schema: NOTEBOOK_SCHEMA },
    "image/svg+xml": value.svg,
    "image/png": (await rasterize(value.svg, { colors: 256 })).toBase64(),
  };
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (isTable(value)) return tableText(value);
  if (isPicture(value)) return `picture of ${value.size[1]} x ${value.size[0]} pixels`;
  if (!isChart(value)) return Deno.inspect(value, { colors: false });
  const { title } = value.spec as { title?: string | { text: string } };
  return `chart: ${typeof title === "object" ? title.text : title ?? "untitled"}`;
}

function isTable(value: unknown): value is Rows {
  return isFrame(value) ||
    Array.isArray(value) && value.length > 0 &&
      value.every((row) => typeof row === "object" && row && !Array.isArray(row));
}

function isChart(value: unknown): value is Chart {
  return typeof value === "object" && value !== null && "spec" in value && "svg" in value;
}

function isPicture(value: unknown): value is Picture {
  return typeof value === "object" && value !== null && "png" in value && "svg" in value;
}

function inNotebook(): boolean {
  try {
    return typeof Deno.jupyter.display === "function";
  } catch {
    return false; // outside the kernel Deno.jupyter throws on access
  }
}
