/**
 * A data set's report: what it holds, how it may be split, how good its photographs are, and what is wrong with it.
 *
 * @module
 */
import { type Dataset, type Fold, type ImageSet, UNKNOWN_LABEL } from "../core/records.ts";
import { type DataFrame, levelColumn, loadPolars, toFrame } from "../frame/mod.ts";
import type { WatchOptions } from "../io/in_flight.ts";
import { channelStats } from "./channels.ts";
import { classBalance } from "./class_balance.ts";
import { compareParts } from "./compare_parts.ts";
import { compareSplits } from "./compare_splits.ts";
import { findConflicts, personalColumns } from "./conflicts.ts";
import { contactSheet } from "./contact_sheet.ts";
import { counts, crosses, personsPerStratum } from "./counts.ts";
import { findDuplicates } from "./duplicates.ts";
import type { Report, ReportSection, ReportTable } from "./html_report.ts";
import { imageStats } from "./image_stats.ts";
import { meanImages } from "./mean_images.ts";
import { nearCutCounts, plotCuts } from "./near_cuts.ts";
import { plotCounts } from "./plot_counts.ts";
import { plotParts } from "./plot_parts.ts";
import { imageSizes } from "./sizes.ts";

/** What a report takes in beside the data set. */
export interface DataReportOptions extends WatchOptions {
  /** Splits by name, to be compared; the last one's first fold is looked at more closely. */
  readonly splits?: Readonly<Record<string, readonly Fold[]>>;
  /** Photographs on the contact sheet, 35 by default. */
  readonly sheet?: number;
}

/** A report on a data set, and how much is wrong with it. */
export interface DataReport extends Report {
  /** Faults that loading and decoding found. */
  readonly faults: number;
  /** Rules that the data set breaks. */
  readonly conflicts: number;
  /** Pairs of images that look alike. */
  readonly duplicates: number;
}

/** Rows of a table that stand for the rest. */
const FEW = 50;

/** Outliers on their sheet, at most. */
const OUTLIERS = 21;

/**
 * Looks at a data set from all sides.
 *
 * @param dataset N samples, at least one.
 * @param images The same, decoded to one small size by `packImages`.
 * @param options Splits to compare, the sheet's size, signal, and progress of the reading of headers.
 * @returns The report, for `writeReport` or to be shown table by table.
 * @throws {RangeError} If no image could be decoded.
 */
export async function dataReport(
  dataset: Dataset,
  images: ImageSet,
  { splits, sheet = 35, ...watch }: DataReportOptions = {},
): Promise<DataReport> {
  const { samples, schema } = dataset;
  const frame = await toFrame(dataset);
  const persons = new Set(samples.map(({ group }) => group)).size;
  const conflicts = await findConflicts(frame);
  const duplicates = await findDuplicates(images, { groups: samples.map(({ group }) => group), signal: watch.signal });
  const faults = [...dataset.faults, ...images.faults];
  const compared = splits && Object.keys(splits).length > 0 ? [await splitSection(dataset, frame, splits)] : [];
  return {
    title: "The data set",
    text: `${number(samples.length)} images of ${number(persons)} persons in ${schema.classes.length} classes.\n` +
      `${number(faults.length)} faults, ${number(conflicts.height)} conflicts, ` +
      `${number(duplicates.height)} pairs of images that look alike.`,
    sections: [
      await classSection(dataset, frame),
      ...await numberSections(dataset, frame),
      ...compared,
      await qualitySection(dataset, images, watch),
      {
        title: "Faults",
        text:
          "What loading and decoding found wrong, where labels contradict themselves, and which images are copies. " +
          "Tables without a row are left out.",
        tables: [
          ...faults.length > 0
            ? [{ title: "Faults", rows: faults.map(({ kind, message }) => ({ kind, message })) }]
            : [],
          ...conflicts.height > 0 ? [{ title: "Conflicts", rows: conflicts }] : [],
          ...duplicates.height > 0 ? [{ title: "Images that look alike", rows: duplicates.head(FEW) }] : [],
        ],
      },
      await sheetSection(dataset, images, sheet),
    ],
    ...{ faults: faults.length, conflicts: conflicts.height, duplicates: duplicates.height },
  };
}

const number = (value: number) => value.toLocaleString("en");

/** The columns of the classes' parts. */
const levelsOf = ({ schema }: Dataset) => schema.attributes.map((attribute) => levelColumn(attribute, schema));

async function classSection(dataset: Dataset, frame: DataFrame): Promise<ReportSection> {
  const { schema } = dataset, levels = levelsOf(dataset);
  const personal = personalColumns(frame), strata = levels.filter((name) => personal.includes(name));
  const single = levels.filter((name) => name !== "class");
  const crossed: ReportTable[] = levels.length > 1
    ? [{ title: "Images crossed", rows: await crosses(frame, levels, { schema }) }]
    : [];
  return {
    title: "Classes",
    text:
      "How many images and persons there are of each class and attribute, and how uneven they are: the imbalance is the " +
      "largest class over the smallest, and the effective number is the exponential of the entropy of the classes' shares.",
    tables: [
      { title: "Classes", rows: await counts(frame, "class", { schema }) },
      { title: "Balance of the classes", rows: await classBalance(frame, "class", { schema }) },
      ...await Promise.all(single.map(async (name) => ({ title: name, rows: await counts(frame, name, { schema }) }))),
      ...crossed,
      {
        title: "Persons a stratum",
        rows: await personsPerStratum(frame, strata.length > 0 ? strata : levels, { schema }),
      },
    ],
    pictures: [{
      title: "Images by class",
      name: "classes",
      picture: await plotCounts(frame, { x: "class", fill: levels[0], schema }),
    }],
  };
}

async function numberSections({ schema }: Dataset, frame: DataFrame): Promise<ReportSection[]> {
  return await Promise.all(schema.attributes.flatMap(({ name: column, cuts }) =>
    cuts
      ? [(async () => ({
        title: `Near the cuts of ${column}`,
        text:
          `How ${column} is distributed, and how much stands so near a cut that its class may turn on a small error. ` +
          `Within n of cut c are the values from c - n up to, but not with, c + n.`,
        tables: [{ title: "Near cuts", rows: await nearCutCounts(frame, { column, cuts }) }],
        pictures: [{
          title: `Persons by ${column}, with the cuts`,
          name: column,
          picture: await plotCuts(frame, { column, schema }),
        }],
      }))()]
      : []
  ));
}

async function splitSection(
  dataset: Dataset,
  frame: DataFrame,
  splits: Readonly<Record<string, readonly Fold[]>>,
): Promise<ReportSection> {
  const { samples, schema } = dataset, [name, folds] = Object.entries(splits).at(-1)!;
  const columns = [...new Set(["class", ...levelsOf(dataset)])];
  const parts = await compareParts(frame, folds[0]!, { columns, schema });
  return {
    title: "Splits",
    text:
      "Whether the folds have the classes' shares, and how many persons stand on both sides. A split that leaks persons " +
      "tells a network's memory of faces, not its knowledge. Intervals hold 95 % of bootstrap draws of persons.",
    tables: [
      {
        title: "Splits compared",
        rows: await compareSplits(splits, {
          labels: samples.map(({ label }) => label),
          groups: samples.map(({ group }) => group),
        }),
      },
      { title: `Fold 0 of the split "${name}"`, rows: parts },
    ],
    pictures: [{ title: `Fold 0 of the split "${name}"`, name: "parts", picture: await plotParts(parts) }],
  };
}

async function qualitySection(dataset: Dataset, images: ImageSet, watch: WatchOptions): Promise<ReportSection> {
  const { signal } = watch;
  const { mean, std } = await channelStats(images, { signal });
  const stats = await imageStats(images, { signal });
  const pl = await loadPolars();
  const outliers = stats.filter(pl.col("outlier").isNotNull());
  const names = new Map((outliers.toRecords() as Record<string, string>[]).map(({ id, outlier }) => [id!, outlier!]));
  const shown = dataset.samples.filter(({ id }) => names.has(id)).slice(0, OUTLIERS);
  return {
    title: "Quality",
    text: `Sizes and formats from the files' headers; colours, brightness, contrast and sharpness of copies of ` +
      `${images.size[0]} x ${images.size[1]} pixels. Images that stand out, by a robust z-score of 3.5 or more: ` +
      `${number(outliers.height)}.`,
    tables: [
      { title: "Sizes in pixels", rows: await imageSizes(dataset, watch) },
      {
        title: "Channels, 0 to 1",
        rows: ["red", "green", "blue"].map((channel, c) => ({ channel, mean: mean[c], std: std[c] })),
      },
      ...outliers.height > 0 ? [{ title: "Images that stand out", rows: outliers.head(FEW) }] : [],
    ],
    pictures: shown.length > 0
      ? [{
        title: "Images that stand out",
        name: "outliers",
        picture: await contactSheet(dataset, shown, { label: ({ id }) => `${names.get(id)} ${id}` }),
      }]
      : [],
  };
}

async function sheetSection(dataset: Dataset, images: ImageSet, sheet: number): Promise<ReportSection> {
  const { samples, schema: { classes } } = dataset;
  const count = Math.min(sheet, samples.length);
  const spread = Array.from({ length: count }, (_, i) => Math.floor(i * samples.length / count));
  const labels = samples.map(({ label }) => label);
  const faulty = new Set(images.faults.map(({ id }) => id));
  const known = samples.some(({ id, label }) => label !== UNKNOWN_LABEL && !faulty.has(id));
  return {
    title: "Photographs",
    text: "Photographs from the whole data set, at even steps, and the mean of each class's.",
    pictures: [
      { title: "Photographs", name: "sheet", picture: await contactSheet(dataset, spread) },
      ...known
        ? [{ title: "Mean image of each class", name: "means", picture: await meanImages(images, { labels, classes }) }]
        : [],
    ],
  };
}
