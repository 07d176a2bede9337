/**
 * What training makes of samples whose number lies near a cut between two levels, such as an age of 29 or 59: their class
 * is the least certain of all. They can be kept as they are, left out, or counted as the level above; `soft_cuts.ts` holds
 * the fourth way, soft targets.
 *
 * All of this is for the training side alone. Validation never changes: a score is counted on every validation sample and
 * with the labels that the data set gives, or two choices could not be compared.
 *
 * @module
 */
import type { Dataset } from "../core/mod.ts";
import { everyIndex, labelsOf, levelsOf, readCutColumn } from "./cut_column.ts";

/** What is trained on, by the samples' places in the data set. */
export interface TrainingLabels {
  /** Indices of the samples that may be trained on, ascending; of a fold, those that are among its `train` too. */
  readonly keep: Int32Array;
  /** The class numbers to train with, `[N]`; those of samples left out are as the data set gives them. */
  readonly labels: Int32Array;
  /** Target probabilities `[N, C]`, row by row, where a sample counts for more than its label. */
  readonly targets?: Float32Array;
}

/**
 * Says what is trained on; draws nothing at random.
 *
 * @param data The samples, all of known class, and what their labels mean.
 * @returns Which samples, as what.
 * @throws {RangeError} If the schema has no such attribute with cuts, a sample's class is unknown, or its class and its
 * value of the attribute disagree; the message names the attribute and the sample.
 * @throws {TypeError} If a sample's value of the attribute is no number.
 */
export type NearCuts = (data: Pick<Dataset, "schema" | "samples">) => TrainingLabels;

/** Whose cuts are meant. */
export interface CutOptions {
  /** The attribute that is cut from a number. */
  readonly attribute: string;
}

/** How far a value is from a cut. */
export interface CutDistanceOptions extends CutOptions {
  /**
   * By how much recorded values go up. A value stands for whatever lies between it and the next, and counts as the middle:
   * with 1, an age of 29 is 29.5, as far below 30 as one of 30 is above. 0 for a number that is measured exactly.
   */
  readonly step: number;
  /**
   * Whether the data records every value of the highest level as its lower cut, as the contest does with ages from 60 up.
   * Such a value says nothing about how far it is from the cut (somebody of "60" may be 85), so samples of the highest
   * level are then neither left out nor made less certain; those below the cut are.
   */
  readonly topCoded: boolean;
}

/** Which samples are left out. */
export interface DropNearCutsOptions extends CutDistanceOptions {
  /** Distance from a cut within which samples are left out, in the attribute's unit (years). */
  readonly within: number;
}

/** Which samples count as the level above theirs. */
export interface RelabelNearCutsOptions extends CutOptions {
  /** The least value that counts as `to`, not below the cut before it. */
  readonly from: number;
  /** One of the attribute's cuts: the level that begins there is meant. */
  readonly to: number;
}

/**
 * Trains on every sample, with its label.
 *
 * @returns What is trained on.
 */
export function keepNearCuts(): NearCuts {
  return ({ schema, samples }) => {
    for (const sample of samples) levelsOf("keep samples near cuts", schema, sample);
    return { keep: everyIndex(samples), labels: labelsOf(samples) };
  };
}

/**
 * Leaves out samples near a cut, on both sides of it: within 1 year, the ages 29, 30 and 59 for the cuts 30 and 60.
 *
 * @param options How near.
 * @returns What is trained on.
 */
export function dropNearCuts({ attribute: name, within, step, topCoded }: DropNearCutsOptions): NearCuts {
  return (data) => {
    const { attribute: { cuts }, values, levels } = readCutColumn("drop samples near cuts", data, name);
    const isNear = (value: number) => cuts.some((cut) => Math.abs(value + step / 2 - cut) <= within);
    const stays = (i: number) => (topCoded && levels[i] === cuts.length) || !isNear(values[i]!);
    return { keep: everyIndex(data.samples).filter(stays), labels: labelsOf(data.samples) };
  };
}

/**
 * Counts samples just below a cut as the level above it, as some of the contest's teams did with ages of 58 and 59, who
 * look more like the over-sixties than like the rest of their class.
 *
 * @example
 * ```ts
 * import { build, FACE_SCHEMA, NEAR_CUTS, type Sample } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const samples = [57, 58, 60].map((age): Sample => {
 *   const label = age < 60 ? 1 : 2; // wear male middle, wear male old
 *   return { id: `${age}`, path: "", group: `${age}`, label, attributes: { mask: "wear", gender: "male", age } };
 * });
 * const nearCuts = build("nearCuts", NEAR_CUTS, { name: "relabel", from: 58, to: 60 });
 * assertEquals(nearCuts({ schema: FACE_SCHEMA, samples }).labels, Int32Array.of(1, 2, 2));
 * ```
 *
 * @param options Which values, and the cut that they are to be beyond.
 * @returns What is trained on; it throws a `RangeError` too if `to` is no cut, or `from` not between it and the one before.
 */
export function relabelNearCuts({ attribute: name, from, to }: RelabelNearCutsOptions): NearCuts {
  return (data) => {
    const attempt = "relabel samples near cuts";
    const { attribute: { cuts }, values, levels, stride } = readCutColumn(attempt, data, name);
    const below = cuts.indexOf(to), least = cuts[below - 1] ?? -Infinity;
    if (below < 0) {
      throw new RangeError(
        `Cannot ${attempt} as to must be one of the cuts of "${name}", ${cuts.join(", ")}: current value is ${to}`,
      );
    }
    if (!(from >= least && from < to)) {
      const rule = least === -Infinity ? `below ${to}` : `at least ${least} and below ${to}`;
      throw new RangeError(`Cannot ${attempt} as from must be ${rule}: current value is ${from}`);
    }
    const labels = labelsOf(data.samples)
      .map((label, i) => levels[i] === below && values[i]! >= from ? label + stride : label);
    return { keep: everyIndex(data.samples), labels };
  };
}
