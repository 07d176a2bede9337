/**
 * Frames from plain columns, typed by what the columns hold and never by a guess at their text.
 *
 * @module
 */
import { checkSameLength } from "../core/check.ts";
import { type DataFrame, loadPolars } from "./polars.ts";
import { numberSeries, textSeries } from "./series.ts";

/** The values of one column; null where missing. */
export type ColumnValues = readonly (string | null)[] | readonly (number | null)[] | Int32Array | Float32Array;

/**
 * Makes a frame from columns: text becomes String, numbers Float64, an Int32Array Int32 and a Float32Array Float32.
 *
 * @example
 * ```ts
 * import { makeFrame } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = await makeFrame({ id: ["000001", null], images: Int32Array.of(7, 7) });
 * assertEquals(frame.getColumns().map((column) => column.dtype.variant), ["String", "Int32"]);
 * ```
 *
 * @param columns N values each, by name; a column with no value at all becomes String.
 * @returns The frame, N rows, columns in the order given.
 * @throws {TypeError} If columns differ in length, or one mixes text and numbers.
 */
export async function makeFrame(columns: Readonly<Record<string, ColumnValues>>): Promise<DataFrame> {
  checkSameLength("make a frame", columns);
  const pl = await loadPolars();
  return pl.DataFrame(
    Object.entries(columns).map(([name, values]) => {
      if (values instanceof Int32Array) return pl.Series(name, values.slice(), pl.Int32);
      if (values instanceof Float32Array) return pl.Series(name, values.slice(), pl.Float32);
      const kinds = new Set<string>();
      for (const value of values) if (value !== null) kinds.add(typeof value);
      if (kinds.size > 1) {
        throw new TypeError(`Cannot make a frame as column "${name}" mixes ${[...kinds].join(" and ")}`);
      }
      return kinds.has("number")
        ? numberSeries(pl, name, values as readonly (number | null)[])
        : textSeries(pl, name, values as readonly (string | null)[]);
    }),
  );
}
