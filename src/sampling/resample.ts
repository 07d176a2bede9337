/**
 * Epochs in which classes are made more equal by whole examples: rare classes shown more often, or common ones less.
 *
 * The ratio is that of imbalanced-learn's `sampling_strategy` as a number, the smaller class to the larger
 * (https://imbalanced-learn.org/stable/references/generated/imblearn.over_sampling.RandomOverSampler.html), taken here
 * between any class and the largest, or the smallest, so that there may be more than two.
 *
 * @module
 */
import { checkLabels } from "../core/check.ts";
import { type Rng, shuffled } from "../core/rng.ts";
import type { Sampler } from "./sampler.ts";

/** How equal classes are made. */
export interface ResampleOptions {
  /** Examples of the smallest class for each of the largest, above 0, at most 1. */
  readonly ratio: number;
}

/**
 * Shows examples of rare classes several times, until no class has fewer than `ratio` times as many as the largest, rounded
 * to whole examples; larger classes stay as they are.
 *
 * An epoch is as long as these numbers together, which depends on the labels alone. Every example is in it at least once,
 * and of two examples of a class one comes at most once more than the other; which ones do is drawn without replacement,
 * anew for each epoch, and so is the order.
 *
 * @example
 * ```ts
 * import { build, SAMPLERS, seededRng } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const labels = [0, 0, 0, 0, 1, 1];
 * const epoch = build("sampler", SAMPLERS, { name: "oversample", ratio: 1 })(labels, seededRng(1));
 * assertEquals(epoch.toSorted(), Int32Array.of(0, 1, 2, 3, 4, 4, 5, 5));
 * ```
 *
 * @param options How equal classes are made.
 * @returns The sampler; it throws a `RangeError` if a label is unknown.
 */
export function oversample({ ratio }: ResampleOptions): Sampler {
  return (labels, rng) => {
    const members = membersOf("oversample", labels);
    const largest = members.reduce((most, { length }) => Math.max(most, length), 0);
    return draw(members, rng, (count) => Math.max(count, Math.round(ratio * largest)));
  };
}

/**
 * Leaves out examples of common classes, until no class has more than the smallest has divided by `ratio`, rounded to whole
 * examples; smaller classes stay as they are.
 *
 * An epoch is as long as these numbers together, which depends on the labels alone. No example is in it twice: those shown
 * are drawn without replacement, anew for each epoch, and so is the order.
 *
 * @example
 * ```ts
 * import { build, SAMPLERS, seededRng } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const labels = [0, 0, 0, 0, 0, 1];
 * const epoch = build("sampler", SAMPLERS, { name: "undersample", ratio: 0.5 })(labels, seededRng(1));
 * assertEquals(Array.from(epoch, (i) => labels[i]).sort(), [0, 0, 1]);
 * ```
 *
 * @param options How equal classes are made.
 * @returns The sampler; it throws a `RangeError` if a label is unknown.
 */
export function undersample({ ratio }: ResampleOptions): Sampler {
  return (labels, rng) => {
    const members = membersOf("undersample", labels);
    const smallest = members.reduce((least, { length }) => Math.min(least, length), Infinity);
    return draw(members, rng, (count) => Math.min(count, Math.round(smallest / ratio)));
  };
}

/** The positions of each class, by class number. */
function membersOf(attempt: string, labels: ArrayLike<number>): number[][] {
  checkLabels(attempt, "labels", labels);
  const byLabel = Map.groupBy(Array(labels.length).keys(), (i) => labels[i]!);
  return [...byLabel].sort(([a], [b]) => a - b).map(([, members]) => members);
}

/** So many examples of each class as its size is to become: all of them as often as there is room, and some once more. */
function draw(members: readonly number[][], rng: Rng, sizeOf: (count: number) => number): Int32Array {
  const drawn = members.flatMap((examples) => {
    const size = sizeOf(examples.length), rounds = Math.floor(size / examples.length);
    const whole = Array.from({ length: rounds }, () => examples).flat();
    return [...whole, ...shuffled(examples, rng).slice(0, size - whole.length)];
  });
  return Int32Array.from(shuffled(drawn, rng));
}
