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
  const { separator = ",", comment, trimLeadingSpace = false, lazyQuotes = false, fieldsPerRecord = -1 } = options;
  const bad = (mark: string) => mark.length !== [...mark].length || /["\r\n]/.test(mark) || mark === "";
  if (bad(separator) || (comment !== undefined && (bad(comment) || comment === separator))) {
    throw new Error(`Cannot parse input: Invalid Delimiter`);
  }
  const rows: string[][] = [];
  let expected = fieldsPerRecord;
  let at = input.startsWith("\ufeff") ? 1 : 0;
  let line = 1, lineStart = at;
  const newline = () => (input[at] === "\n" ? 1 : input.startsWith("\r\n", at) ? 2 : 0);
  // A carriage return that ends the text belongs to no field.
  const end = input.endsWith("\r") ? input.length - 1 : input.length;

  while (at < end) {
    const skip = newline();
    if (skip > 0) {
      at += skip;
      line++;
      lineStart = at;
      continue;
    }
    if (comment !== undefined && input.startsWith(comment, at)) {
      while (at < end && newline() === 0) at++;
      continue;
    }
    const startLine = line;
    const fail = (rule: string, position: number): never => {
      const column = [...input.slice(lineStart, position)].length + 1;
      const record = line === startLine ? "" : `record on line ${startLine}; `;
      throw new SyntaxError(`${record}parse error on line ${line}, column ${column}: ${rule}`);
    };
    const row: string[] = [];
    for (let more = true; more;) {
      if (trimLeadingSpace) { while (at < end && newline() === 0 && /\s/.test(input[at]!)) at++; }
      let field = "";
      if (input[at] !== '"' || at >= end) {
        const from = at;
        while (at < end && newline() === 0 && !input.startsWith(separator, at)) {
          if (input[at] === '"' && !lazyQuotes) fail('bare " in non-quoted-field', at);
          at++;
        }
        field = input.slice(from, at);
      } else {
        at++;
        for (;;) {
          if (at >= end) {
            if (!lazyQuotes) fail('extraneous or missing " in quoted-field', at);
            break;
          }
          const width = newline();
          if (width > 0) {
            field += "\n";
            at += width;
            line++;
            lineStart = at;
          } else if (input[at] !== '"') {
            field += input[at++];
          } else if (input[at + 1] === '"') {
            field += '"';
            at += 2;
          } else {
            at++;
            if (at >= end || newline() > 0 || input.startsWith(separator, at)) break;
            if (!lazyQuotes) fail('extraneous or missing " in quoted-field', at - 1);
            field += '"';
          }
        }
      }
      row.push(field);
      more = at < end && input.startsWith(separator, at);
      if (more) at += separator.length;
    }
    if (expected === 0) expected = row.length;
    if (expected > 0 && row.length !== expected) {
      throw new SyntaxError(`record on line ${startLine}: wrong number of fields`);
    }
    rows.push(row);
    const width = newline();
    if (width > 0) {
      at += width;
      line++;
      lineStart = at;
    }
  }
  return rows;
}
