/**
 * Labels that are probably wrong, found by predictions that were made without them: confident learning, attribute by
 * attribute. Northcutt, Jiang and Chuang, 2021, https://arxiv.org/abs/1911.00068
 *
 * Two departures, as images come in persons: what is true of a person is judged by all images of the person together, and
 * labels that two images of a person have swapped are found as pairs.
 *
 * @module
 */
import { list } from "../core/check.ts";
import { type Dataset, type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { decodeLabel, type Schema } from "../core/schema.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";
import { confidentJoint } from "./confident_joint.ts";
import { findSwaps, type ImageEvidence, ruledGroups } from "./label_swaps.ts";
import { combineLogs, logMarginals } from "./marginals.ts";

/** How labels are judged. */
export interface LabelErrorOptions {
  /**
   * Attributes that are the person's and not the image's. Unless given, those that at least nine in ten of the persons
   * with several images keep through all of them.
   */
  readonly personal?: readonly string[];
}

/** Share of the persons that must keep an attribute for it to be taken as personal. */
const KEPT = 0.9;

/** A suspicion. */
interface Suspect {
  readonly kind: "person" | "image" | "swap";
  /** The images concerned, by their place in the predictions. */
  readonly images: readonly number[];
  readonly recorded: number;
  readonly suggested: number;
  readonly margin: number;
  readonly confident: boolean;
}

/**
 * Ranks labels by how much out-of-fold predictions contradict them.
 *
 * Where nearly all persons have as many images of each level of an attribute (five masks worn, one worn incorrectly, one
 * bare face), a single one of these labels cannot be wrong: for those persons only swaps are sought.
 *
 * @param predictions Probabilities of N samples by a model that did not see them in training.
 * @param dataset The samples with their recorded labels; those without a prediction or a label are left out.
 * @returns A row a suspicion, the gravest first: its `kind` ("person": an attribute of all images of a person; "image";
 * "swap": two images of a person, each recorded as what the other shows); `id` (the person's for "person", else the
 * sample's); `other`, the second sample of a swap; `group`; the `attribute`; its `recorded` and `suggested` level, those of
 * `id` in a swap; `margin`, the mean over the images of the log odds of the suggested to the recorded level, in nats; whether
 * it is `confident` ("yes" or "no") by the thresholds of confident learning; and the number of `images` judged together.
 * @throws {RangeError} If an id is not in the data set, a personal attribute not in the schema, or nothing is labelled.
 * @throws {TypeError} If the classes are not the schema's.
 */
export async function findLabelErrors(
  predictions: Predictions,
  dataset: Dataset,
  { personal }: LabelErrorOptions = {},
): Promise<DataFrame> {
  const { schema } = dataset, { attributes } = schema;
  const { labelled, labels, groups } = align(predictions, dataset);
  for (const name of personal ?? []) {
    if (attributes.some((attribute) => attribute.name === name)) continue;
    const known = list(attributes.map((attribute) => attribute.name));
    throw new RangeError(`Cannot find label errors as a personal attribute must be one of ${known}: "${name}" is not`);
  }
  const persons = [...Map.groupBy(labels.keys(), (i) => groups[i]!).values()];
  const rows = attributes.flatMap(({ name, levels }, place) => {
    const recorded = Int32Array.from(labels, (label) => decodeLabel(schema, label)[place]!);
    const evidence = { logs: logMarginals(labelled, schema, place), levels: levels.length, recorded };
    const isPersonal = personal ? personal.includes(name) : isKept(recorded, persons);
    const suspects = isPersonal ? judgePersons(evidence, persons) : judgeImages(evidence, persons);
    return suspects.map((suspect) => ({ ...suspect, attribute: name, levels }));
  }).toSorted((p, q) => Number(q.confident) - Number(p.confident) || q.margin - p.margin);
  return await makeFrame({
    kind: rows.map(({ kind }) => kind),
    id: rows.map(({ kind, images }) => kind === "person" ? groups[images[0]!]! : labelled.ids[images[0]!]!),
    other: rows.map(({ kind, images }) => kind === "swap" ? labelled.ids[images[1]!]! : null),
    group: rows.map(({ images }) => groups[images[0]!]!),
    attribute: rows.map(({ attribute }) => attribute),
    recorded: rows.map(({ recorded, levels }) => levels[recorded]!),
    suggested: rows.map(({ suggested, levels }) => levels[suggested]!),
    margin: Float32Array.from(rows, ({ margin }) => margin),
    confident: rows.map(({ confident }) => confident ? "yes" : "no"),
    images: Int32Array.from(rows, ({ images }) => images.length),
  });
}

/** The predictions of labelled samples, with recorded labels and groups in the same order. */
function align(predictions: Predictions, { schema, samples }: Dataset) {
  const attempt = "find label errors";
  checkClasses(predictions, schema);
  const byId = new Map(samples.map((sample) => [sample.id, sample]));
  const found = predictions.ids.map((id) => {
    const sample = byId.get(id);
    if (sample) return sample;
    throw new RangeError(`Cannot ${attempt} as every prediction must be of a sample of the data set: "${id}" is not`);
  });
  const kept = [...found.keys()].filter((i) => found[i]!.label !== UNKNOWN_LABEL);
  if (kept.length === 0) throw new RangeError(`Cannot ${attempt} as no sample with a prediction has a label`);
  const width = schema.classes.length, probabilities = new Float32Array(kept.length * width);
  kept.forEach((i, k) => {
    probabilities.set(predictions.probabilities.subarray(i * width, (i + 1) * width), k * width);
  });
  const labels = Int32Array.from(kept, (i) => found[i]!.label);
  const labelled: Predictions = { ids: kept.map((i) => found[i]!.id), classes: schema.classes, probabilities, labels };
  return { labelled, labels, groups: kept.map((i) => found[i]!.group) };
}

function checkClasses({ classes }: Predictions, schema: Schema): void {
  if (classes.length === schema.classes.length && classes.every((name, c) => name === schema.classes[c])) return;
  throw new TypeError(
    `Cannot find label errors as the predictions' classes must be the data set's, ${list(schema.classes)}: current ` +
      `classes are ${list(classes)}`,
  );
}

function isKept(recorded: Int32Array, persons: readonly (readonly number[])[]): boolean {
  const several = persons.filter(({ length }) => length > 1);
  const kept = several.filter((images) => images.every((i) => recorded[i] === recorded[images[0]!]));
  return several.length > 0 && kept.length >= KEPT * several.length;
}

/** Judges persons by all their images. Those whose images are not recorded alike are judged image by image. */
function judgePersons({ logs, levels, recorded }: ImageEvidence, persons: readonly (readonly number[])[]): Suspect[] {
  const isOne = (images: readonly number[]) => images.every((i) => recorded[i] === recorded[images[0]!]);
  const units = persons.flatMap((images) => isOne(images) ? [images] : images.map((i) => [i]));
  const combined = { logs: combineLogs(logs, levels, units), levels, recorded: recordedOf(recorded, units) };
  const split = new Set(persons.filter((images) => !isOne(images)).flat());
  return contradictions(combined).map(({ at, ...suspect }) => {
    const images = units[at]!;
    return { ...suspect, kind: split.has(images[0]!) ? "image" : "person", images };
  });
}

function recordedOf(recorded: Int32Array, units: readonly (readonly number[])[]): Int32Array {
  return Int32Array.from(units, (images) => recorded[images[0]!]!);
}

/** Judges images one by one, and pairs of a person's images for swaps. */
function judgeImages(evidence: ImageEvidence, persons: readonly (readonly number[])[]): Suspect[] {
  const { logs, levels, recorded } = evidence;
  const { confident } = joint(evidence);
  const ruled = ruledGroups(recorded, persons);
  const swaps = persons.flatMap((images, p) => findSwaps(evidence, images, ruled.has(p)));
  const left = new Set(persons.flatMap((images, p) => ruled.has(p) ? [] : images));
  for (const { a, b } of swaps) {
    left.delete(a);
    left.delete(b);
  }
  const singles = contradictions({ logs, levels, recorded }).filter(({ at }) => left.has(at));
  return [
    ...swaps.map(({ a, b, margin }): Suspect => ({
      kind: "swap",
      images: [a, b],
      recorded: recorded[a]!,
      suggested: recorded[b]!,
      margin,
      confident: confident[a] === recorded[b] && confident[b] === recorded[a],
    })),
    ...singles.map(({ at, ...suspect }): Suspect => ({ ...suspect, kind: "image", images: [at] })),
  ];
}

function joint({ logs, levels, recorded }: ImageEvidence) {
  return confidentJoint(logs.map(Math.exp), recorded, { classes: levels });
}

/** Examples whose confident class, or else whose likeliest one, is not the recorded one. */
function contradictions(evidence: ImageEvidence): (Omit<Suspect, "kind" | "images"> & { at: number })[] {
  const { logs, levels, recorded } = evidence;
  const { confident } = joint(evidence);
  return [...recorded.keys()].flatMap((at) => {
    const row = logs.subarray(at * levels, (at + 1) * levels);
    const likeliest = row.indexOf(row.reduce((a, b) => Math.max(a, b)));
    const isConfident = confident[at]! >= 0;
    const suggested = isConfident ? confident[at]! : likeliest;
    if (suggested === recorded[at]) return [];
    return [{
      at,
      recorded: recorded[at]!,
      suggested,
      margin: row[suggested]! - row[recorded[at]!]!,
      confident: isConfident,
    }];
  });
}
