/**
 * What a data set's report says of labels: classes, numbers near their cuts, and splits.
 *
 * @module
 */
import type { Dataset, Fold } from "../core/records.ts";
import { type DataFrame, levelColumn } from "../frame/mod.ts";
import { classBalance } from "./class_balance.ts";
import { compareParts } from "./compare_parts.ts";
import { compareSplits } from "./compare_splits.ts";
import { personalColumns } from "./conflicts.ts";
import { counts, crosses, personsPerStratum } from "./counts.ts";
import type { ReportSection, ReportTable } from "./html_report.ts";
import { nearCutCounts, plotCuts } from "./near_cuts.ts";
import { plotCounts } from "./plot_counts.ts";
import { plotParts } from "./plot_parts.ts";
import { plotSplits } from "./plot_splits.ts";
import { splitShares } from "./split_shares.ts";

/** The columns of the classes' parts. */
const levelsOf = ({ schema }: Dataset) => schema.attributes.map((attribute) => levelColumn(attribute, schema));

/**
 * How many there are of what.
 *
 * @param dataset The samples.
 * @param frame A row a sample.
 */
export async function classSection(dataset: Dataset, frame: DataFrame): Promise<ReportSection> {
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

/**
 * A section for each attribute that is a number cut into levels.
 *
 * @param dataset The samples.
 * @param frame A row a sample.
 */
export async function numberSections({ schema }: Dataset, frame: DataFrame): Promise<ReportSection[]> {
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

/**
 * Splits side by side, and the last one's first fold more closely.
 *
 * @param dataset The samples.
 * @param frame A row a sample.
 * @param splits Folds by the split's name, one at least.
 */
export async function splitSection(
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
    pictures: [
      {
        title: "The classes' shares in fold 0 of each split, and the persons it leaks",
        name: "splits",
        picture: await plotSplits(await splitShares(frame, splits, { schema })),
      },
      { title: `Fold 0 of the split "${name}"`, name: "parts", picture: await plotParts(parts) },
    ],
  };
}
