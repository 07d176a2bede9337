/**
 * Reports for people: sections of words, tables and pictures as one HTML page that asks for nothing beyond itself, needs no
 * script, and suits light and dark rooms, wide and narrow windows.
 *
 * @module
 */
import { dirname } from "node:path";
import { ensureDir, writeAtomic } from "../io/files.ts";
import type { Chart } from "./chart.ts";
import type { Picture } from "./sheet.ts";
import { escapeHtml, type Rows, tableHtml } from "./table.ts";

/** A table with its heading. */
export interface ReportTable {
  /** What the rows are. */
  readonly title: string;
  /** A frame, or records. */
  readonly rows: Rows;
}

/** A picture with the words that stand for it. */
export interface ReportPicture {
  /** What it shows; read aloud in its place, and printed below it. */
  readonly title: string;
  /** A chart is drawn into the page, a sheet embedded as PNG. */
  readonly picture: Chart | Picture;
  /** What a file of it may be called, without an extension. */
  readonly name?: string;
}

/** One part of a report. */
export interface ReportSection {
  /** Its heading, which stands in the table of contents too. */
  readonly title: string;
  /** What it says, a paragraph a line. */
  readonly text: string;
  /** Tables, below the words. */
  readonly tables?: readonly ReportTable[];
  /** Pictures, below the tables. */
  readonly pictures?: readonly ReportPicture[];
}

/** A whole page. */
export interface Report {
  /** The page's name. */
  readonly title: string;
  /** What it says first, a paragraph a line. */
  readonly text: string;
  /** Its parts, in order. */
  readonly sections: readonly ReportSection[];
}

/** How much a report shows. */
export interface ReportOptions {
  /** Rows of a table, at most; how many are left out is said below. */
  readonly rows?: number;
}

/** The page may show what it carries and fetch nothing: https://www.w3.org/TR/CSP3/ */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** Pixels to which a sheet may be made narrower: below, its letters are too small. */
const LEAST = 800;

/** Pictures keep a white ground in the dark, as their letters are dark. */
const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #222; --faint: #666; --line: #d8d8d8; --link: #1d4f86; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #17191c; --ink: #e4e4e4; --faint: #a5a5a5; --line: #3b3f45; --link: #8fbbe8; }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 0.6rem; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 0.5rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.4rem 0 0.4rem; }
p { max-width: 46rem; margin: 0.5rem 0; }
a { color: var(--link); }
nav ol { columns: 18rem; padding-left: 1.6rem; margin: 0.5rem 0; }
.scroll { overflow-x: auto; max-width: 100%; }
.scroll:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.6rem; border-bottom: 1px solid var(--line); overflow-wrap: normal; }
thead th { border-bottom-width: 2px; }
figure { margin: 1.2rem 0; }
figure .scroll { background: #fff; border: 1px solid var(--line); border-radius: 4px; line-height: 0; width: fit-content; }
figcaption { color: var(--faint); font-size: 0.875rem; margin-top: 0.3rem; }
svg { max-width: none; }
img { max-width: 100%; height: auto; }
`;

/**
 * Writes a report as an HTML page. Charts become part of the page, other pictures `data:` addresses.
 *
 * @example
 * ```ts
 * import { reportHtml } from "maskfold";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const tables = [{ title: "Images", rows: [{ mask: "worn < off", images: 7 }] }];
 * const page = reportHtml({ title: "Data", text: "7 images.", sections: [{ title: "Classes", text: "One.", tables }] });
 * assertStringIncludes(page, "worn &#60; off");
 * ```
 *
 * @param report Title, words and sections; all text is escaped.
 * @param options Rows of a table shown, 60 by default.
 * @returns The page.
 */
export function reportHtml({ title, text, sections }: Report, { rows = 60 }: ReportOptions = {}): string {
  const contents = sections.map((section, s) => `<li><a href="#s${s + 1}">${escapeHtml(section.title)}</a></li>`);
  const parts = sections.map((section, s) => sectionHtml(section, s + 1, rows));
  return [
    `<!doctype html>`,
    `<html lang="en">`,
    `<head>`,
    `<meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escapeHtml(title)}</title>`,
    `<link rel="icon" href="data:,">`,
    `<style>${STYLE}</style>`,
    `</head>`,
    `<body>`,
    `<header><h1>${escapeHtml(title)}</h1>${paragraphs(text)}</header>`,
    `<nav aria-label="Contents"><ol>${contents.join("")}</ol></nav>`,
    `<main>`,
    ...parts,
    `</main>`,
    `</body>`,
    `</html>`,
    ``,
  ].join("\n");
}

/**
 * Writes a report's page to a file; the folder is made if it is missing.
 *
 * @param report Title, words and sections.
 * @param path The file, `report.html` say.
 * @param options Rows of a table shown.
 */
export async function writeReport(report: Report, path: string, options: ReportOptions = {}): Promise<void> {
  await ensureDir(dirname(path));
  await writeAtomic(path, reportHtml(report, options));
}

function sectionHtml({ title, text, tables = [], pictures = [] }: ReportSection, number: number, rows: number): string {
  return [
    `<section aria-labelledby="s${number}">`,
    `<h2 id="s${number}">${escapeHtml(title)}</h2>`,
    paragraphs(text),
    ...tables.map((table) =>
      `<h3>${escapeHtml(table.title)}</h3>${scroll(table.title, tableHtml(table.rows, { rows }))}`
    ),
    ...pictures.map((picture, p) => figureHtml(picture, `s${number}p${p + 1}`)),
    `</section>`,
  ].join("\n");
}

function paragraphs(text: string): string {
  return text.split("\n").filter((line) => line.trim()).map((line) => `<p>${escapeHtml(line)}</p>`).join("\n");
}

/** What may be wider than the window scrolls by itself, with the keyboard too. */
function scroll(title: string, inner: string): string {
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(title)}">${inner}</div>`;
}

function figureHtml({ title, picture }: ReportPicture, id: string): string {
  const label = escapeHtml(title);
  return `<figure>${scroll(title, imageHtml(picture, label, id))}<figcaption>${label}</figcaption></figure>`;
}

function imageHtml(picture: Chart | Picture, label: string, id: string): string {
  const [height, width] = picture.size;
  if ("png" in picture) {
    const source = `data:image/png;base64,${picture.png.toBase64()}`;
    const style = `min-width:${Math.min(width, LEAST)}px`;
    return `<img src="${source}" width="${width}" height="${height}" style="${style}" alt="${label}">`;
  }
  return ownIds(picture.svg, id).replace("<svg", `<svg role="img" aria-label="${label}"`);
}

/** Names within a picture, of clip paths and gradients, are made its own: a page holds many pictures. */
function ownIds(svg: string, prefix: string): string {
  return svg.replace(/<[^>]+>/g, (tag) =>
    tag.replace(/ id="([^"]+)"/g, ` id="${prefix}-$1"`)
      .replace(/url\((['"]|&quot;)?#([^)'"&]+)(['"]|&quot;)?\)/g, `url(#${prefix}-$2)`)
      .replace(/href="#([^"]+)"/g, `href="#${prefix}-$1"`));
}
