/**
 * How the training and the validation part of a split differ, value by value. Intervals are percentiles of a bootstrap that
 * draws persons, as the images of one are no independent draws (Efron, 1979, https://doi.org/10.1214/aos/1176344552).
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { Fold } from "../core/records.ts";
import { randomInt, type Rng, seededRng } from "../core/rng.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";
import { checkColumns, type OrderOptions, type Value, valuesInOrder } from "./order.ts";

/** What is compared, and how the intervals are drawn. */
export interface ComparePartsOptions extends OrderOptions {
  /** Columns of names whose shares are compared: `class`, `gender`, ... */
  readonly columns: readonly string[];
  /** Bootstrap draws, 500 by default. */
  readonly draws?: number;
  /** Share of the draws within an interval, 0..1; 0.95 by default. */
  readonly level?: number;
  /** Seed of the draws; 0 by default. */
  readonly seed?: number;
}

/**
 * Compares the shares of each value in the training and the validation images.
 *
 * @example
 * ```ts
 * import { compareParts, makeFrame } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = await makeFrame({ group: ["a", "b", "c", "d"], mask: ["worn", "off", "worn", "worn"] });
 * const fold = { train: Int32Array.of(0, 1), valid: Int32Array.of(2, 3) };
 * const rows = (await compareParts(frame, fold, { columns: ["mask"] })).toRecords();
 * assertEquals(rows.map(({ value, part, share }) => [value, part, share]).slice(2), [
 *   ["worn", "train", 0.5],
 *   ["worn", "valid", 1],
 * ]);
 * ```
 *
 * @param frame A row an image, as from `toFrame`.
 * @param fold Which rows are trained on and which validated.
 * @returns A row a column, value and part (`train`, `valid`): `column`, `value`, `part`, `images`, `persons`, `share` of the part's
 * images, 0..1, and the interval `low` to `high` of that share.
 * @throws {RangeError} If there is no such column, or a part is empty.
 */
export async function compareParts(
  frame: DataFrame,
  fold: Fold,
  { columns, draws = 500, level = 0.95, seed = 0, ...options }: ComparePartsOptions,
): Promise<DataFrame> {
  checkColumns("compare parts", frame, ["group", ...columns]);
  checkInteger("compare parts", "draws", draws, { min: 1 });
  const empty = (["train", "valid"] as const).find((part) => fold[part].length === 0);
  if (empty) throw new RangeError(`Cannot compare parts as each must have images: current ${empty} has 0`);
  const groups = frame.getColumn("group").toArray() as string[];
  const rng = seededRng(seed);
  const rows = columns.flatMap((column) => {
    const values = frame.getColumn(column).toArray() as Value[];
    const order = valuesInOrder(frame, column, options);
    const [train, valid] = (["train", "valid"] as const).map((part) => {
      const counts = countByPerson(fold[part], groups, values, order);
      const bounds = intervals(counts, { draws, level, rng: rng.fork(`${part} ${column}`) });
      return order.map((value, v) => {
        const images = counts.reduce((sum, row) => sum + row[v]!, 0);
        const persons = counts.filter((row) => row[v]! > 0).length;
        const [low, high] = bounds[v]!;
        return {
          column,
          value: `${value ?? "missing"}`,
          part,
          images,
          persons,
          share: images / fold[part].length,
          low,
          high,
        };
      });
    });
    return order.flatMap((_, v) => [train![v]!, valid![v]!]);
  });
  return await makeFrame({
    column: rows.map(({ column }) => column),
    value: rows.map(({ value }) => value),
    part: rows.map(({ part }) => part),
    images: Int32Array.from(rows, ({ images }) => images),
    persons: Int32Array.from(rows, ({ persons }) => persons),
    share: rows.map(({ share }) => share),
    low: rows.map(({ low }) => low),
    high: rows.map(({ high }) => high),
  });
}

/** Images of each value, a row a person. */
function countByPerson(
  part: Int32Array,
  groups: readonly string[],
  values: readonly Value[],
  order: readonly Value[],
): Float64Array[] {
  const place = new Map(order.map((value, v) => [value, v]));
  const rows = new Map<string, Float64Array>();
  for (const i of part) {
    const row = rows.get(groups[i]!) ?? new Float64Array(order.length);
    row[place.get(values[i]!)!]! += 1;
    rows.set(groups[i]!, row);
  }
  return [...rows.values()];
}

/** Percentile intervals of each value's share, by drawing persons with replacement. */
function intervals(
  counts: readonly Float64Array[],
  { draws, level, rng }: { draws: number; level: number; rng: Rng },
): [low: number, high: number][] {
  const width = counts[0]!.length;
  const shares = Array.from({ length: width }, () => new Float64Array(draws));
  for (let d = 0; d < draws; d++) {
    const sums = new Float64Array(width);
    for (let k = 0; k < counts.length; k++) {
      const row = counts[randomInt(rng, counts.length)]!;
      for (let v = 0; v < width; v++) sums[v]! += row[v]!;
    }
    const total = sums.reduce((a, b) => a + b, 0);
    for (let v = 0; v < width; v++) shares[v]![d] = sums[v]! / total;
  }
  return shares.map((drawn) => {
    const sorted = drawn.toSorted();
    const at = (q: number) => sorted[Math.round(q * (draws - 1))]!;
    return [at((1 - level) / 2), at((1 + level) / 2)];
  });
}
