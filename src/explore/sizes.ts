/**
 * How large the images are and in what formats, from their headers alone.
 *
 * @module
 */
import type { Dataset } from "../core/records.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";
import { type HeaderOptions, readImageHeaders } from "../io/metadata.ts";

/**
 * Counts the images of each size and format.
 *
 * @param dataset N samples, whose files are read.
 * @param options Signal and progress; the work takes about a millisecond a file.
 * @returns A row a size and format, the most frequent first: `width` and `height` in pixels as seen, `format`, `images`, and
 * one file as `example`. Files that are no images have the format "unreadable" and no size.
 */
export async function imageSizes({ samples, root }: Dataset, options: HeaderOptions = {}): Promise<DataFrame> {
  const headers = await readImageHeaders(samples.map(({ path }) => `${root}/${path}`), options);
  const rows = new Map<
    string,
    { width: number | null; height: number | null; format: string; images: number; example: string }
  >();
  for (const [i, header] of headers.entries()) {
    const { width, height, format } = header instanceof Error
      ? { width: null, height: null, format: "unreadable" }
      : header;
    const key = `${width} ${height} ${format}`;
    const row = rows.get(key) ?? { width, height, format, images: 0, example: samples[i]!.path };
    row.images++;
    rows.set(key, row);
  }
  const sorted = [...rows.values()].toSorted((a, b) => b.images - a.images);
  return makeFrame({
    width: sorted.map(({ width }) => width),
    height: sorted.map(({ height }) => height),
    format: sorted.map(({ format }) => format),
    images: Int32Array.from(sorted, ({ images }) => images),
    example: sorted.map(({ example }) => example),
  });
}
