/**
 * What a data set's report says of its photographs: sizes and colour modes, brightness, contrast and sharpness, those that
 * stand out, and what the photographs look like.
 *
 * @module
 */
import { type Dataset, type ImageSet, UNKNOWN_LABEL } from "../core/records.ts";
import { loadPolars } from "../frame/mod.ts";
import type { WatchOptions } from "../io/in_flight.ts";
import { channelStats } from "./channels.ts";
import { contactSheet } from "./contact_sheet.ts";
import type { ReportSection } from "./html_report.ts";
import { imageStats, OUTLIER_LIMIT } from "./image_stats.ts";
import { meanImages } from "./mean_images.ts";
import { plotImageStats } from "./plot_image_stats.ts";
import { colorModes, imageSizes } from "./sizes.ts";

/** Rows of a table that stand for the rest. */
const FEW = 50;

/** Outliers on their sheet, at most. */
const OUTLIERS = 21;

/**
 * How good the photographs are.
 *
 * @param dataset The samples.
 * @param images The same, decoded.
 * @param watch Signal, and progress of the reading of headers.
 */
export async function qualitySection(dataset: Dataset, images: ImageSet, watch: WatchOptions): Promise<ReportSection> {
  const { signal } = watch;
  const { mean, std } = await channelStats(images, { signal });
  const stats = await imageStats(images, { signal });
  const pl = await loadPolars();
  const outliers = (stats.filter(pl.col("outlier").isNotNull()).toRecords() as unknown as Outlier[])
    .toSorted((a, b) => farthest(b) - farthest(a));
  const sizes = await imageSizes(dataset, watch),
    samples = new Map(dataset.samples.map((sample) => [sample.id, sample]));
  const shown = outliers.slice(0, OUTLIERS);
  return {
    title: "Quality",
    text:
      `Sizes, formats and colour modes from the files' headers; colours, brightness, contrast and sharpness of copies of ` +
      `${images.size[0]} x ${
        images.size[1]
      } pixels. Images that stand out, by a robust z-score of ${OUTLIER_LIMIT} or more: ` +
      `${outliers.length.toLocaleString("en")}.`,
    tables: [
      { title: "Colour modes", rows: await colorModes(sizes) },
      { title: "Sizes in pixels", rows: sizes },
      {
        title: "Channels, 0 to 1",
        rows: ["red", "green", "blue"].map((channel, c) => ({ channel, mean: mean[c], std: std[c] })),
      },
      ...outliers.length > 0 ? [{ title: "Images that stand out", rows: outliers.slice(0, FEW) }] : [],
    ],
    pictures: [
      {
        title: "Brightness, contrast and sharpness; beyond the dashed lines images stand out",
        name: "image_stats",
        picture: await plotImageStats(stats),
      },
      ...shown.length > 0
        ? [{
          title: "Images that stand out",
          name: "outliers",
          picture: await contactSheet(dataset, shown.map(({ id }) => samples.get(id)!), {
            label: ({ id }, place) => `${shown[place]!.outlier} ${id}`,
          }),
        }]
        : [],
    ],
  };
}

/** What is read of an image that stands out. */
interface Outlier {
  readonly id: string;
  readonly brightnessZ: number;
  readonly contrastZ: number;
  readonly sharpnessZ: number;
  readonly outlier: string;
}

/** How far it stands out. */
function farthest({ brightnessZ, contrastZ, sharpnessZ }: Outlier): number {
  return Math.max(Math.abs(brightnessZ), Math.abs(contrastZ), Math.abs(sharpnessZ));
}

/**
 * What the photographs look like.
 *
 * @param dataset The samples.
 * @param images The same, decoded.
 * @param sheet Photographs on the contact sheet.
 */
export async function sheetSection(dataset: Dataset, images: ImageSet, sheet: number): Promise<ReportSection> {
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
