/**
 * Pages of pictures in rows, each with lines of text below it: what contact sheets and sheets of pixels are laid out by.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { rasterize } from "../io/raster.ts";

/** A picture made of pixels. */
export interface Picture {
  /** The picture with its photographs embedded as image files and its letters as text. */
  readonly svg: string;
  /** The same as a PNG file's bytes. */
  readonly png: Uint8Array<ArrayBuffer>;
  /** Height and width in pixels. */
  readonly size: readonly [height: number, width: number];
}

/** One place on a page. */
export interface Tile {
  /** The image as a data URL; without it a grey box says "unreadable". */
  readonly href?: string;
  /** Lines of text below it. */
  readonly lines: readonly string[];
}

/** How a page is laid out. */
export interface SheetOptions {
  /** Tiles in a row. */
  readonly columns: number;
  /** Tiles in a row after which the gap is wider; none unless given. */
  readonly together?: number;
  /** Height and width of a tile's image on the page, in pixels. */
  readonly size: Size;
  /** Colours of the PNG, 2..256; all are kept without it. */
  readonly colors?: number;
}

const GAP = 8, WIDE_GAP = 28, LINE = 13, FONT = 10.5;

/** Mean width of a letter of DejaVu Sans as a share of its size. */
const LETTER = 0.6;

/** How many letters have room below a tile so wide, in pixels. */
export function lettersIn(width: number): number {
  return Math.floor(width / (FONT * LETTER));
}

/**
 * Breaks text at spaces into lines.
 *
 * @param letters Letters in a line, at most.
 * @param most Lines, at most; what does not fit stays on the last one.
 */
export function breakLines(text: string, letters: number, most = Infinity): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && (last.length + 1 + word.length <= letters || lines.length === most)) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** Lays tiles out on a page, row by row. */
export async function sheet(
  tiles: readonly Tile[],
  { columns, together = columns, size, colors }: SheetOptions,
): Promise<Picture> {
  const [height, width] = size;
  const lines = Math.max(...tiles.map((tile) => tile.lines.length));
  const rowHeight = height + lines * LINE + GAP;
  const left = (column: number) => GAP + column * (width + GAP) + Math.floor(column / together) * (WIDE_GAP - GAP);
  const pageWidth = left(Math.min(columns, tiles.length) - 1) + width + GAP;
  const pageHeight = Math.ceil(tiles.length / columns) * rowHeight + GAP;
  const drawn = tiles.map((tile, i) => {
    const x = left(i % columns), y = GAP + Math.floor(i / columns) * rowHeight;
    return draw(tile, { x, y, width, height });
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${pageWidth}" height="${pageHeight}" ` +
    `viewBox="0 0 ${pageWidth} ${pageHeight}" font-family="sans-serif" font-size="${FONT}" text-anchor="middle">` +
    `<rect width="${pageWidth}" height="${pageHeight}" fill="#fff"/>${drawn.join("")}</svg>`;
  return { svg, png: await rasterize(svg, { colors }), size: [pageHeight, pageWidth] };
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function draw({ href, lines }: Tile, { x, y, width, height }: Box): string {
  const box = `x="${x}" y="${y}" width="${width}" height="${height}"`;
  const middle = x + width / 2;
  const picture = href === undefined
    ? `<rect ${box} fill="#e3e3e3"/><text x="${middle}" y="${y + height / 2}" fill="#777">unreadable</text>`
    : `<image ${box} image-rendering="optimizeSpeed" href="${href}"/>`;
  const text = lines.map((line, i) =>
    `<text x="${middle}" y="${y + height + (i + 1) * LINE - 1}" fill="#333">${escapeXml(line)}</text>`
  );
  return picture + text.join("");
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[mark]!);
}
