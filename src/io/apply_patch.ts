/**
 * Applies label corrections to a data set in memory, and takes them back.
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import {
  type Attribute,
  type AttributeValue,
  type Dataset,
  decodeLabel,
  type Fault,
  type FaultKind,
  levelOf,
  type Sample,
  type Schema,
  UNKNOWN_LABEL,
} from "../core/mod.ts";
import type { LabelCorrection, LabelPatch } from "./label_patches.ts";
import { readValue } from "./labels.ts";
import { type CheckOptions, faultError } from "./validate.ts";

/** How a patch is applied. */
export interface ApplyPatchOptions {
  /**
   * What happens to faults: "strict" (unless given) throws them all as one error; "lenient" passes over the corrections
   * that are at fault and returns the faults in the data set, beside those that it had.
   */
  readonly mode?: CheckOptions["mode"];
}

/**
 * Corrects values and the labels that follow from them; nothing else changes, and samples that no correction concerns are
 * the same records as before.
 *
 * @example
 * ```ts
 * import { applyLabelPatch, loadTable, revertLabelPatch } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * for (const name of ["a.jpg", "b.jpg"]) await Deno.writeTextFile(`${root}/${name}`, "pixels");
 * const records = [{ path: "a.jpg", animal: "cat" }, { path: "b.jpg", animal: "dog" }];
 * const dataset = await loadTable(records, { root, columns: { path: "path", label: "animal" } });
 * const patch = { corrections: [{ id: "a.jpg", attribute: "animal", old: "cat", new: "dog", why: "it barks" }] };
 * const corrected = applyLabelPatch(dataset, patch);
 * assertEquals(corrected.samples.map(({ label }) => label), [1, 1]);
 * assertEquals(revertLabelPatch(corrected, patch), dataset);
 * ```
 *
 * @param dataset The samples; not changed.
 * @param patch The corrections. Those of a group concern all of its samples, which must agree in the old value.
 * @param options What happens to faults.
 * @returns The data set with the right values.
 * @throws {AggregateError} With all faults, each naming file and row: an unknown scope, id, attribute or level, an old value
 * that is not what the data says, a sample of unknown class, or a value that another row corrects too; see `faultsOf`.
 */
export function applyLabelPatch(dataset: Dataset, patch: LabelPatch, options: ApplyPatchOptions = {}): Dataset {
  return correct(dataset, patch, APPLY, options);
}

/**
 * Takes corrections back: the data set must say the new values, and says the old ones afterwards.
 *
 * @param dataset A data set to which the patch was applied; not changed.
 * @param patch The corrections.
 * @returns The data set as it was before.
 * @throws {AggregateError} As {@linkcode applyLabelPatch} does.
 */
export function revertLabelPatch(dataset: Dataset, patch: LabelPatch): Dataset {
  return correct(dataset, patch, REVERT, {});
}

/** Which column says what the data must say, and which what it is to say. */
interface Direction {
  readonly verb: string;
  readonly from: "old" | "new";
  readonly to: "old" | "new";
}

const APPLY: Direction = { verb: "apply", from: "old", to: "new" };
const REVERT: Direction = { verb: "revert", from: "new", to: "old" };

/** A rule that a correction breaks, as the rest of a sentence. */
type Breach = readonly [kind: FaultKind, rule: string];

/** What becomes of a sample: a value of one of the schema's attributes. */
interface Change {
  readonly attribute: Attribute;
  /** The attribute's place in the schema. */
  readonly place: number;
  readonly before: AttributeValue;
  readonly after: AttributeValue;
}

function correct(
  dataset: Dataset,
  { path, corrections }: LabelPatch,
  direction: Direction,
  { mode = "strict" }: ApplyPatchOptions,
): Dataset {
  const { schema, samples } = dataset, table = path ?? "the label patch";
  const places = {
    sample: Map.groupBy(samples.keys(), (i) => samples[i]!.id),
    group: Map.groupBy(samples.keys(), (i) => samples[i]!.group),
  };
  const corrected = [...samples], faults: Fault[] = [];
  const rows = new Map<string, string>(); // the row that corrects a sample's attribute, by both
  corrections.forEach((correction, k) => {
    const { scope = "sample", id, attribute, row } = correction, breaches: Breach[] = [];
    const subject = row === undefined ? `Correction ${k + 1}` : `Row ${row}`;
    const concerned = Object.hasOwn(places, scope) ? places[scope].get(id) ?? [] : [];
    if (!Object.hasOwn(places, scope)) {
      breaches.push([
        "unknown-value",
        `has the scope ${show(scope)} where one of ${list(Object.keys(places))} is expected`,
      ]);
    } else if (concerned.length === 0) {
      breaches.push(["unknown-value", `names the ${scope} ${show(id)}, which the data does not have`]);
    }
    const change = readChange(schema, correction, direction, breaches);
    const keys = concerned.map((i) => JSON.stringify([i, attribute]));
    const first = keys.map((key) => rows.get(key)).find((other) => other !== undefined);
    if (first) {
      breaches.push(["duplicate-id", `corrects "${attribute}" of the ${scope} "${id}", as ${first} does already`]);
    }
    for (const key of keys) if (!rows.has(key)) rows.set(key, subject.toLowerCase());
    if (change && !first) breaches.push(...firstDisagreement(schema, concerned.map((i) => samples[i]!), change));
    if (change && breaches.length === 0) {
      for (const i of concerned) corrected[i] = changed(schema, corrected[i]!, change);
    }
    for (const [kind, rule] of breaches) {
      faults.push({ kind, message: `${subject} of ${table} ${rule}.`, path, row, id });
    }
  });
  if (faults.length === 0) return { ...dataset, samples: corrected };
  if (mode === "lenient") return { ...dataset, samples: corrected, faults: [...dataset.faults, ...faults] };
  throw faultError(`${direction.verb} the label patch${path === undefined ? "" : ` "${path}"`}`, faults);
}

/** Reads a correction's attribute and values; adds to `breaches` what is wrong with them. */
function readChange(
  { attributes }: Schema,
  correction: LabelCorrection,
  { from, to }: Direction,
  breaches: Breach[],
): Change | undefined {
  const name = correction.attribute, place = attributes.findIndex((attribute) => attribute.name === name);
  const attribute = attributes[place];
  if (!attribute) {
    const choices = list(attributes.map(({ name }) => name));
    breaches.push(["unknown-value", `names the attribute ${show(name)} where one of ${choices} is expected`]);
    return undefined;
  }
  const [before, after] = [from, to].map((column) => {
    try {
      return readValue(attribute, correction[column]);
    } catch (error) { // no level's name, and no number where the attribute is cut from one
      breaches.push(["unknown-value", `has no level in its column "${column}": ${(error as Error).message}`]);
    }
  });
  return before === undefined || after === undefined ? undefined : { attribute, place, before, after };
}

/** What the first sample that does not fit a change says instead. */
function firstDisagreement(schema: Schema, samples: readonly Sample[], { attribute, place, before }: Change): Breach[] {
  for (const { id, label, attributes } of samples) {
    const found = attributes[attribute.name];
    if (label === UNKNOWN_LABEL) return [["disagreement", `corrects the sample "${id}", whose class is not known`]];
    if (found !== before) {
      const rule = `has ${show(before)} for "${attribute.name}" of the sample "${id}" where the data says ${
        show(found)
      }`;
      return [["disagreement", rule]];
    }
    if (decodeLabel(schema, label)[place] !== levelOf(attribute, before)) {
      const rule = `has ${show(before)} for "${attribute.name}" of the sample "${id}", whose class is "${
        schema.classes[label]
      }"`;
      return [["disagreement", rule]];
    }
  }
  return [];
}

/** The sample with the right value, and the label that goes with it. */
function changed(schema: Schema, sample: Sample, { attribute, place, after }: Change): Sample {
  const levels = decodeLabel(schema, sample.label).with(place, levelOf(attribute, after));
  const label = levels.reduce((sum, level, a) => sum * schema.attributes[a]!.levels.length + level, 0);
  return { ...sample, label, attributes: { ...sample.attributes, [attribute.name]: after } };
}
