/**
 * Attributes and classes: how attribute values become one class number and back, by mixed radix.
 *
 * @module
 */
import { list, show } from "./check.ts";

/** One attribute of a class: named levels, cut from a number where `cuts` is given. */
export interface Attribute {
  /** Name, as in columns and configs. */
  readonly name: string;
  /** Names of the levels, in class order. */
  readonly levels: readonly string[];
  /**
   * Ascending cut points for a numeric attribute, one fewer than levels: level i holds `cuts[i - 1] <= value < cuts[i]`.
   * Without it the attribute's value is the name of its level.
   */
  readonly cuts?: readonly number[];
}

/** The attributes of a data set and the classes that are their product. */
export interface Schema {
  /** Attributes, the first changing slowest in the class number. */
  readonly attributes: readonly Attribute[];
  /** Class names, by class number. */
  readonly classes: readonly string[];
}

/** An attribute's value: a level's name, or a number that is cut into levels. */
export type AttributeValue = string | number;

/**
 * Makes a schema from attributes; the classes are their product, the last attribute changing fastest.
 *
 * @example
 * ```ts
 * import { encodeLabel, makeSchema } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const schema = makeSchema([
 *   { name: "mask", levels: ["on", "off"] },
 *   { name: "age", levels: ["young", "old"], cuts: [40] },
 * ]);
 * assertEquals(schema.classes, ["on young", "on old", "off young", "off old"]);
 * assertEquals(encodeLabel(schema, { mask: "off", age: 40 }), 3);
 * ```
 *
 * @param attributes At least one attribute with at least one level.
 * @returns The schema.
 * @throws {RangeError} If there is no attribute or level, a name occurs twice (a class's too), or cuts do not fit the levels.
 */
export function makeSchema(attributes: readonly Attribute[]): Schema {
  const faults: string[] = [];
  if (attributes.length === 0) faults.push("it needs at least one attribute");
  const names = attributes.map((a) => a.name);
  if (new Set(names).size < names.length) faults.push(`attribute names must differ: current names are ${list(names)}`);
  for (const { name, levels, cuts } of attributes) {
    if (levels.length === 0) faults.push(`attribute "${name}" needs at least one level`);
    if (new Set(levels).size < levels.length) {
      faults.push(`levels of "${name}" must differ: current levels are ${list(levels)}`);
    }
    if (cuts && cuts.length !== levels.length - 1) {
      faults.push(
        `attribute "${name}" needs ${levels.length - 1} cuts for ${levels.length} levels: current cuts are [${cuts}]`,
      );
    }
    if (cuts?.some((cut, i) => !Number.isFinite(cut) || (i > 0 && cut <= cuts[i - 1]!))) {
      faults.push(`cuts of "${name}" must be ascending numbers: current cuts are [${cuts}]`);
    }
  }
  const classes = attributes.reduce<string[][]>(
    (rows, { levels }) => rows.flatMap((row) => levels.map((level) => [...row, level])),
    [[]],
  ).map((row) => row.join(" "));
  if (faults.length === 0 && new Set(classes).size < classes.length) {
    const twice = classes.find((name, label) => classes.indexOf(name) < label);
    faults.push(`two classes would be called "${twice}"`);
  }
  if (faults.length > 0) throw new RangeError(`Cannot make a schema as ${faults.join("; ")}`);
  const own = attributes.map((a) => ({ ...a, levels: [...a.levels], ...(a.cuts ? { cuts: [...a.cuts] } : {}) }));
  return { attributes: own, classes };
}

/**
 * The level, counted from 0, that a value belongs to.
 *
 * @param attribute The attribute.
 * @param value A level's name, or a number where the attribute has cuts.
 * @returns The level's number.
 * @throws {RangeError} If the value is no level's name, or no finite number where a number is cut.
 */
export function levelOf(attribute: Attribute, value: AttributeValue): number {
  const { name, levels, cuts } = attribute;
  if (cuts && typeof value === "number" && Number.isFinite(value)) return cuts.filter((cut) => value >= cut).length;
  const level = typeof value === "string" ? levels.indexOf(value) : -1;
  if (level >= 0) return level;
  const rule = cuts ? "a finite number" : `one of ${list(levels)}`;
  throw new RangeError(`Cannot read attribute "${name}" as it must be ${rule}: current value is ${show(value)}`);
}

/**
 * The class number of attribute values.
 *
 * @param schema The attributes.
 * @param values A value for each of the schema's attributes; others are ignored.
 * @returns The class, 0..C-1.
 * @throws {RangeError} If a value is missing or belongs to no level.
 */
export function encodeLabel(schema: Schema, values: Readonly<Record<string, AttributeValue>>): number {
  let label = 0;
  for (const attribute of schema.attributes) {
    const value = values[attribute.name];
    if (value === undefined) throw new RangeError(`Cannot encode a label as attribute "${attribute.name}" is missing`);
    label = label * attribute.levels.length + levelOf(attribute, value);
  }
  return label;
}

/**
 * The levels that a class stands for: the inverse of {@linkcode encodeLabel}.
 *
 * @param schema The attributes.
 * @param label A class, 0..C-1.
 * @returns The number of the level of each attribute, in the schema's order.
 * @throws {RangeError} If there is no such class.
 */
export function decodeLabel(schema: Schema, label: number): number[] {
  if (!(Number.isInteger(label) && label >= 0 && label < schema.classes.length)) {
    throw new RangeError(
      `Cannot decode a label as it must be 0 to ${schema.classes.length - 1}: current value is ${label}`,
    );
  }
  const levels: number[] = [];
  for (const { levels: { length } } of schema.attributes.toReversed()) {
    levels.unshift(label % length);
    label = Math.floor(label / length);
  }
  return levels;
}

/**
 * The 18 classes of the face task, in the contest's order: mask (wear, incorrect, not wear) x gender (male, female) x
 * age (young below 30, middle 30 to 59, old 60 and over).
 */
export const FACE_SCHEMA: Schema = makeSchema([
  { name: "mask", levels: ["wear", "incorrect", "not wear"] },
  { name: "gender", levels: ["male", "female"] },
  { name: "age", levels: ["young", "middle", "old"], cuts: [30, 60] },
]);

/** The seven photographs of a person in the contest's layout, by file name, and the level of mask that each shows. */
export const FACE_PHOTOS: Readonly<Record<string, "wear" | "incorrect" | "not wear">> = {
  mask1: "wear",
  mask2: "wear",
  mask3: "wear",
  mask4: "wear",
  mask5: "wear",
  incorrect_mask: "incorrect",
  normal: "not wear",
};

/**
 * The probabilities of one attribute's levels: sums over the classes that share a level.
 *
 * @param schema The attributes; C classes.
 * @param place The attribute's place in the schema; L is its number of levels.
 * @param probabilities Probabilities `[N, C]`, row by row.
 * @returns Probabilities `[N, L]`, row by row.
 */
export function levelProbabilities(schema: Schema, place: number, probabilities: Float32Array): Float64Array {
  const classes = schema.classes.length, levels = schema.attributes[place]!.levels.length;
  const levelOfClass = schema.classes.map((_, label) => decodeLabel(schema, label)[place]!);
  const rows = Math.floor(probabilities.length / classes), sums = new Float64Array(rows * levels);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < classes; c++) sums[row * levels + levelOfClass[c]!]! += probabilities[row * classes + c]!;
  }
  return sums;
}
