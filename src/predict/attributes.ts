/**
 * Attributes apart: what predictions say of one attribute, and classes put together from the attributes that different members
 * know best.
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { type Attribute, decodeLabel, levelProbabilities, type Schema } from "../core/schema.ts";
import { type Aligned, alignMembers, checkProbabilities } from "./align.ts";
import { normaliseRows } from "./rows.ts";

/**
 * The probabilities of one attribute's levels: sums over the classes that share a level.
 *
 * @param predictions Predictions over the schema's classes.
 * @param schema The attributes.
 * @param name The attribute's name.
 * @returns Predictions whose classes are the attribute's levels, labels too.
 * @throws {RangeError} If the schema has no such attribute.
 * @throws {TypeError} If the predictions are not over the schema's classes.
 */
export function attributeMarginals(predictions: Predictions, schema: Schema, name: string): Predictions {
  const place = attributePlace(schema, name), { levels } = schema.attributes[place]!;
  checkClasses("take marginals", predictions.classes, `those of the schema, ${show(schema.classes)}`, schema.classes);
  const { ids, labels } = predictions;
  const levelOfClass = schema.classes.map((_, label) => decodeLabel(schema, label)[place]!);
  return {
    ids,
    classes: levels,
    probabilities: Float32Array.from(levelProbabilities(schema, place, predictions.probabilities)),
    labels: labels.map((label) => label === UNKNOWN_LABEL ? UNKNOWN_LABEL : levelOfClass[label]!),
  };
}

/**
 * Classes from attributes that are predicted apart: the probability of a class is the product of its levels' probabilities, so
 * the attributes are taken as independent of each other given the image.
 *
 * @example
 * ```ts
 * import { combineAttributes, makeSchema } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const schema = makeSchema([{ name: "mask", levels: ["on", "off"] }, { name: "age", levels: ["young", "old"] }]);
 * const levels = (classes: readonly string[], ...probabilities: number[]) => ({
 *   ids: ["a"],
 *   classes,
 *   probabilities: Float32Array.from(probabilities),
 *   labels: Int32Array.of(-1),
 * });
 * const { classes, probabilities } = combineAttributes(schema, {
 *   mask: levels(["on", "off"], 0.75, 0.25),
 *   age: levels(["young", "old"], 0.5, 0.5),
 * });
 * assertEquals(classes, ["on young", "on old", "off young", "off old"]);
 * assertEquals([...probabilities], [0.375, 0.375, 0.125, 0.125]);
 * ```
 *
 * @param schema The attributes and their classes.
 * @param members For each attribute a member's predictions over all classes, whose marginals are taken, or over the attribute's
 * levels; all for the same ids.
 * @returns Predictions over the schema's classes in the order of the first attribute's rows; a label where a member over all
 * classes knows it, or where those of all attributes are known.
 * @throws {TypeError} If an attribute is missing or unknown, classes do not fit, ids differ, or members over all classes
 * contradict each other's labels.
 * @throws {RangeError} If a probability is negative or no finite number.
 */
export function combineAttributes(
  schema: Schema,
  members: Readonly<Record<string, Predictions>>,
): Predictions {
  const names = schema.attributes.map(({ name }) => name);
  const missing = names.filter((name) => !Object.hasOwn(members, name));
  const unknown = Object.keys(members).filter((name) => !names.includes(name));
  if (missing.length + unknown.length > 0) {
    throw new TypeError(
      `Cannot combine attributes as each of ${list(names)} needs predictions: missing are [${
        list(missing)
      }], unknown ` +
        `[${list(unknown)}]`,
    );
  }
  const marginals = schema.attributes.map((attribute) => levelsOf(members[attribute.name]!, schema, attribute));
  const { ids, labels: known, members: aligned } = sameRows(schema, members, marginals), width = schema.classes.length;
  const rows = aligned.map(({ places }) => places ?? Int32Array.from(ids, (_, row) => row));
  const levelsOfClass = schema.classes.map((_, label) => decodeLabel(schema, label));
  const values = new Float64Array(ids.length * width), labels = new Int32Array(ids.length);
  for (let row = 0; row < ids.length; row++) {
    levelsOfClass.forEach((levels, c) => {
      values[row * width + c] = levels.reduce(
        (product, level, a) =>
          product * marginals[a]!.probabilities[rows[a]![row]! * marginals[a]!.classes.length + level]!,
        1,
      );
    });
    labels[row] = known[row] !== UNKNOWN_LABEL ? known[row]! : marginals.reduce((label, { classes, labels }, a) => {
      const level = labels[rows[a]![row]!]!;
      return label === UNKNOWN_LABEL || level === UNKNOWN_LABEL ? UNKNOWN_LABEL : label * classes.length + level;
    }, 0);
  }
  normaliseRows(values, width, ids.length);
  return { ids, classes: schema.classes, probabilities: Float32Array.from(values), labels };
}

/** A member's predictions of an attribute's levels. */
function levelsOf(member: Predictions, schema: Schema, attribute: Attribute): Predictions {
  const { name, levels } = attribute;
  checkProbabilities("combine attributes", member, schema.attributes.indexOf(attribute));
  if (schema.attributes.length > 1 && sameNames(member.classes, schema.classes)) {
    return attributeMarginals(member, schema, name);
  }
  checkClasses(
    "combine attributes",
    member.classes,
    `the levels of "${name}", ${list(levels)}, or those of the schema`,
    levels,
  );
  return member;
}

/** The members' rows by the first one's ids, and the labels that members over all classes know; both are checked as an ensemble's. */
function sameRows(
  schema: Schema,
  members: Readonly<Record<string, Predictions>>,
  marginals: readonly Predictions[],
): Aligned {
  return alignMembers(
    "combine attributes",
    marginals.map(({ ids }, a) => {
      const { classes, labels } = members[schema.attributes[a]!.name]!;
      return {
        ids,
        classes: [""],
        probabilities: new Float32Array(ids.length),
        labels: sameNames(classes, schema.classes) ? labels : new Int32Array(ids.length).fill(UNKNOWN_LABEL),
      };
    }),
  );
}

function attributePlace({ attributes }: Schema, name: string): number {
  const place = attributes.findIndex((attribute) => attribute.name === name);
  if (place >= 0) return place;
  throw new RangeError(
    `Cannot take marginals as the attribute must be one of ${
      list(attributes.map((a) => a.name))
    }: current name is "${name}"`,
  );
}

function checkClasses(attempt: string, found: readonly string[], rule: string, wanted: readonly string[]): void {
  if (sameNames(found, wanted)) return;
  throw new TypeError(`Cannot ${attempt} as the classes must be ${rule}: current classes are ${show(found)}`);
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
