/**
 * Pseudo-labels: confident predictions of samples without labels, taken for their labels in a further training (Lee, 2013). What
 * they may do wrong: Arazo et al., 2019, https://arxiv.org/abs/1908.02983
 *
 * @module
 */
import { join, relative } from "node:path";
import { checkInteger, list, show } from "../core/check.ts";
import { type Dataset, type Fold, type Predictions, type Sample, UNKNOWN_LABEL } from "../core/records.ts";
import { decodeLabel } from "../core/schema.ts";
import { predictedClasses } from "../metrics/mod.ts";

/** Which predictions become labels. */
export interface PseudoLabelOptions {
  /** Least probability of the most probable class, 0..1. */
  readonly threshold: number;
  /** How many of each class at most, the most probable first: one number for all, or one for each; no bound by default. */
  readonly quota?: number | readonly number[];
  /** Whether the rows hold all classes' probabilities as soft targets too. */
  readonly soft?: boolean;
}

/** A prediction taken for a label. */
export interface PseudoLabel {
  /** The sample's id. */
  readonly id: string;
  /** The most probable class. */
  readonly label: number;
  /** Its name. */
  readonly class: string;
  /** Its probability. */
  readonly probability: number;
  /** Probabilities of all classes `[C]`, where soft targets were asked for. */
  readonly targets?: readonly number[];
}

/**
 * The predictions that are confident enough. Those of samples whose label is known are left out.
 *
 * @example
 * ```ts
 * import { pseudoLabels } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   ids: ["a", "b", "c"],
 *   classes: ["cat", "dog"],
 *   probabilities: Float32Array.of(0.875, 0.125, 0.5, 0.5, 0.9375, 0.0625),
 *   labels: Int32Array.of(-1, -1, -1),
 * };
 * const rows = pseudoLabels(predictions, { threshold: 0.75, quota: 1 });
 * assertEquals(rows, [{ id: "c", label: 0, class: "cat", probability: 0.9375 }]);
 * ```
 *
 * @param predictions Probabilities of unlabelled samples, best calibrated.
 * @param options Which of them are taken.
 * @returns Rows by class number, then by falling probability, then by id: whatever the order of the predictions.
 * @throws {RangeError} If the threshold is not 0 to 1, a quota is no whole number or there is not one for each class, or a
 * probability is not a number.
 */
export function pseudoLabels(
  predictions: Predictions,
  { threshold, quota, soft = false }: PseudoLabelOptions,
): PseudoLabel[] {
  const { ids, classes, probabilities, labels } = predictions;
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new RangeError(`Cannot make pseudo-labels as threshold must be 0 to 1: current value is ${threshold}`);
  }
  const width = classes.length, quotas = quotasOf(quota, width);
  const rows: PseudoLabel[] = [], decided = predictedClasses(predictions);
  ids.forEach((id, row) => {
    if (labels[row] !== UNKNOWN_LABEL) return;
    const own = probabilities.subarray(row * width, (row + 1) * width);
    const label = decided[row]!, probability = own[label]!;
    if (probability < threshold) return;
    rows.push({ id, label, class: classes[label]!, probability, ...soft ? { targets: [...own] } : {} });
  });
  rows.sort((a, b) => a.label - b.label || b.probability - a.probability || (a.id < b.id ? -1 : 1));
  const taken = new Int32Array(width);
  return rows.filter(({ label }) => taken[label]!++ < quotas[label]!);
}

function quotasOf(quota: PseudoLabelOptions["quota"], classes: number): readonly number[] {
  if (quota === undefined || typeof quota === "number") {
    if (quota !== undefined) checkInteger("make pseudo-labels", "quota", quota, { min: 0 });
    return new Array<number>(classes).fill(quota ?? Infinity);
  }
  if (quota.length === classes && quota.every((value) => Number.isInteger(value) && value >= 0)) return quota;
  throw new RangeError(
    `Cannot make pseudo-labels as quota must be ${classes} whole numbers of at least 0: current value is ${
      show(quota)
    }`,
  );
}

/** The attribute that tells pseudo-labelled samples from others, and what they have there. */
const MARK = "labelledBy", PSEUDO = "pseudo-label";

/** Whether a sample was added by {@linkcode addPseudoLabels}. */
export function isPseudoLabelled({ attributes }: Pick<Sample, "attributes">): boolean {
  return attributes[MARK] === PSEUDO;
}

/** What is added to a data set. */
export interface AddPseudoLabelsOptions {
  /** The samples that were predicted, and where their files are. */
  readonly pool: Dataset;
  /** Labels of some of them. */
  readonly rows: readonly PseudoLabel[];
}

/** A data set with pseudo-labelled samples. */
export interface PseudoLabelled {
  /** The labelled samples, and after them the new ones; of those with soft targets the label stays unknown. */
  readonly dataset: Dataset;
  /** Folds that train on the new samples too. */
  readonly folds: readonly Fold[];
  /** The soft targets, where rows have them, for the option `softTargets` of `train`. */
  readonly softTargets?: Predictions;
}

/**
 * Adds pseudo-labelled samples to a data set, and to the training side of every fold: validation stays as it is. The new
 * samples' attribute `labelledBy` is `pseudo-label`.
 *
 * Where the models that predicted them were trained on samples that a fold validates on, that fold's scores are a little too
 * good: predict the pool for each fold with the other folds' validation alone to be rid of it.
 *
 * @param dataset The labelled samples.
 * @param folds Their folds.
 * @param options The pool and its pseudo-labels.
 * @returns The data set with the new samples at the end, the folds that train on them too, and soft targets if there are any.
 * @throws {TypeError} If an id or a group of the new samples is in a fold's validation, an id is in the data set already or not
 * in the pool, or a label is no class; all of them are counted, and some named.
 */
export function addPseudoLabels(
  dataset: Dataset,
  folds: readonly Fold[],
  { pool, rows }: AddPseudoLabelsOptions,
): PseudoLabelled {
  const byId = new Map(pool.samples.map((sample) => [sample.id, sample]));
  const base = pool.root === dataset.root ? "" : relative(dataset.root, pool.root);
  const faults = findFaults(dataset, folds, rows, byId);
  if (faults.length > 0) throw new TypeError(`Cannot add pseudo-labels as ${faults.join("; ")}`);
  const added = rows.map(({ id, label, targets }): Sample => {
    const sample = byId.get(id)!, levels = decodeLabel(dataset.schema, label);
    const named = dataset.schema.attributes.flatMap(({ name, levels: names, cuts }, a) =>
      cuts ? [] : [[name, names[levels[a]!]!]] // of a number only its level is known
    );
    return {
      ...sample,
      label: targets ? UNKNOWN_LABEL : label,
      path: base === "" ? sample.path : join(base, sample.path),
      attributes: { ...sample.attributes, ...Object.fromEntries(named), [MARK]: PSEUDO },
    };
  });
  const soft = rows.filter(({ targets }) => targets), { classes } = dataset.schema;
  const from = dataset.samples.length, places = Int32Array.from(added, (_, k) => from + k);
  return {
    dataset: { ...dataset, samples: [...dataset.samples, ...added] },
    folds: folds.map(({ train, valid }) => {
      const all = new Int32Array(train.length + places.length);
      all.set(train);
      all.set(places, train.length);
      return { train: all, valid };
    }),
    ...soft.length === 0 ? {} : {
      softTargets: {
        ids: soft.map(({ id }) => id),
        classes,
        probabilities: Float32Array.from(soft.flatMap(({ targets }) => targets!)),
        labels: new Int32Array(soft.length).fill(UNKNOWN_LABEL),
      },
    },
  };
}

/** What is wrong with the rows, one half-sentence a rule. */
function findFaults(
  dataset: Dataset,
  folds: readonly Fold[],
  rows: readonly PseudoLabel[],
  pool: ReadonlyMap<string, Sample>,
): string[] {
  const known = new Set(dataset.samples.map(({ id }) => id)), seen = new Set<string>();
  const inValid = folds.map(({ valid }) => {
    const samples = Array.from(valid, (i) => dataset.samples[i]!);
    return { ids: new Set(samples.map(({ id }) => id)), groups: new Set(samples.map(({ group }) => group)) };
  });
  const found = new Map<string, string[]>();
  const fault = (rule: string, id: string) => found.set(rule, [...found.get(rule) ?? [], id]);
  for (const { id, label, targets } of rows) {
    const sample = pool.get(id);
    if (!sample) fault("each id must be in the pool", id);
    if (seen.has(id)) fault("each id must occur once", id);
    seen.add(id);
    if (!(Number.isInteger(label) && label >= 0 && label < dataset.schema.classes.length)) {
      fault(`labels must be 0 to ${dataset.schema.classes.length - 1}`, id);
    }
    if (targets && targets.length !== dataset.schema.classes.length) {
      fault(`soft targets must be ${dataset.schema.classes.length} probabilities`, id);
    }
    const fold = inValid.findIndex(({ ids, groups }) =>
      ids.has(id) || sample !== undefined && groups.has(sample.group)
    );
    if (fold >= 0) fault(`none may sit in the validation of fold ${fold}, nor share a group with it`, id);
    else if (known.has(id)) fault("none may be in the data set already", id);
  }
  return [...found].map(([rule, ids]) => `${rule}: ${ids.length} break it, such as ${list(ids.slice(0, 3))}`);
}
