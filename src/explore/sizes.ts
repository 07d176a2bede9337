/**
 * How large the images are and in what formats, from their headers alone.
 *
 * @module
 */
import { join } from "node:path";
import type { Dataset } from "../core/records.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";
import type { WatchOptions } from "../io/in_flight.ts";
import { type ImageHeader, readImageHeaders } from "../io/metadata.ts";

/**
 * Counts the images of each size and format.
 *
 * @param dataset N samples, whose files are read.
 * @param options Signal and progress; the work takes about a millisecond a file.
 * @returns A row a size and format, the most frequent first: `height` and `width` in pixels, `format`, `images`, how many of
 * them ask to be `turned`, which decoding does not do, and one file as `example`. Files that are no images have the format
 * "unreadable" and no size.
 */
export async function imageSizes({ samples, root }: Dataset, options: WatchOptions = {}): Promise<DataFrame> {
  const headers = await readImageHeaders(samples.map(({ path }) => join(root, path)), options);
  const kinds = new Map<string, number[]>();
  for (const [i, header] of headers.entries()) {
    const key = header instanceof Error ? "unreadable" : `${header.height} ${header.width} ${header.format}`;
    const members = kinds.get(key);
    if (members) members.push(i);
    else kinds.set(key, [i]);
  }
  const rows = [...kinds.values()].toSorted((a, b) => b.length - a.length).map((members) => {
    const found = members.map((i) => headers[i]!).filter((header): header is ImageHeader => !(header instanceof Error));
    return { members, header: found[0], turned: found.filter(({ turned }) => turned).length };
  });
  return await makeFrame({
    height: rows.map(({ header }) => header?.height ?? null),
    width: rows.map(({ header }) => header?.width ?? null),
    format: rows.map(({ header }) => header?.format ?? "unreadable"),
    images: Int32Array.from(rows, ({ members }) => members.length),
    turned: Int32Array.from(rows, ({ turned }) => turned),
    example: rows.map(({ members }) => samples[members[0]!]!.path),
  });
}
