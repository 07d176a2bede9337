/**
 * Contact sheets of what was found wrong, kind by kind.
 *
 * @module
 */
import type { Dataset, Sample } from "../core/records.ts";
import type { DataFrame } from "../frame/mod.ts";
import type { FindingName } from "./finding.ts";
import type { ReportPicture } from "./html_report.ts";
import { pairSheet, personSheet } from "./suspect_sheets.ts";

/** Pairs on a sheet, and pairs in a row of it. */
const PAIRS = 12, ACROSS = 3;

/** Persons on a sheet. */
const PERSONS = 12;

/** Height and width of an image in a row of persons, in pixels. */
const SMALL = [128, 96] as const;

/** What is read of a row of label errors. */
interface LabelError {
  readonly kind: string;
  readonly group: string;
  readonly recorded: string;
  readonly suggested: string;
  readonly other: string | null;
}

/**
 * Makes the sheets of one kind of fault.
 *
 * @param name The kind.
 * @param rows Its rows.
 * @param dataset Where the samples are.
 * @returns The sheets of the first rows; none where there is nothing to be seen.
 */
export async function picturesOf(name: FindingName, rows: DataFrame, dataset: Dataset): Promise<ReportPicture[]> {
  if (rows.height === 0) return [];
  if (name === "duplicates") {
    const title = `Copies, the first ${Math.min(PAIRS, rows.height)} pairs`;
    return [{ title, name, picture: await pairSheet(dataset, rows, { rows: PAIRS, across: ACROSS }) }];
  }
  if (name === "same_people") {
    const persons = (rows.head(PERSONS / 2).toRecords() as { a: string; b: string }[]).flatMap(({ a, b }) => [a, b]);
    const title = `Persons who may be one, two rows each, the first ${persons.length / 2} pairs`;
    return [{
      title,
      name,
      picture: await personSheet(dataset, persons, { rows: PERSONS, size: SMALL, label: short }),
    }];
  }
  return name === "label_errors" ? await labelSheets(rows, dataset) : [];
}

/** Whom an image shows, and its own name. */
function short({ group, id }: Sample): string {
  return `${group} ${id.split("/").at(-1)}`;
}

async function labelSheets(rows: DataFrame, dataset: Dataset): Promise<ReportPicture[]> {
  const errors = rows.toRecords() as unknown as LabelError[];
  const persons = new Map(errors.filter(({ kind }) => kind === "person").reverse().map((row) => [row.group, row]));
  const shown = [...persons.keys()].reverse().slice(0, PERSONS), sheets: ReportPicture[] = [];
  const swaps = errors.filter(({ other }) => other !== null).length;
  if (shown.length > 0) {
    const label = ({ group }: Sample) => `${group} ${persons.get(group)!.recorded}? ${persons.get(group)!.suggested}`;
    sheets.push({
      title: "Persons whose label may be wrong: recorded? suggested",
      name: "wrong_persons",
      picture: await personSheet(dataset, shown, { rows: PERSONS, size: SMALL, label }),
    });
  }
  if (swaps > 0) {
    sheets.push({
      title: `Images whose labels may be swapped, the first ${Math.min(PAIRS, swaps)} pairs`,
      name: "swapped",
      picture: await pairSheet(dataset, rows, { rows: PAIRS, across: ACROSS }),
    });
  }
  return sheets;
}
