/**
 * Contact sheets: many photographs on one page, each with a few words below it.
 *
 * @module
 */
import { join } from "node:path";
import { checkInteger } from "../core/check.ts";
import { type Dataset, type Sample, UNKNOWN_LABEL } from "../core/records.ts";
import { thumbnails } from "../io/thumbnails.ts";
import { breakLines, lettersIn, type Picture, sheet } from "./sheet.ts";

/** How a sheet is laid out. */
export interface ContactSheetOptions {
  /** Photographs in a row. */
  readonly columns?: number;
  /** Photographs in a row that belong together: the gap after so many is wider. */
  readonly together?: number;
  /** Height and width of a photograph in pixels; it is cut to this shape around its middle. */
  readonly size?: readonly [height: number, width: number];
  /** What stands below a photograph, three lines at most; the default is its class, or its id where that is unknown. */
  readonly label?: (sample: Sample, position: number) => string;
}

/** Lines below a photograph, at most. */
const LINES = 3;

/** Colours of the page as a PNG file. */
const COLORS = 256;

/**
 * Lays photographs out on a page. One that cannot be decoded is a grey tile that says so.
 *
 * @example
 * ```ts
 * import { contactSheet, makeSchema, rasterize } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * await Deno.writeFile(`${root}/1.png`, await rasterize(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="12"/>`));
 * const schema = makeSchema([{ name: "mask", levels: ["worn", "off"] }]);
 * const samples = [{ id: "1", path: "1.png", group: "p", label: 1, attributes: { mask: "off" } }];
 * const sheet = await contactSheet({ schema, samples, root, faults: [] }, [0], { size: [80, 60] });
 * assertEquals(sheet.size, [109, 76]);
 * await Deno.remove(root, { recursive: true });
 * ```
 *
 * @param dataset Where the samples and their files are.
 * @param which Samples, or their indices, in the order of the page.
 * @returns The page.
 * @throws {RangeError} If there is nothing to show, or no sample has an index.
 */
export async function contactSheet(
  dataset: Dataset,
  which: ArrayLike<number> | readonly Sample[],
  { columns = 7, together = columns, size = [160, 120], label = className(dataset) }: ContactSheetOptions = {},
): Promise<Picture> {
  checkInteger("make a contact sheet", "columns", columns, { min: 1 });
  checkInteger("make a contact sheet", "together", together, { min: 1 });
  const samples = Array.from(which as ArrayLike<number | Sample>, (item) => {
    const sample = typeof item === "number" ? dataset.samples[item] : item;
    if (sample) return sample;
    throw new RangeError(
      `Cannot make a contact sheet as indices must be 0 to ${dataset.samples.length - 1}: current value is ${item}`,
    );
  });
  if (samples.length === 0) throw new RangeError("Cannot make a contact sheet as there is nothing to show");
  const files = await thumbnails(samples.map(({ path }) => join(dataset.root, path)), { size });
  const letters = lettersIn(size[1]);
  const tiles = samples.map((sample, i) => {
    const file = files[i]!;
    const href = file instanceof Error ? undefined : `data:image/jpeg;base64,${file.toBase64()}`;
    return { href, lines: breakLines(label(sample, i), letters, LINES).map((line) => shorten(line, letters)) };
  });
  return await sheet(tiles, { columns, together, size, colors: COLORS });
}

function className({ schema }: Dataset): (sample: Sample) => string {
  return ({ id, label }) => label === UNKNOWN_LABEL ? id : schema.classes[label]!;
}

/** What does not fit ends in an ellipsis. */
function shorten(line: string, letters: number): string {
  return line.length > letters ? `${line.slice(0, letters - 1)}…` : line;
}
