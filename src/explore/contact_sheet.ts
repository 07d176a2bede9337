/**
 * Contact sheets: many photographs on one page, each with a few words below it.
 *
 * @module
 */
import { join } from "node:path";
import { checkInteger } from "../core/check.ts";
import { type Dataset, type Sample, UNKNOWN_LABEL } from "../core/records.ts";
import { rasterize } from "../io/raster.ts";
import { thumbnails } from "../io/thumbnails.ts";

/** A picture made of pixels. */
export interface Picture {
  /** The picture with its photographs embedded as JPEG and its letters as text. */
  readonly svg: string;
  /** The same as a PNG file's bytes, in 256 colours. */
  readonly png: Uint8Array<ArrayBuffer>;
  /** Height and width in pixels. */
  readonly size: readonly [height: number, width: number];
}

/** How a sheet is laid out. */
export interface ContactSheetOptions {
  /** Photographs in a row. */
  readonly columns?: number;
  /** Height and width of a photograph in pixels; it is cut to this shape around its middle. */
  readonly size?: readonly [height: number, width: number];
  /** What stands below a photograph, three lines at most; the default is its class, or its id where that is unknown. */
  readonly label?: (sample: Sample, position: number) => string;
}

const GAP = 8, LINE = 13, FONT = 10.5, LINES = 3;

/** Mean width of a letter of DejaVu Sans as a share of its size. */
const LETTER = 0.6;

/**
 * Lays photographs out on a page. One that cannot be decoded is a grey tile that says so.
 *
 * @example
 * ```ts
 * import { contactSheet, makeSchema, rasterize } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * await Deno.writeFile(`${root}/1.png`, await rasterize(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="12"/>`));
 * const schema = makeSchema([{ name: "mask", levels: ["worn", "off"] }]);
 * const samples = [{ id: "1", path: "1.png", group: "p", label: 1, attributes: { mask: "off" } }];
 * const sheet = await contactSheet({ schema, samples, root, faults: [] }, [0], { size: [80, 60] });
 * assertEquals(sheet.size, [109, 76]);
 * await Deno.remove(root, { recursive: true });
 * ```
 *
 * @param dataset Where the samples and their files are.
 * @param which Samples, or their indices, in the order of the page.
 * @returns The page.
 * @throws {RangeError} If there is nothing to show, or no sample has an index.
 */
export async function contactSheet(
  dataset: Dataset,
  which: ArrayLike<number> | readonly Sample[],
  { columns = 7, size = [160, 120], label = className(dataset) }: ContactSheetOptions = {},
): Promise<Picture> {
  checkInteger("make a contact sheet", "columns", columns, { min: 1 });
  const samples = Array.from(which as ArrayLike<number | Sample>, (item) => {
    const sample = typeof item === "number" ? dataset.samples[item] : item;
    if (sample) return sample;
    throw new RangeError(
      `Cannot make a contact sheet as indices must be 0 to ${dataset.samples.length - 1}: current value is ${item}`,
    );
  });
  if (samples.length === 0) throw new RangeError("Cannot make a contact sheet as there is nothing to show");
  const [height, width] = size;
  const files = await thumbnails(samples.map(({ path }) => join(dataset.root, path)), { size });
  const labels = samples.map((sample, i) => wrap(label(sample, i), Math.floor(width / (FONT * LETTER))));
  const lines = Math.max(...labels.map(({ length }) => length));
  const rowHeight = height + lines * LINE + GAP;
  const across = Math.min(columns, samples.length);
  const pageWidth = across * (width + GAP) + GAP;
  const pageHeight = Math.ceil(samples.length / columns) * rowHeight + GAP;
  const tiles = samples.map((_, i) => {
    const x = GAP + (i % columns) * (width + GAP), y = GAP + Math.floor(i / columns) * rowHeight;
    return tile(files[i]!, labels[i]!, { x, y, width, height });
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${pageWidth}" height="${pageHeight}" ` +
    `viewBox="0 0 ${pageWidth} ${pageHeight}" font-family="sans-serif" font-size="${FONT}" text-anchor="middle">` +
    `<rect width="${pageWidth}" height="${pageHeight}" fill="#fff"/>${tiles.join("")}</svg>`;
  return { svg, png: await rasterize(svg, { colors: 256 }), size: [pageHeight, pageWidth] };
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function tile(file: Uint8Array<ArrayBuffer> | Error, lines: readonly string[], { x, y, width, height }: Box): string {
  const box = `x="${x}" y="${y}" width="${width}" height="${height}"`;
  const middle = x + width / 2;
  const picture = file instanceof Error
    ? `<rect ${box} fill="#e3e3e3"/><text x="${middle}" y="${y + height / 2}" fill="#777">unreadable</text>`
    : `<image ${box} href="data:image/jpeg;base64,${file.toBase64()}"/>`;
  const text = lines.map((line, i) =>
    `<text x="${middle}" y="${y + height + (i + 1) * LINE - 1}" fill="#333">${escapeXml(line)}</text>`
  );
  return picture + text.join("");
}

function className({ schema }: Dataset): (sample: Sample) => string {
  return ({ id, label }) => label === UNKNOWN_LABEL ? id : schema.classes[label]!;
}

/** Breaks text at spaces into lines of so many letters; what does not fit ends in an ellipsis. */
function wrap(text: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && (last.length + 1 + word.length <= letters || lines.length === LINES)) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines.map((line) => line.length > letters ? `${line.slice(0, letters - 1)}…` : line);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[mark]!);
}
