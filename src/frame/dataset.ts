/**
 * Data sets as frames: a row a sample.
 *
 * @module
 */
import type { Dataset, Sample } from "../core/records.ts";
import { type Attribute, type AttributeValue, decodeLabel, levelOf, type Schema } from "../core/schema.ts";
import { type DataFrame, loadPolars } from "./polars.ts";
import { numberSeries, textSeries } from "./series.ts";

/** Columns that every frame of a data set opens with. */
const FIXED = ["id", "path", "group", "label", "class"];

/**
 * The column that holds an attribute's level: the attribute's own name, or `<name>Group` where it is a number cut into levels
 * (`age` holds the years, `ageGroup` the level).
 *
 * @param attribute An attribute of the schema.
 * @param schema The schema.
 * @returns The column's name; one that {@linkcode toFrame} uses for something else gets an underscore (`path_`).
 */
export function levelColumn(attribute: Attribute, schema: Schema): string {
  if (attribute.cuts) return `${attribute.name}Group`;
  return isClass(attribute, schema) ? "class" : free(attribute.name);
}

/** Whether an attribute's levels are the classes and its name says so, as in data sets with a folder a class. */
function isClass({ name }: Attribute, { attributes }: Schema): boolean {
  return name === "class" && attributes.length === 1;
}

function free(name: string): string {
  return FIXED.includes(name) ? `${name}_` : name;
}

/**
 * Turns a data set into a frame with a row a sample, in the samples' order. Its columns are
 *
 * - `id`, `path`, `group` (the person): String;
 * - `label`: Int32, the class number, -1 where unknown; `class`: its name, missing where unknown;
 * - for each attribute of the schema its level's name in {@linkcode levelColumn}; a number that is cut into levels comes just
 *   before it as Float64 under the attribute's own name. Where the class is known it says the level, else the value does;
 * - whatever else the samples carry, under its own name: Float64 where all values are numbers, else String.
 *
 * A value that a sample lacks is missing (null).
 *
 * @example
 * ```ts
 * import { FACE_SCHEMA, toFrame } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const attributes = { mask: "wear", gender: "female", age: 61, race: "asian" };
 * const samples = [{ id: "a", path: "p1/a.jpg", group: "p1", label: 5, attributes }];
 * const frame = await toFrame({ schema: FACE_SCHEMA, samples, root: "data", faults: [] });
 * assertEquals(frame.columns.slice(3), ["label", "class", "mask", "gender", "age", "ageGroup", "race"]);
 * assertEquals(frame.getColumn("ageGroup").toArray(), ["old"]);
 * ```
 *
 * @param dataset N samples.
 * @returns The frame, N rows.
 * @throws {RangeError} If a sample without a class has a value that belongs to no level; the message names its id.
 */
export async function toFrame({ schema, samples }: Dataset): Promise<DataFrame> {
  const pl = await loadPolars();
  const text = (name: string, values: (string | null)[]) => textSeries(pl, name, values);
  const numbers = (name: string, values: (number | null)[]) => numberSeries(pl, name, values);
  const decoded = schema.classes.map((_, label) => decodeLabel(schema, label));
  const known = samples.map(({ label }) => label >= 0 ? decoded[label] ?? decodeLabel(schema, label) : undefined);

  const levels = schema.attributes.flatMap((attribute, a) => {
    if (isClass(attribute, schema)) return [];
    const names = samples.map((sample, i) => {
      const level = known[i]?.[a] ?? levelIn(attribute, sample);
      return level === undefined ? null : attribute.levels[level]!;
    });
    const raw = samples.map(({ attributes }) => attributes[attribute.name]);
    return [
      ...attribute.cuts ? [numbers(free(attribute.name), raw.map((x) => typeof x === "number" ? x : null))] : [],
      text(levelColumn(attribute, schema), names),
    ];
  });
  const others = otherNames(schema, samples).map((name) => {
    const values = samples.map(({ attributes }) => attributes[name]);
    return values.every((value) => value === undefined || typeof value === "number")
      ? numbers(free(name), values.map((value) => value as number ?? null))
      : text(free(name), values.map((value) => value === undefined ? null : `${value}`));
  });
  return pl.DataFrame([
    text("id", samples.map(({ id }) => id)),
    text("path", samples.map(({ path }) => path)),
    text("group", samples.map(({ group }) => group)),
    pl.Series("label", Int32Array.from(samples, ({ label }) => label), pl.Int32),
    text("class", samples.map(({ label }) => schema.classes[label] ?? null)),
    ...levels,
    ...others,
  ]);
}

function levelIn(attribute: Attribute, { id, attributes }: Sample): number | undefined {
  const value: AttributeValue | undefined = attributes[attribute.name];
  if (value === undefined) return undefined;
  try {
    return levelOf(attribute, value);
  } catch (error) {
    throw new RangeError(`${(error as Error).message}, of sample "${id}"`);
  }
}

/** Attributes that the samples carry beside the schema's, in the order in which they first occur. */
function otherNames(schema: Schema, samples: readonly Sample[]): string[] {
  const names = new Set<string>();
  for (const { attributes } of samples) {
    for (const name in attributes) if (Object.hasOwn(attributes, name)) names.add(name);
  }
  for (const { name } of schema.attributes) names.delete(name);
  const taken = schema.attributes.map((attribute) => levelColumn(attribute, schema));
  return [...names].filter((name) => !taken.includes(name));
}
