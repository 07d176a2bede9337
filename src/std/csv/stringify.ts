/**
 * Writes comma-separated values by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180).
 *
 * @module
 */

/** A row. */
export type DataItem = Readonly<Record<string, unknown>> | readonly unknown[];

/** A column whose header is not the name of its property. */
export interface ColumnDetails {
  /** What stands in the first line; the last part of `prop` unless given. */
  header?: string;
  /** The property, or the way to a nested one. */
  prop: PropertyAccessor | readonly PropertyAccessor[];
}

type PropertyAccessor = string | number;

/** Which property a column shows. */
export type Column = ColumnDetails | PropertyAccessor | readonly PropertyAccessor[];

/** How rows are written. */
export interface StringifyOptions {
  /** Whether the first line names the columns; yes unless given. */
  headers?: boolean;
  /** Stands between fields; a comma unless given. */
  separator?: string;
  /** The columns; needed where rows are objects. */
  columns?: readonly Column[];
  /** Whether the text begins with a byte order mark. */
  bom?: boolean;
}

/** Turns rows into text, each line ending in CRLF. */
export function stringify(data: readonly DataItem[], options: StringifyOptions = {}): string {
  const { headers = true, separator = ",", columns = [], bom = false } = options;
  if (separator.includes('"') || separator.includes("\r\n")) {
    throw new TypeError(`Cannot stringify data as the separator cannot include a quotation mark or CRLF`);
  }
  const paths = columns.map((column) => {
    const details = typeof column === "object" && "prop" in column ? column : { prop: column, header: undefined };
    const path = typeof details.prop === "object" ? details.prop : [details.prop];
    return { path, header: details.header ?? path.at(-1) };
  });
  const lines: unknown[][] = data.map((row) => {
    if (paths.length > 0) return paths.map(({ path }) => path.reduce<unknown>(property, row));
    if (Array.isArray(row)) return row;
    throw new TypeError("Cannot stringify data as no columns were given for an object");
  });
  if (headers && paths.length > 0) lines.unshift(paths.map(({ header }) => header));
  const text = lines.map((fields) => `${fields.map((field) => escaped(field, separator)).join(separator)}\r\n`).join(
    "",
  );
  return bom ? `\ufeff${text}` : text;
}

function property(value: unknown, name: string | number): unknown {
  if (Array.isArray(value) && typeof name !== "number") {
    throw new TypeError(`Cannot stringify data as an array's column must be a number: current value is "${name}"`);
  }
  return (value as Record<string, unknown> | null | undefined)?.[name];
}

function escaped(value: unknown, separator: string): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const plain = !text.includes(separator) && !text.includes("\n") && !text.includes('"');
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}
