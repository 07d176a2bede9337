/**
 * A data set's report: what it holds, how it may be split, how good its photographs are, and what is wrong with it.
 *
 * @module
 */
import type { Dataset, Fold, ImageSet, Predictions } from "../core/records.ts";
import { toFrame } from "../frame/mod.ts";
import type { WatchOptions } from "../io/in_flight.ts";
import { findFaults } from "./find_faults.ts";
import { describeFindings, type Finding } from "./finding.ts";
import type { Report, ReportSection, ReportTable } from "./html_report.ts";
import { qualitySection, sheetSection } from "./report_images.ts";
import { classSection, numberSections, splitSection } from "./report_labels.ts";

/** What a report takes in beside the data set. */
export interface DataReportOptions extends WatchOptions {
  /**
   * Splits by name, to be compared; the last one's first fold is looked at more closely, and copies are told that cross
   * its folds.
   */
  readonly splits?: Readonly<Record<string, readonly Fold[]>>;
  /** Photographs on the contact sheet, 35 by default. */
  readonly sheet?: number;
  /** Out-of-fold predictions, by which labels are judged; without them they are not. */
  readonly oof?: Predictions;
}

/** A report on a data set, and what is wrong with it. */
export interface DataReport extends Report {
  /** Every kind of fault that was sought, those without a row too. */
  readonly findings: readonly Finding[];
}

/** Rows of a table of faults in the report; all of them are in the finding. */
const FEW = 30;

/**
 * Looks at a data set from all sides.
 *
 * @param dataset N samples, at least one; loaded leniently, so that its faults are told.
 * @param images The same, decoded to one small size by `packImages`.
 * @param options Splits to compare, the sheet's size, out-of-fold predictions, signal, and progress of the reading of headers.
 * @returns The report, for `writeReport` or to be shown table by table, and the findings, whose rows and corrections can be
 * written as files.
 * @throws {RangeError} If no image could be decoded, or a prediction is of no sample.
 * @throws {TypeError} If the predictions' classes are not the data set's.
 */
export async function dataReport(
  dataset: Dataset,
  images: ImageSet,
  { splits = {}, sheet = 35, oof, ...watch }: DataReportOptions = {},
): Promise<DataReport> {
  const { samples, schema } = dataset, frame = await toFrame(dataset), folds = Object.values(splits).at(-1);
  const persons = new Set(samples.map(({ group }) => group)).size;
  const findings = await findFaults(dataset, images, { folds, oof, signal: watch.signal });
  return {
    title: "The data set",
    text: `${number(samples.length)} images of ${number(persons)} persons in ${schema.classes.length} classes.\n` +
      `Found: ${describeFindings(findings)}.`,
    sections: [
      await classSection(dataset, frame),
      ...await numberSections(dataset, frame),
      ...folds ? [await splitSection(dataset, frame, splits)] : [],
      await qualitySection(dataset, images, watch),
      ...findings.map(faultSection),
      await sheetSection(dataset, images, sheet),
    ],
    findings,
  };
}

const number = (value: number) => value.toLocaleString("en");

/** The first rows of a finding, with their sheets. */
function faultSection({ name, title, text, rows, corrections, pictures }: Finding): ReportSection {
  const all = rows.height, shown = name === "label_errors" ? rows.drop("group", "images") : rows; // as wide as the page
  const drafted = corrections.length > 0 ? ` ${number(corrections.length)} corrections of labels were drafted.` : "";
  const kinds: ReportTable[] = name === "duplicates" || name === "faults"
    ? [{ title: `${title}, counted`, rows: countKinds(rows) }]
    : [];
  return {
    title,
    text: `${text}\n${all === 0 ? "None was found." : `${number(all)} ${all === 1 ? "was" : "were"} found.${drafted}`}`,
    tables: all === 0 ? [] : [
      ...kinds,
      { title: all > FEW ? `${title}, the first ${FEW} of ${number(all)}` : title, rows: shown.head(FEW) },
    ],
    pictures,
  };
}

/** Rows of each kind, where they cross persons and folds apart. */
function countKinds(rows: Finding["rows"]): object[] {
  const names = ["kind", "samePerson", "crossesFolds"].filter((name) => rows.columns.includes(name));
  const records = rows.select(...names).toRecords() as Record<string, string>[];
  const groups = Map.groupBy(records, (row) => names.map((name) => row[name]).join(" "));
  return [...groups.values()].map((group) => ({ ...group[0], number: group.length }));
}
