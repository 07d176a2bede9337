/**
 * How many images of which class are to be made.
 *
 * @module
 */
import { checkInteger, list, show } from "../core/check.ts";
import type { GanRun } from "./gan_run.ts";

/** Which images are wanted: of one class, of the rarest, or of several; one of these. */
export type SyntheticWish =
  | { readonly class: number | string; readonly count: number }
  | { readonly rarest: true; readonly count: number }
  | { readonly counts: Readonly<Record<string, number>> }
  | { readonly balance: true };

/**
 * Counts for every class of what is wanted.
 *
 * @example
 * ```ts
 * import { FACE_SCHEMA, syntheticCounts } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const run = { schema: FACE_SCHEMA, counts: FACE_SCHEMA.classes.map((_, label) => label === 5 ? 2 : 10) };
 * assertEquals(syntheticCounts(run, { balance: true })[5], 8);
 * assertEquals(syntheticCounts(run, { class: "wear female old", count: 3 }), syntheticCounts(run, { rarest: true, count: 3 }));
 * ```
 *
 * @param run The classes, and how many training images each has.
 * @param wish A class by number or name with a count; the rarest class of the training data with a count; counts by class; or, to
 *   `balance`, as many of each class as it has fewer than the most frequent one.
 * @returns Images of each class, by class number.
 * @throws {RangeError} If there is no such class, or a count is no whole number of at least 0.
 */
export function syntheticCounts({ schema, counts }: Pick<GanRun, "schema" | "counts">, wish: SyntheticWish): number[] {
  const { classes } = schema;
  const numberOf = (name: number | string) => {
    const label = classes.includes(`${name}`)
      ? classes.indexOf(`${name}`)
      : /^\d+$/.test(`${name}`)
      ? Number(name)
      : -1;
    if (label >= 0 && label < classes.length) return label;
    throw new RangeError(
      `Cannot generate images of a class as it must be 0 to ${classes.length - 1} or one of ${list(classes)}: ` +
        `current value is ${show(name)}`,
    );
  };
  const wanted = classes.map(() => 0);
  const add = (label: number, count: number) => {
    checkInteger("generate images", `count of "${classes[label]}"`, count, { min: 0 });
    wanted[label]! += count;
  };
  if ("class" in wish) add(numberOf(wish.class), wish.count);
  else if ("rarest" in wish) add(counts.indexOf(Math.min(...counts)), wish.count);
  else if ("counts" in wish) { for (const [name, count] of Object.entries(wish.counts)) add(numberOf(name), count); }
  else counts.forEach((count, label) => add(label, Math.max(...counts) - count));
  return wanted;
}
