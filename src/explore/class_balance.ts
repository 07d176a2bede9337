/**
 * How far from even the classes are: the imbalance ratio, and the effective number of classes, which is the exponential of
 * the entropy (Hill's number of order 1, Hill, 1973, https://doi.org/10.2307/1934352).
 *
 * @module
 */
import { type DataFrame, makeFrame } from "../frame/mod.ts";
import { counts } from "./counts.ts";
import type { OrderOptions } from "./order.ts";

/**
 * Measures how even the values of columns are, by images and by persons. With shares p of the values that occur, the entropy
 * is `-sum(p ln p)` and the effective number `exp(entropy)`: the number of equally frequent classes of the same entropy.
 *
 * @example
 * ```ts
 * import { classBalance, makeFrame } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = await makeFrame({ group: ["a", "b", "c", "d"], mask: ["worn", "off", "worn", "off"] });
 * const [images] = (await classBalance(frame, "mask")).toRecords();
 * assertEquals([images?.imbalance, images?.effective], [1, 2]);
 * ```
 *
 * @param frame A row an image, as from `toFrame`.
 * @param keys The columns, `class` say; of several, their combinations.
 * @param options With a schema, classes that do not occur are counted as empty.
 * @returns A row for images and one for persons: what it is `of`, how many `classes` there are and how many are `empty`, the
 * `fewest` (of those that occur) and `most` of one class, `imbalance` (most over fewest), `entropy` in nats, and `effective`.
 * @throws {RangeError} If there is no such column.
 */
export async function classBalance(
  frame: DataFrame,
  keys: string | readonly string[],
  options: OrderOptions = {},
): Promise<DataFrame> {
  const table = await counts(frame, keys, options);
  const rows = (["images", "persons"] as const).map((of) => {
    const all = Array.from(table.getColumn(of).toArray() as ArrayLike<number>);
    const found = all.filter((count) => count > 0), total = found.reduce((sum, count) => sum + count, 0);
    const entropy = found.reduce((sum, count) => sum + count / total * Math.log(total / count), 0);
    const fewest = Math.min(...found), most = Math.max(...found);
    return { of, classes: all.length, empty: all.length - found.length, fewest, most, entropy };
  });
  return await makeFrame({
    of: rows.map(({ of }) => of),
    classes: Int32Array.from(rows, ({ classes }) => classes),
    empty: Int32Array.from(rows, ({ empty }) => empty),
    fewest: rows.map(({ fewest }) => fewest),
    most: rows.map(({ most }) => most),
    imbalance: rows.map(({ most, fewest }) => most / fewest),
    entropy: rows.map(({ entropy }) => entropy),
    effective: rows.map(({ entropy }) => Math.exp(entropy)),
  });
}
