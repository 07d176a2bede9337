/**
 * From what a folder's name or a table's cell says to attribute values and class numbers.
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import {
  type Attribute,
  type AttributeValue,
  decodeLabel,
  encodeLabel,
  levelOf,
  type Schema,
  UNKNOWN_LABEL,
} from "../core/mod.ts";
import { compareNatural } from "./listing.ts";

/** What one value says: a class, and the attributes that it stands for. */
export interface Labelled {
  /** Class number, 0..C-1. */
  readonly label: number;
  /** The schema's attributes by name. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/**
 * An attribute whose levels are the distinct values found, in natural order.
 *
 * @param name The attribute's name.
 * @param values At least one value.
 */
export function attributeOf(name: string, values: Iterable<string>): Attribute {
  return { name, levels: [...new Set(values)].sort(compareNatural) };
}

/**
 * Reads a class from one value: a level's name or a number to be cut if the schema has one attribute, else a class's name.
 *
 * @throws {RangeError} If there is no such class.
 */
export function readClass(schema: Schema, value: AttributeValue): Labelled {
  const { attributes: [first], classes } = schema;
  if (schema.attributes.length === 1) {
    const attributes = { [first!.name]: readValue(first!, value) };
    return { label: encodeLabel(schema, attributes), attributes };
  }
  const label = classes.indexOf(`${value}`);
  if (label >= 0) return { label, attributes: levelNames(schema, label) };
  throw new RangeError(`Cannot read a class as it must be one of ${list(classes)}: current value is ${show(value)}`);
}

/**
 * Reads an attribute's value: a number where the attribute has cuts and the text is one.
 *
 * @throws {RangeError} If it belongs to no level.
 */
export function readValue(attribute: Attribute, value: AttributeValue): AttributeValue {
  const isNumber = attribute.cuts && typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
  const read = isNumber ? Number(value) : attribute.cuts ? value : `${value}`;
  levelOf(attribute, read);
  return read;
}

/** The names of a class's levels by attribute; none for an unknown label. */
export function levelNames(schema: Schema, label: number): Readonly<Record<string, AttributeValue>> {
  if (label === UNKNOWN_LABEL) return {};
  const levels = decodeLabel(schema, label);
  return Object.fromEntries(schema.attributes.map(({ name, levels: names }, i) => [name, names[levels[i]!]!]));
}
