/**
 * Sampling with replacement that favours rare classes, as with PyTorch's WeightedRandomSampler
 * (https://pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler) and inverse class frequencies.
 *
 * @module
 */
import { checkLabels } from "../core/check.ts";
import { randomInt } from "../core/rng.ts";
import type { Sampler } from "./sampler.ts";

/** How far rare classes are favoured. */
export interface WeightedOptions {
  /** Power p, >= 0: an example of a class with n examples is drawn with a weight of `n^-p`. */
  readonly power: number;
}

/**
 * Draws as many examples as there are, with replacement: each with a probability in proportion to its class's frequency to
 * the power of `-power`. At 1 all classes that occur come equally often, at 0 all examples do.
 *
 * @example
 * ```ts
 * import { build, SAMPLERS, seededRng } from "maskfold";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const labels = Array.from({ length: 10_000 }, (_, i) => i % 10 === 0 ? 1 : 0); // nine to one
 * const sampler = build("sampler", SAMPLERS, { name: "weighted", power: 1 });
 * const rare = sampler(labels, seededRng(1)).filter((i) => labels[i] === 1).length;
 * assertAlmostEquals(rare / labels.length, 0.5, 0.02);
 * ```
 *
 * @param options How far rare classes are favoured.
 * @returns The sampler; it throws a `RangeError` if a label is unknown.
 */
export function weighted({ power }: WeightedOptions): Sampler {
  return (labels, rng) => {
    checkLabels("draw a weighted sample", "labels", labels);
    const members = [...Map.groupBy(Array(labels.length).keys(), (i) => labels[i]!).values()];
    // A class is drawn by the sum of its examples' weights, then one of its examples.
    const ends: number[] = [];
    for (const { length } of members) ends.push((ends.at(-1) ?? 0) + length ** (1 - power));
    const total = ends.at(-1)!;
    return Int32Array.from({ length: labels.length }, () => {
      const at = rng() * total;
      const drawn = ends.findIndex((end) => at < end);
      const examples = members[drawn < 0 ? members.length - 1 : drawn]!; // rounding may carry `at` up to the total
      return examples[randomInt(rng, examples.length)]!;
    });
  };
}
