/**
 * How large the images are, in what formats and in what colours, from their headers alone.
 *
 * @module
 */
import { join } from "node:path";
import type { Dataset } from "../core/records.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";
import type { WatchOptions } from "../io/in_flight.ts";
import { type ImageHeader, readImageHeaders } from "../io/metadata.ts";
import { checkColumns } from "./order.ts";

/** What files are told apart by. */
const KIND = ["height", "width", "format", "space", "channels", "depth", "alpha"] as const;

/** The same without the size. */
const MODE = ["format", "space", "channels", "depth", "alpha"] as const;

/** One kind of file; of unreadable ones only the format is there. */
type Kind = Readonly<Partial<Record<typeof KIND[number], string | number | null>>>;

/**
 * Counts the images of each size, format and colour mode, so that one grey or CMYK picture among thousands in RGB is seen.
 *
 * @param dataset N samples, whose files are read.
 * @param options Signal and progress; the work takes about a millisecond a file.
 * @returns A row a kind, the most frequent first: `height` and `width` in pixels, `format`, the colour `space` ("srgb", "b-w"
 * for grey, "cmyk", ...), `channels`, `depth` in bits, `alpha` ("yes" where there is transparency, else "no"), `images`, how
 * many of them ask to be `turned`, which decoding does not do, and one file as `example`. Files that are no images have the
 * format "unreadable" and nothing else.
 */
export async function imageSizes({ samples, root }: Dataset, options: WatchOptions = {}): Promise<DataFrame> {
  const headers = await readImageHeaders(samples.map(({ path }) => join(root, path)), options);
  const kinds = headers.map(kindOf);
  const groups = [...Map.groupBy(kinds.keys(), (i) => KIND.map((name) => kinds[i]![name]).join(" ")).values()]
    .toSorted((a, b) => b.length - a.length);
  const isTurned = (header: ImageHeader | Error) => !(header instanceof Error) && header.orientation > 1;
  return await kindFrame(KIND, groups.map(([i]) => kinds[i!]!), {
    images: groups.map(({ length }) => length),
    turned: groups.map((members) => members.filter((i) => isTurned(headers[i]!)).length),
    example: groups.map(([i]) => samples[i!]!.path),
  });
}

/**
 * Sums sizes up to colour modes, where each photograph may have a size of its own.
 *
 * @example
 * ```ts
 * import { colorModes, makeFrame } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const mode = { format: ["jpeg", "jpeg"], space: ["srgb", "srgb"], channels: [3, 3], depth: [8, 8], alpha: ["no", "no"] };
 * const sizes = await makeFrame({ height: [9, 8], ...mode, images: [5, 2], turned: [0, 1], example: ["a.jpg", "b.jpg"] });
 * const [row] = (await colorModes(sizes)).toRecords();
 * assertEquals([row?.images, row?.turned, row?.example], [7, 1, "a.jpg"]);
 * ```
 *
 * @param sizes What `imageSizes` found.
 * @returns A row a format and colour mode, the most frequent first: the columns of `imageSizes` without the size.
 * @throws {RangeError} If it has not those columns.
 */
export async function colorModes(sizes: DataFrame): Promise<DataFrame> {
  checkColumns("count colour modes", sizes, [...MODE, "images", "turned", "example"]);
  const rows = sizes.toRecords() as (Kind & { images: number; turned: number; example: string })[];
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const groups = [...Map.groupBy(rows, (row) => MODE.map((name) => row[name]).join(" ")).values()]
    .map((group) => ({ group, images: sum(group.map(({ images }) => images)) }))
    .toSorted((a, b) => b.images - a.images);
  return await kindFrame(MODE, groups.map(({ group }) => group[0]!), {
    images: groups.map(({ images }) => images),
    turned: groups.map(({ group }) => sum(group.map(({ turned }) => turned))),
    example: groups.map(({ group }) => group[0]!.example),
  });
}

function kindOf(header: ImageHeader | Error): Kind {
  return header instanceof Error ? { format: "unreadable" } : { ...header, alpha: header.alpha ? "yes" : "no" };
}

interface Counts {
  readonly images: readonly number[];
  readonly turned: readonly number[];
  readonly example: readonly string[];
}

async function kindFrame(
  names: readonly (keyof Kind)[],
  kinds: readonly Kind[],
  { images, turned, example }: Counts,
): Promise<DataFrame> {
  const columns = names.map((name) => [name, kinds.map((kind) => kind[name] ?? null)]);
  return await makeFrame({
    ...Object.fromEntries(columns),
    images: Int32Array.from(images),
    turned: Int32Array.from(turned),
    example: [...example],
  });
}
