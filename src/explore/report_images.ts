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
import { imageStats } from "./image_stats.ts";
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
  const outliers = stats.filter(pl.col("outlier").isNotNull());
  const names = new Map((outliers.toRecords() as Record<string, string>[]).map(({ id, outlier }) => [id!, outlier!]));
  const sizes = await imageSizes(dataset, watch);
  const shown = dataset.samples.filter(({ id }) => names.has(id)).slice(0, OUTLIERS);
  return {
    title: "Quality",
    text:
      `Sizes, formats and colour modes from the files' headers; colours, brightness, contrast and sharpness of copies of ` +
      `${images.size[0]} x ${images.size[1]} pixels. Images that stand out, by a robust z-score of 3.5 or more: ` +
      `${outliers.height.toLocaleString("en")}.`,
    tables: [
      { title: "Colour modes", rows: await colorModes(sizes) },
      { title: "Sizes in pixels", rows: sizes },
      {
        title: "Channels, 0 to 1",
        rows: ["red", "green", "blue"].map((channel, c) => ({ channel, mean: mean[c], std: std[c] })),
      },
      ...outliers.height > 0 ? [{ title: "Images that stand out", rows: outliers.head(FEW) }] : [],
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
          picture: await contactSheet(dataset, shown, { label: ({ id }) => `${names.get(id)} ${id}` }),
        }]
        : [],
    ],
  };
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
