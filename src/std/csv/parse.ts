/**
 * Reads comma-separated values by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180) in one pass, character by character.
 *
 * @module
 */

/** How text is read. */
export interface ParseOptions {
  /** Stands between fields; a comma unless given. */
  separator?: string;
  /** Lines that begin with it are skipped. */
  comment?: string;
  /** Whether white space before a field is dropped. */
  trimLeadingSpace?: boolean;
  /** Whether quotes may stand unescaped inside a field. */
  lazyQuotes?: boolean;
  /** Fields in each row: 0 as many as in the first, negative or absent any number. */
  fieldsPerRecord?: number;
  /** Whether the first row is left out; without columns it gives their names. */
  skipFirstRow?: boolean;
  /** Names of the columns: rows become objects. */
  columns?: readonly string[];
}

/** A row as an object. */
export type RecordWithColumn<C extends string> = string extends C ? Record<string, string | undefined>
  : Record<C, string>;

/** What rows become under given options. */
export type ParseResult<O, T> = T extends O & { columns: readonly (infer C extends string)[] } ? RecordWithColumn<C>[]
  : T extends O & { skipFirstRow: true } ? Record<string, string | undefined>[]
  : T extends O & { columns?: undefined; skipFirstRow?: false | undefined } ? string[][]
  : Record<string, string | undefined>[] | string[][];

/** Parses text into rows of fields, or into objects where the columns have names. */
export function parse(input: string): string[][];
export function parse<const T extends ParseOptions>(input: string, options: T): ParseResult<ParseOptions, T>;
export function parse(input: string, options: ParseOptions = {}): string[][] | Record<string, string | undefined>[] {
  const { columns, skipFirstRow = false } = options;
  const rows = readRows(input, options);
  if (!columns && !skipFirstRow) return rows;
  const first = skipFirstRow ? rows.shift() : undefined;
  const names = columns ?? first;
  if (!names) throw new TypeError("Cannot parse input: headers must be defined");
  return rows.map((row, i) => {
    if (row.length !== names.length) {
      const line = i + (first ? 1 : 0);
      throw new SyntaxError(
        `Syntax error on line ${line + 1}: the row has ${row.length} fields, the header has ${names.length}`,
      );
    }
    return Object.fromEntries(names.map((name, k) => [name, row[k]]));
  });
}

function readRows(input: string, options: ParseOptions): string[][] {
  const { separator = ",", comment, fieldsPerRecord = -1 } = options;
  const unfit = (mark: string) => mark === "" || /["\r\n]/.test(mark);
  if (unfit(separator) || (comment !== undefined && (unfit(comment) || comment === separator))) {
    throw new Error("Cannot parse input: Invalid Delimiter");
  }
  const rows: string[][] = [];
  const cursor = startOf(input);
  let expected = fieldsPerRecord;
  while (cursor.at < cursor.end) {
    if (endLine(cursor)) continue; // an empty line
    if (comment !== undefined && input.startsWith(comment, cursor.at)) {
      while (cursor.at < cursor.end && lineEnd(cursor) === 0) cursor.at++;
      continue;
    }
    cursor.recordLine = cursor.line;
    const row = readRow(cursor, separator, options);
    if (expected === 0) expected = row.length;
    if (expected > 0 && row.length !== expected) {
      throw new SyntaxError(`record on line ${cursor.recordLine}: wrong number of fields`);
    }
    rows.push(row);
    endLine(cursor);
  }
  return rows;
}

/** A place in the text. */
interface Cursor {
  readonly text: string;
  /** Where the text ends. */
  readonly end: number;
  /** The next character. */
  at: number;
  /** Its line, counted from 1. */
  line: number;
  /** Where that line starts. */
  lineStart: number;
  /** The line that its record began on. */
  recordLine: number;
}

function startOf(text: string): Cursor {
  const at = text.startsWith("\ufeff") ? 1 : 0;
  const end = text.endsWith("\r") ? text.length - 1 : text.length; // a carriage return at the very end is in no field
  return { text, end, at, line: 1, lineStart: at, recordLine: 1 };
}

/** The length of the line end that comes next, 0 if none does. */
function lineEnd({ text, at }: Cursor): number {
  return text[at] === "\n" ? 1 : text.startsWith("\r\n", at) ? 2 : 0;
}

/** Steps over a line end, if one comes next. */
function endLine(cursor: Cursor): boolean {
  const width = lineEnd(cursor);
  if (width === 0) return false;
  cursor.at += width;
  cursor.line++;
  cursor.lineStart = cursor.at;
  return true;
}

function readRow(
  cursor: Cursor,
  separator: string,
  { trimLeadingSpace = false, lazyQuotes = false }: ParseOptions,
): string[] {
  const { text, end } = cursor;
  const fieldEnds = () => cursor.at >= end || lineEnd(cursor) > 0 || text.startsWith(separator, cursor.at);
  const row: string[] = [];
  for (;;) {
    if (trimLeadingSpace) {
      while (cursor.at < end && lineEnd(cursor) === 0 && /\s/.test(text[cursor.at]!)) cursor.at++;
    }
    const isQuoted = cursor.at < end && text[cursor.at] === '"';
    row.push((isQuoted ? readQuoted : readPlain)(cursor, fieldEnds, lazyQuotes));
    if (cursor.at >= end || lineEnd(cursor) > 0) return row;
    cursor.at += separator.length;
  }
}

function readPlain(cursor: Cursor, fieldEnds: () => boolean, lazyQuotes: boolean): string {
  const start = cursor.at;
  for (; !fieldEnds(); cursor.at++) {
    if (cursor.text[cursor.at] === '"' && !lazyQuotes) throw faultAt(cursor, 'bare " in non-quoted-field');
  }
  return cursor.text.slice(start, cursor.at);
}

function readQuoted(cursor: Cursor, fieldEnds: () => boolean, lazyQuotes: boolean): string {
  const { text, end } = cursor;
  let field = "";
  cursor.at++;
  while (cursor.at < end) {
    if (endLine(cursor)) field += "\n";
    else if (text[cursor.at] !== '"') field += text[cursor.at++];
    else if (text[cursor.at + 1] === '"') {
      field += '"';
      cursor.at += 2;
    } else {
      cursor.at++;
      if (fieldEnds()) return field;
      if (!lazyQuotes) throw faultAt({ ...cursor, at: cursor.at - 1 }, 'extraneous or missing " in quoted-field');
      field += '"';
    }
  }
  if (!lazyQuotes) throw faultAt(cursor, 'extraneous or missing " in quoted-field');
  return field;
}

function faultAt({ text, at, line, lineStart, recordLine }: Cursor, rule: string): SyntaxError {
  const column = [...text.slice(lineStart, at)].length + 1;
  const record = line === recordLine ? "" : `record on line ${recordLine}; `;
  return new SyntaxError(`${record}parse error on line ${line}, column ${column}: ${rule}`);
}
