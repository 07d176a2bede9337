/**
 * The split that suits a data set: by person, stratified by whatever the photographs of a person have in common.
 *
 * @module
 */
import { type Dataset, type Fold, UNKNOWN_LABEL } from "../core/records.ts";
import { decodeLabel } from "../core/schema.ts";
import { isSynthetic } from "../core/synthetic.ts";
import { type KFoldOptions, stratifiedGroupKFold } from "./k_fold.ts";

/** How a data set is split. */
export interface SplitDatasetOptions extends KFoldOptions {
  /** A seed that is taken in the other's place, as a configuration has it; null or none: the other. */
  readonly splitSeed?: number | null;
}

/**
 * Splits a data set into folds by group. A group's stratum is its level of each attribute that never changes within a group
 * (gender and age group, say, but not the mask), and groups are sorted by the first attribute that is cut from a number.
 *
 * Generated samples, as {@linkcode isSynthetic} tells by their ids, are in the train part of every fold and in no valid part; the
 * others are split as if they were not there.
 *
 * @example
 * ```ts
 * import { makeSchema, type Sample, splitDataset } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const schema = makeSchema([
 *   { name: "mask", levels: ["on", "off"] },
 *   { name: "age", levels: ["young", "old"], cuts: [40] },
 * ]);
 * const samples = [20, 30, 50, 60].flatMap((age, person): Sample[] => {
 *   const common = { path: "", group: `${person}`, attributes: { age } };
 *   const old = age < 40 ? 0 : 1;
 *   return [{ ...common, id: `${person} on`, label: old }, { ...common, id: `${person} off`, label: 2 + old }];
 * });
 * const folds = splitDataset({ schema, samples, root: "", faults: [] }, { folds: 2, seed: 1 });
 * for (const { valid } of folds) {
 *   assertEquals(Array.from(valid, (i) => samples[i]!.label), [0, 2, 1, 3]); // one young and one old person
 * }
 * ```
 *
 * @param dataset The samples, all of known class.
 * @param options Number of folds, and seed.
 * @returns The folds: indices into the samples, ascending.
 * @throws {RangeError} If a sample's class is unknown, or there are fewer than 2 folds or more than groups of real samples.
 */
export function splitDataset(dataset: Dataset, options: SplitDatasetOptions): Fold[] {
  const { samples } = dataset, real = [...samples.keys()].filter((i) => !isSynthetic(samples[i]!.id));
  if (real.length === samples.length) return splitReal(dataset, options);
  const made = [...samples.keys()].filter((i) => isSynthetic(samples[i]!.id));
  return splitReal({ ...dataset, samples: real.map((i) => samples[i]!) }, options).map(({ train, valid }) => ({
    train: Int32Array.from([...Array.from(train, (i) => real[i]!), ...made]).sort(),
    valid: valid.map((i) => real[i]!),
  }));
}

/**
 * Refuses a fold that has generated samples in its valid part: a score on them would say nothing about real ones.
 *
 * @param attempt What cannot be done with it, as in "train".
 * @throws {RangeError} If there is one; the message names the first.
 */
export function refuseSyntheticValid(attempt: string, { samples }: Pick<Dataset, "samples">, { valid }: Fold): void {
  const made = Array.from(valid, (i) => samples[i]!.id).filter(isSynthetic);
  if (made.length === 0) return;
  throw new RangeError(
    `Cannot ${attempt} as generated samples may not be validated on: ${made.length} of ${valid.length} are generated, the ` +
      `first is "${made[0]}"`,
  );
}

function splitReal({ schema, samples }: Dataset, options: SplitDatasetOptions): Fold[] {
  const unknown = samples.filter(({ label }) => label === UNKNOWN_LABEL);
  if (unknown.length > 0) {
    throw new RangeError(
      `Cannot split a data set as every sample must be of known class: ${unknown.length} of ${samples.length} are not, ` +
        `the first is "${unknown[0]!.id}"`,
    );
  }
  const members = [...Map.groupBy(samples.keys(), (i) => samples[i]!.group).values()];
  const isConstant = (column: readonly unknown[]) =>
    members.every((group) => group.every((i) => column[i] === column[group[0]!]));

  const levels = samples.map(({ label }) => decodeLabel(schema, label));
  const constant = schema.attributes.map((_, a) => levels.map((row) => row[a]!)).filter(isConstant);
  const numbers = schema.attributes.filter(({ cuts }) => cuts)
    .map(({ name }) => samples.map(({ attributes }) => attributes[name]))
    .find((column) => column.every((value) => typeof value === "number") && isConstant(column));
  return stratifiedGroupKFold(samples.map(({ label }) => label), samples.map(({ group }) => group), {
    folds: options.folds,
    seed: options.splitSeed ?? options.seed,
    strata: constant.length > 0 ? samples.map((_, i) => constant.map((column) => column[i]).join(" ")) : undefined,
    order: numbers as number[] | undefined,
  });
}
