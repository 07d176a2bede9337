/**
 * Pages for looking at suspicions: pairs of images side by side, and persons with their images in a row.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { Dataset, Sample } from "../core/records.ts";
import type { DataFrame } from "../frame/mod.ts";
import { contactSheet } from "./contact_sheet.ts";
import type { Picture } from "./sheet.ts";

/** How a page of suspicions is laid out. */
export interface SuspectSheetOptions {
  /** Rows of the frame, or persons, from the first; 10 unless given. */
  readonly rows?: number;
  /** Height and width of an image in pixels. */
  readonly size?: readonly [height: number, width: number];
}

/** How a page of pairs is laid out. */
export interface PairSheetOptions extends SuspectSheetOptions {
  /** Pairs side by side; 1 unless given. */
  readonly across?: number;
}

/** How a page of persons is laid out. */
export interface PersonSheetOptions extends SuspectSheetOptions {
  /** What stands below an image; its id unless given. */
  readonly label?: (sample: Sample) => string;
}

/**
 * Lays out pairs of images, with their ids and what the frame says of them: their difference, or what they
 * are recorded as.
 *
 * @param dataset Where the samples are.
 * @param frame Pairs, as from `findDuplicates`, or label errors, of which the swaps are shown.
 * @param options How many pairs, and how large.
 * @returns The page.
 * @throws {RangeError} If there is no pair to show, or a sample is not in the data set.
 */
export async function pairSheet(
  dataset: Dataset,
  frame: DataFrame,
  { rows = 10, size = [213, 160], across = 1 }: PairSheetOptions = {},
): Promise<Picture> {
  checkInteger("make a sheet of pairs", "rows", rows, { min: 1 });
  checkInteger("make a sheet of pairs", "across", across, { min: 1 });
  const samples = new Map(dataset.samples.map((sample) => [sample.id, sample]));
  const pairs = frame.toRecords().flatMap((row) => {
    if ("a" in row) {
      return [[row.a, row.b, row.kind === "exact" ? "exact" : `near ${Number(row.difference).toFixed(3)}`]];
    }
    return row.other === null ? [] : [[row.id, row.other, `${row.attribute}, ${Number(row.margin).toFixed(2)} nats`]];
  }).slice(0, rows);
  const shown = pairs.flatMap(([a, b]) =>
    [a, b].map((id) => {
      const sample = samples.get(`${id}`);
      if (sample) return sample;
      throw new RangeError(`Cannot make a sheet of pairs as the data set has no sample "${id}"`);
    })
  );
  const label = ({ id }: Sample, place: number) => `${spaced(id)} ${pairs[place >> 1]![2]}`;
  return await contactSheet(dataset, shown, { columns: 2 * across, together: 2, size, label });
}

/**
 * Lays out persons, one a row, with the first of their images: as many as the person with the fewest has, 7 at most.
 *
 * @param dataset Where the samples are.
 * @param persons Groups in the order of the rows, as in the column `group` of `findLabelErrors` or, two for each row, in
 * `a` and `b` of `findSamePeople`.
 * @param options How many persons, and how large the images are.
 * @returns The page.
 * @throws {RangeError} If there is nobody to show, or a person is not in the data set.
 */
export async function personSheet(
  dataset: Dataset,
  persons: readonly string[],
  { rows = 10, size = [160, 120], label = ({ id }) => spaced(id) }: PersonSheetOptions = {},
): Promise<Picture> {
  checkInteger("make a sheet of persons", "rows", rows, { min: 1 });
  const groups = Map.groupBy(dataset.samples, ({ group }) => group);
  const shown = persons.slice(0, rows).map((group) => {
    const samples = groups.get(group);
    if (samples) return samples;
    throw new RangeError(`Cannot make a sheet of persons as the data set has no person "${group}"`);
  });
  const columns = Math.min(7, ...shown.map(({ length }) => length));
  return await contactSheet(dataset, shown.flatMap((samples) => samples.slice(0, columns)), { columns, size, label });
}

/** An id that can be broken into lines where it has a folder. */
function spaced(id: string): string {
  return id.replaceAll("/", " ");
}
