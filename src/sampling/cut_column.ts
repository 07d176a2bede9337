/**
 * A numeric attribute read off a data set's samples, held against their classes.
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import { type Attribute, type Dataset, decodeLabel, levelOf, type Sample, type Schema } from "../core/mod.ts";

/** An attribute with cuts, as a data set's samples have it. */
export interface CutColumn {
  /** The attribute. */
  readonly attribute: Attribute & { readonly cuts: readonly number[] };
  /** Its value for each sample, `[N]`. */
  readonly values: readonly number[];
  /** The level of each value, `[N]`. */
  readonly levels: readonly number[];
  /** By how much a class number goes up with the attribute's level. */
  readonly stride: number;
}

/**
 * Reads an attribute with cuts off the samples.
 *
 * @param attempt What cannot be done if the schema or a sample is at fault.
 * @param data The samples.
 * @param name The attribute.
 * @throws {RangeError | TypeError} If the schema or a sample is at fault, as `NearCuts` says.
 */
export function readCutColumn(
  attempt: string,
  { schema, samples }: Pick<Dataset, "schema" | "samples">,
  name: string,
): CutColumn {
  const { attributes } = schema;
  const place = attributes.findIndex((attribute) => attribute.name === name);
  const attribute = attributes[place], cuts = attribute?.cuts;
  if (!attribute || !cuts) {
    const choices = attributes.filter(({ cuts }) => cuts).map(({ name }) => name);
    const rule = choices.length > 0 ? `one of ${list(choices)}` : "one, and the schema has none";
    throw new RangeError(
      `Cannot ${attempt} as the attribute must be one that is cut from a number, ${rule}: current value is ${
        show(name)
      }`,
    );
  }
  const values: number[] = [], levels: number[] = [];
  for (const sample of samples) {
    const { id, label } = sample, value = sample.attributes[name], decoded = levelsOf(attempt, schema, sample)[place]!;
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw new TypeError(
        `Cannot ${attempt} as the attribute "${name}" must be a number: that of sample "${id}" is ${show(value)}`,
      );
    }
    const level = levelOf(attribute, value);
    if (level !== decoded) {
      throw new RangeError(
        `Cannot ${attempt} as the attribute "${name}" of a sample must agree with its class: that of sample "${id}" is ` +
          `${value}, the class is "${schema.classes[label]}"`,
      );
    }
    values.push(value);
    levels.push(level);
  }
  const stride = attributes.slice(place + 1).reduce((product, { levels }) => product * levels.length, 1);
  return { attribute: { ...attribute, cuts }, values, levels, stride };
}

/**
 * The levels of a sample's class, by attribute.
 *
 * @throws {RangeError} If the class is not known.
 */
export function levelsOf(attempt: string, schema: Schema, { id, label }: Pick<Sample, "id" | "label">): number[] {
  try {
    return decodeLabel(schema, label);
  } catch (error) {
    throw new RangeError(
      `Cannot ${attempt} as every sample must be of a known class, 0 to ${schema.classes.length - 1}: the label of ` +
        `sample "${id}" is ${label}`,
      { cause: error },
    );
  }
}

/** The samples' labels. */
export function labelsOf(samples: readonly Sample[]): Int32Array {
  return Int32Array.from(samples, ({ label }) => label);
}

/** The indices of all samples. */
export function everyIndex(samples: readonly Sample[]): Int32Array {
  return Int32Array.from(samples.keys());
}
