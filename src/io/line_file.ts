/**
 * Text files to which whole lines are added, read on from any place.
 *
 * @module
 */
import { statIfThere } from "./files.ts";

/** A line and where it ends. */
export interface LineAt {
  /** The line without its end. */
  readonly text: string;
  /** Bytes from the file's beginning to the next line's. */
  readonly end: number;
}

const NEWLINE = 10;

/**
 * Cuts off a last line that has no end, which a killed process leaves.
 *
 * @param path The file; it may be missing.
 */
export async function cutTornLine(path: string): Promise<void> {
  const bytes = await statIfThere(path) ? await Deno.readFile(path) : new Uint8Array();
  const whole = bytes.lastIndexOf(NEWLINE) + 1;
  if (whole < bytes.length) await Deno.truncate(path, whole);
}

/**
 * Reads whole lines from a place on.
 *
 * @param path The file; a missing one has no lines.
 * @param from Bytes before the first line that is read.
 * @param limit Bytes after which no further line is begun; no limit by default.
 * @returns The lines; a last one without its end is left for later.
 */
export async function readLines(
  path: string,
  { from = 0, limit = Infinity }: { readonly from?: number; readonly limit?: number } = {},
): Promise<LineAt[]> {
  const size = (await statIfThere(path))?.size ?? 0;
  if (size <= from) return [];
  const bytes = new Uint8Array(size - from);
  let read = 0;
  {
    using file = await Deno.open(path);
    await file.seek(from, Deno.SeekMode.Start);
    for (let got: number | null = 0; got !== null && read < bytes.length; read += got ?? 0) {
      got = await file.read(bytes.subarray(read));
    }
  }
  const lines: LineAt[] = [], decoder = new TextDecoder();
  for (let start = 0; start < Math.min(limit, read);) {
    const stop = bytes.subarray(0, read).indexOf(NEWLINE, start);
    if (stop < 0) break;
    lines.push({ text: decoder.decode(bytes.subarray(start, stop)), end: from + stop + 1 });
    start = stop + 1;
  }
  return lines;
}
