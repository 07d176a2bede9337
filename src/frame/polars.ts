/**
 * Polars, loaded on first use: the only file that names the package. Its native code needs `--allow-ffi`, `--allow-read`,
 * `--allow-env` and `--allow-sys`, which importing maskfold must not.
 *
 * @module
 */
import type pl from "nodejs-polars";

/** A table of typed columns, as Polars holds it. */
export type DataFrame = pl.DataFrame;

/** One column of a {@linkcode DataFrame}. */
export type Series = pl.Series;

/** Polars itself: expressions (`pl.col`, `pl.lit`), constructors, types. */
export type Polars = (typeof import("nodejs-polars"))["default"];

let loaded: Promise<Polars> | undefined;

/**
 * Polars, for work on frames that the functions here do not cover.
 *
 * @example
 * ```ts
 * import { loadPolars } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const pl = await loadPolars();
 * const frame = pl.DataFrame({ id: ["a", "b"], age: [21, 64] });
 * assertEquals(frame.filter(pl.col("age").gt(30)).getColumn("id").toArray(), ["b"]);
 * ```
 *
 * @returns The module, loaded once.
 */
export function loadPolars(): Promise<Polars> {
  loaded ??= import("nodejs-polars").then((module) => module.default);
  return loaded;
}

/** Whether a value is a frame: Polars makes them proxies of no class, so that only what they can do tells. */
export function isFrame(value: unknown): value is DataFrame {
  if (typeof value !== "object" || value === null) return false;
  const { getColumn, toRecords } = value as Partial<DataFrame>;
  return typeof getColumn === "function" && typeof toRecords === "function";
}
