/**
 * Checks the bytes of a CSV file by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180) before Polars reads them, as Polars
 * itself fills short rows up, cuts long ones, and takes quotes as they come.
 *
 * @module
 */
import { isUtf8 } from "node:buffer";
import { list } from "../core/check.ts";

const COMMA = 44, QUOTE = 34, LF = 10, CR = 13;

/** A file that Polars reads as it is meant. */
export interface ScannedCsv {
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** The rows under the header. */
  readonly body: Uint8Array;
  /** Whether cells may hold line ends, so that the text cannot be cut at any of them. */
  readonly multiline: boolean;
}

/**
 * Finds the header and the rows: a byte order mark and empty lines are no part of them, lines end in LF or CRLF.
 *
 * @param bytes The file's content.
 * @returns A view of the bytes where the file is plain, else its cells written anew, all in quotes.
 * @throws {SyntaxError} With what is wrong, as half a sentence.
 */
export function scanCsv(bytes: Uint8Array): ScannedCsv {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  checkUtf8(bytes);
  const scanned = isPlain(bytes, start) ? split(bytes, start) : rewrite(bytes, start);
  const { columns } = scanned;
  if (new Set(columns).size < columns.length) {
    throw new SyntaxError(`its columns must have different names: current names are ${list(columns)}`);
  }
  return scanned;
}

function checkUtf8(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw new SyntaxError("it must be UTF-8 text: other bytes were found");
}

/** Whether there are two columns or more, as many cells in each line, no stray CR, and no line end within quotes. */
function isPlain(bytes: Uint8Array, start: number): boolean {
  const words = wordsOf(bytes);
  let width = 0, commas = 0, lineStart = start;
  for (let at = start; at < bytes.length; at++) {
    if (at % 4 === 0) { // four bytes at a time, as long as they are commas and what says nothing
      let word = at / 4;
      for (; word < words.length; word++) {
        const found = commasIn(words[word]!);
        if (found < 0) break;
        commas += found;
      }
      at = 4 * word;
    }
    const byte = bytes[at]!;
    if (!(byte <= COMMA)) continue; // or there are no more
    if (byte === COMMA) commas++;
    else if (byte === LF) {
      width ||= commas;
      if (commas === 0 || commas !== width) return false;
      commas = 0;
      lineStart = at + 1;
    } else if (byte === QUOTE) {
      if (width === 0 || bytes[at - 1] !== COMMA && at !== lineStart) return false; // names are read from a bare header
      at = closingQuote(bytes, at);
      const next = bytes[at + 1];
      if (at < 0 || next !== undefined && next !== COMMA && next !== LF && next !== CR) return false;
    } else if (byte === CR && bytes[at + 1] !== LF) return false;
  }
  return width > 0 && (lineStart === bytes.length || commas === width);
}

/** The bytes four by four, as far as they lie so; without a copy, or nothing. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array {
  return new Int32Array(buffer, byteOffset, byteOffset % 4 === 0 ? Math.floor(length / 4) : 0);
}

/** How many of four bytes are commas; -1 if another of them is less than a comma, as all are that matter. */
function commasIn(word: number): number {
  const low = 0x7f7f7f7f, top = 0x80808080, seven = word & low; // of each byte, 7 bits and the one above
  const above = seven + 0x01010101 * (0x7f - COMMA) | word; // its top bit is set where the byte is above a comma
  const other = (seven ^ 0x01010101 * COMMA) + low | word; // its top bit is set where the byte is no comma
  if (((above | ~other) & top) !== (top | 0)) return -1;
  return Math.imul((~other & top) >>> 7, 0x01010101) >>> 24;
}

/** Where the quotes that open here close again in the same line; -1 if they do not. */
function closingQuote(bytes: Uint8Array, open: number): number {
  for (let at = open + 1; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte > QUOTE) continue;
    if (byte === LF || byte === CR) return -1;
    if (byte === QUOTE && bytes[++at] !== QUOTE) return at - 1;
  }
  return -1;
}

function split(bytes: Uint8Array, start: number): ScannedCsv {
  const end = bytes.indexOf(LF, start);
  const header = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, end)).replace(/\r$/, "");
  return { columns: header.split(","), body: bytes.subarray(end + 1), multiline: false };
}

/** Reads cell by cell and writes each in quotes, doubled inside; line ends inside become LF. */
function rewrite(bytes: Uint8Array, start: number): ScannedCsv {
  const end = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length; // a CR at the very end is in no cell
  const out = new Uint8Array(3 * bytes.length + 3); // two quotes and a comma a cell at most
  const columns: string[] = [], ragged: string[] = [];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let at = start, to = 0, line = 1, body = 0;
  const lineEnd = () => bytes[at] === LF ? 1 : bytes[at] === CR && bytes[at + 1] === LF ? 2 : 0;
  const cellEnds = () => at >= end || bytes[at] === COMMA || lineEnd() > 0;
  const fault = (rule: string) => new SyntaxError(`quotes must enclose whole cells: on line ${line} ${rule}`);
  const copyCell = () => {
    const quoted = at < end && bytes[at] === QUOTE;
    if (quoted) at++;
    out[to++] = QUOTE;
    for (; quoted || !cellEnds(); at++) {
      if (at >= end) throw fault("the text ends within quotes");
      if (bytes[at] === QUOTE) {
        if (!quoted) throw fault("a quote stands within a cell");
        if (bytes[++at] !== QUOTE) {
          if (!cellEnds()) throw fault("text follows a closing quote");
          break;
        }
        out[to++] = QUOTE;
      } else if (lineEnd() === 2) at++;
      if (bytes[at] === LF) line++;
      out[to++] = bytes[at]!;
    }
    out[to++] = QUOTE;
  };
  while (at < end) {
    if (lineEnd() > 0) {
      at += lineEnd();
      line++;
      continue; // an empty line
    }
    const row = line;
    for (let cells = 1;; cells++) {
      const from = to;
      copyCell();
      if (body === 0) columns.push(decoder.decode(out.subarray(from + 1, to - 1)).replaceAll('""', '"'));
      if (at >= end || lineEnd() > 0) {
        if (cells !== columns.length) ragged.push(`row ${row} has ${cells}`);
        break;
      }
      out[to++] = bytes[at++]!;
    }
    out[to++] = LF;
    body ||= to;
    at += lineEnd();
    line++;
  }
  if (body === 0) throw new SyntaxError("it must begin with a line that names its columns: it is empty");
  if (ragged.length > 0) {
    const more = ragged.length > 10 ? `, and ${ragged.length - 10} more rows differ` : "";
    throw new SyntaxError(`every row must have ${columns.length} cells: ${ragged.slice(0, 10).join(", ")}${more}`);
  }
  return { columns, body: out.subarray(body, to), multiline: true };
}
