/**
 * Showing frames, charts and pictures where they are asked for: as rich output in a notebook, as text elsewhere.
 *
 * @module
 */
import { isFrame } from "../frame/mod.ts";
import { rasterize } from "../io/raster.ts";
import type { Chart } from "./chart.ts";
import type { Picture } from "./sheet.ts";
import { type Rows, tableHtml, tableText } from "./table.ts";

/** What notebooks know how to draw of vega-lite. */
const NOTEBOOK_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

/** Milliseconds after which a display has left the kernel: without them a cell's last output can get lost. */
const SETTLE = 30;

/**
 * Shows a value, or what a promise comes to. In a Jupyter kernel frames and lists of records become tables, charts come with
 * their spec and as PNG, pictures as PNG, and nothing is returned; it must be awaited. Elsewhere nothing is printed and
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
  await Deno.jupyter.broadcast("display_data", { ...await bundleOf(made), transient: {} });
  await new Promise((resolve) => setTimeout(resolve, SETTLE));
}

/** A value as notebooks take it: https://jupyter-client.readthedocs.io/en/stable/messaging.html#display-data */
export interface Bundle {
  /** Its forms by media type; the reader's program takes the richest that it knows. */
  readonly data: Readonly<Record<string, string | object>>;
  /** What else there is to say of a form, by media type: a picture's width and height on the page. */
  readonly metadata: Readonly<Record<string, { readonly width: number; readonly height: number }>>;
}

/**
 * A value in the forms that notebooks take. SVG is left out on purpose: programs that clean notebooks (nbconvert, untrusted
 * notebooks in Jupyter) prefer it to PNG and then empty it. PNG charts have two pixels for each one on the page.
 *
 * @param value A frame, records, a chart, a picture, or anything else.
 * @returns Every form there is of it; plain text always.
 */
export async function bundleOf(value: unknown): Promise<Bundle> {
  const text = { "text/plain": textOf(value) };
  if (isTable(value)) return { data: { ...text, "text/html": tableHtml(value) }, metadata: {} };
  if (isPicture(value)) {
    const [height, width] = value.size;
    return { data: { ...text, "image/png": value.png.toBase64() }, metadata: { "image/png": { width, height } } };
  }
  if (!isChart(value)) return { data: text, metadata: {} };
  const [height, width] = value.size;
  const png = await rasterize(value.svg, { scale: 2, colors: 64 });
  return {
    data: {
      ...text,
      "application/vnd.vegalite.v5+json": { ...value.spec, $schema: NOTEBOOK_SCHEMA },
      "image/png": png.toBase64(),
    },
    metadata: { "image/png": { width, height } },
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
    return typeof Deno.jupyter.broadcast === "function";
  } catch {
    return false; // outside the kernel Deno.jupyter throws on access
  }
}
