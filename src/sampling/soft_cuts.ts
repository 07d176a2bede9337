/**
 * Soft targets near cuts: an age of 29 counts in part as the group above, one of 20 does not. This is label smoothing that
 * knows which classes are neighbours, as in label distribution learning (Geng, 2016, https://arxiv.org/abs/1408.6027).
 *
 * @module
 */
import { everyIndex, labelsOf, readCutColumn } from "./cut_column.ts";
import type { CutDistanceOptions, NearCuts } from "./near_cuts.ts";
import { normalMass } from "./normal.ts";

/** How values are spread. */
export interface SoftenNearCutsOptions extends CutDistanceOptions {
  /** Standard deviation of the normal distribution around a value, in the attribute's unit (years), above 0. */
  readonly width: number;
}

/**
 * Spreads each sample's probability over the attribute's levels: the integral over each level of a normal distribution
 * around the value. The other attributes stay certain, so that only classes that differ in this one share a sample.
 *
 * A value just below the highest level's cut counts in part as the highest level. The other way round it does not where
 * that level is top-coded: most of the contest's people recorded as 60 are older, how much nobody knows, and a normal around
 * 60 would give half of every one of them to the group below.
 *
 * @example
 * ```ts
 * import { build, FACE_SCHEMA, NEAR_CUTS, type Sample } from "maskfold";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const attributes = { mask: "wear", gender: "male", age: 29 };
 * const samples: Sample[] = [{ id: "1", path: "", group: "1", label: 0, attributes }];
 * const nearCuts = build("nearCuts", NEAR_CUTS, { name: "soft", width: 2 });
 * const { targets } = nearCuts({ schema: FACE_SCHEMA, samples });
 * assertAlmostEquals(targets![0]!, 0.599, 1e-3); // young: 29.5 is a quarter of a deviation below 30
 * assertAlmostEquals(targets![1]!, 0.401, 1e-3); // middle
 * ```
 *
 * @param options How wide, of which attribute.
 * @returns What is trained on: every sample, with its own label and with targets.
 */
export function softenNearCuts({ attribute: name, width, step, topCoded }: SoftenNearCutsOptions): NearCuts {
  return (data) => {
    const { schema, samples } = data;
    const { attribute: { cuts }, values, levels, stride } = readCutColumn("soften samples near cuts", data, name);
    const classes = schema.classes.length, targets = new Float32Array(samples.length * classes);
    const labels = labelsOf(samples), spread = new Map<number, number[]>();
    for (const [i, label] of labels.entries()) {
      const value = values[i]!, level = levels[i]!;
      if (topCoded && level === cuts.length) {
        targets[i * classes + label] = 1;
        continue;
      }
      let masses = spread.get(value);
      if (!masses) spread.set(value, masses = levelMasses(value + step / 2, { cuts, width }));
      masses.forEach((mass, k) => targets[i * classes + label + (k - level) * stride] = mass);
    }
    return { keep: everyIndex(samples), labels, targets };
  };
}

/**
 * The probability of each level under a normal distribution.
 *
 * @param mean Its mean.
 * @param options The ascending cuts between the levels, and its standard deviation.
 * @returns As many probabilities as there are levels; their sum is 1.
 */
export function levelMasses(
  mean: number,
  { cuts, width }: { readonly cuts: readonly number[]; readonly width: number },
): number[] {
  const ends = [-Infinity, ...cuts, Infinity].map((cut) => (cut - mean) / width);
  return ends.slice(1).map((end, k) => normalMass(ends[k]!, end));
}
