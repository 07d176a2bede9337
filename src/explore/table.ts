/**
 * Tables for people: rows as aligned text, or as HTML.
 *
 * @module
 */
import { type DataFrame, isFrame } from "../frame/mod.ts";

/** How much of a table is written. */
export interface TableOptions {
  /** Rows at most; how many are left out is said below. */
  readonly rows?: number;
}

/** One column, its cells already text. */
interface Column {
  readonly name: string;
  readonly numeric: boolean;
  readonly cells: readonly string[];
}

/** Letters from which on cells of a column are broken into lines in HTML. */
const LONG = 70;

/** Rows of a table. */
export type Rows = DataFrame | readonly object[];

/**
 * Writes rows as aligned text: numbers to the right, rounded to four decimals and in a column to equally many, thousands
 * apart.
 *
 * @example
 * ```ts
 * import { tableText } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [{ class: "worn", images: 1200, share: 2 / 3 }, { class: "off", images: 600, share: 1 / 3 }];
 * assertEquals(tableText(rows), "class  images   share\nworn    1,200  0.6667\noff       600  0.3333");
 * ```
 *
 * @param rows A frame, or records; columns are those of the first record.
 * @returns Lines, the names first, without a line break at the end.
 */
export function tableText(rows: Rows, { rows: limit = 200 }: TableOptions = {}): string {
  const { columns, height, more } = toColumns(rows, limit);
  const widths = columns.map(({ name, cells }) => Math.max(name.length, ...cells.map(({ length }) => length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, k) => columns[k]!.numeric ? cell.padStart(widths[k]!) : cell.padEnd(widths[k]!)).join("  ")
      .trimEnd();
  return [
    line(columns.map(({ name }) => name)),
    ...Array.from({ length: height }, (_, i) => line(columns.map(({ cells }) => cells[i]!))),
    ...more,
  ].join("\n");
}

/**
 * Writes rows as an HTML table.
 *
 * @param rows A frame, or records.
 * @returns The table, every name and value escaped.
 */
export function tableHtml(rows: Rows, { rows: limit = 50 }: TableOptions = {}): string {
  const { columns, height, more } = toColumns(rows, limit);
  const cell = (tag: string, text: string, { numeric, cells }: Column) => {
    const wrapped = cells.some(({ length }) => length > LONG) ? "min-width:24em" : "white-space:nowrap";
    return `<${tag} style="text-align:${numeric ? "right" : "left"};${wrapped}">${escapeHtml(text)}</${tag}>`;
  };
  const body = Array.from(
    { length: height },
    (_, i) => `<tr>${columns.map((column) => cell("td", column.cells[i]!, column)).join("")}</tr>`,
  );
  const head = `<tr>${columns.map((column) => cell("th", column.name, column)).join("")}</tr>`;
  return `<table><thead>${head}</thead><tbody>${body.join("")}</tbody></table>${
    more.map((text) => `<p>${text}</p>`).join("")
  }`;
}

function toColumns(rows: Rows, limit: number): { columns: Column[]; height: number; more: string[] } {
  const all = isFrame(rows) ? rows.height : rows.length;
  const records = (isFrame(rows) ? rows.head(limit).toRecords() : rows.slice(0, limit)) as Record<string, unknown>[];
  const names = isFrame(rows) ? rows.columns : Object.keys(records[0] ?? {});
  const columns = names.map((name) => {
    const values = records.map((record) => record[name]);
    const present = values.filter((value) => value !== null && value !== undefined);
    const numeric = present.length > 0 && present.every((x) => typeof x === "number");
    const places = numeric ? Math.max(...present.map((x) => placesOf(x as number))) : 0;
    return { name, numeric, cells: values.map((value) => cellText(value, places)) };
  });
  return {
    columns,
    height: records.length,
    more: all === 0 ? ["no rows"] : all > limit ? [`and ${all - limit} rows more`] : [],
  };
}

/** Decimals, at most. */
const PLACES = 4;

/** Decimals that a number needs. */
function placesOf(value: number): number {
  return isSmall(value) ? 0 : numberText(value, 0).split(".")[1]?.length ?? 0;
}

/** Whether rounding would leave nothing, or hardly anything, of a number. */
function isSmall(value: number): boolean {
  return value !== 0 && Math.abs(value) < 0.001;
}

function numberText(value: number, places: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: PLACES });
}

/** What stands in a cell; numbers of a column have as many decimals as the one that needs most. */
function cellText(value: unknown, places: number): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "number") return typeof value === "string" ? value : Deno.inspect(value, { colors: false });
  return isSmall(value) ? value.toPrecision(2) : numberText(value, places);
}

/** Text as it stands in HTML, in double-quoted attributes too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
