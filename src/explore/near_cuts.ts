/**
 * How a number that is cut into levels is distributed, and how much of the data stands near a cut, where a label may
 * turn on a year.
 *
 * @module
 */
import type { Schema } from "../core/schema.ts";
import { type DataFrame, levelColumn, makeFrame } from "../frame/mod.ts";
import { show } from "../core/check.ts";
import { type Chart, type ChartOptions, drawChart, INK } from "./chart.ts";
import { checkColumns } from "./order.ts";
import { plotCounts } from "./plot_counts.ts";

/** Which column is cut where, and what counts as near. */
export interface NearCutOptions {
  /** The column of numbers, such as `age`. */
  readonly column: string;
  /** Where it is cut, as in the schema's attribute. */
  readonly cuts: readonly number[];
  /** Distances from a cut, in the column's unit; 1, 2 and 5 by default. */
  readonly within?: readonly number[];
}

/** What is counted, and the title. */
export interface PlotCutsOptions extends ChartOptions {
  /** A numeric attribute of the schema, such as `age`. */
  readonly column: string;
  /** Where the attribute and its cuts stand. */
  readonly schema: Schema;
  /** What is counted, persons by default. */
  readonly of?: "images" | "persons";
  /** Width of the bins in the column's unit. */
  readonly step?: number;
}

/**
 * Counts what stands near each cut: within n of cut c are the values `c - n <= value < c + n`, so that within 1 year of 60 stand
 * those of 59 and of 60.
 *
 * @example
 * ```ts
 * import { makeFrame, nearCutCounts } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = await makeFrame({ group: ["a", "a", "b", "c"], age: [59, 59, 60, 40] });
 * const near = await nearCutCounts(frame, { column: "age", cuts: [60], within: [1] });
 * assertEquals(near.toRecords(), [{ cut: 60, within: 1, below: 1, above: 1, persons: 2, images: 3, share: 0.75 }]);
 * ```
 *
 * @param frame A row an image, as from `toFrame`.
 * @returns A row a cut and distance: the persons `below` the cut and `above` it (or on it), all `persons` (one whose images
 * disagree counts once), `images`, and their `share` of the images whose value is known, 0..1.
 * @throws {RangeError} If there is no such column, or a distance is not positive.
 */
export async function nearCutCounts(
  frame: DataFrame,
  { column, cuts, within = [1, 2, 5] }: NearCutOptions,
): Promise<DataFrame> {
  checkColumns("count what is near cuts", frame, ["group", column]);
  const bad = within.find((distance) => !(distance > 0));
  if (bad !== undefined) {
    throw new RangeError(`Cannot count what is near cuts as distances must be positive: current value is ${show(bad)}`);
  }
  const groups = frame.getColumn("group").toArray() as string[];
  const values = frame.getColumn(column).toArray() as (number | null)[];
  const known = [...values.keys()].filter((i) => values[i] !== null);
  const persons = (rows: readonly number[]) => new Set(rows.map((i) => groups[i])).size;
  const rows = cuts.flatMap((cut) =>
    within.map((distance) => {
      const below = known.filter((i) => values[i]! >= cut - distance && values[i]! < cut);
      const above = known.filter((i) => values[i]! >= cut && values[i]! < cut + distance);
      return { cut, distance, below, above, all: [...below, ...above] };
    })
  );
  return await makeFrame({
    cut: rows.map(({ cut }) => cut),
    within: rows.map(({ distance }) => distance),
    below: Int32Array.from(rows, ({ below }) => persons(below)),
    above: Int32Array.from(rows, ({ above }) => persons(above)),
    persons: Int32Array.from(rows, ({ all }) => persons(all)),
    images: Int32Array.from(rows, ({ all }) => all.length),
    share: rows.map(({ all }) => known.length > 0 ? all.length / known.length : 0),
  });
}

/**
 * Draws how a numeric attribute is distributed, coloured by level, with a line at each of the schema's cuts.
 *
 * @param frame A row an image, as from `toFrame`.
 * @returns The chart.
 * @throws {RangeError} If the schema has no such attribute, it is not cut, or the frame has no such column.
 */
export async function plotCuts(
  frame: DataFrame,
  { column, schema, of = "persons", ...options }: PlotCutsOptions,
): Promise<Chart> {
  const attribute = schema.attributes.find(({ name }) => name === column);
  if (!attribute?.cuts) {
    const cut = schema.attributes.filter(({ cuts }) => cuts).map(({ name }) => `"${name}"`);
    throw new RangeError(
      `Cannot plot cuts as the attribute must be a number that is cut, one of ${cut.join(", ") || "none"}: ` +
        `current value is ${show(column)}`,
    );
  }
  const fill = levelColumn(attribute, schema);
  const { spec } = await plotCounts(frame, { x: column, fill, of, schema, ...options });
  const { mark, encoding, data, ...rest } = spec;
  return await drawChart({
    ...rest,
    layer: [
      { data, mark, encoding },
      {
        data: { values: attribute.cuts.map((cut) => ({ cut })) },
        mark: { type: "rule", color: INK, strokeDash: [4, 3], strokeWidth: 1.5 },
        encoding: { x: { field: "cut", type: "quantitative" } },
      },
      {
        data: { values: attribute.cuts.map((cut) => ({ cut, text: `${cut}` })) },
        mark: { type: "text", align: "left", dx: 4, y: -6, color: INK },
        encoding: { x: { field: "cut", type: "quantitative" }, text: { field: "text" } },
      },
    ],
  });
}
