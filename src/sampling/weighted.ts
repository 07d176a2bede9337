/**
 * Sampling that favours rare classes, as with PyTorch's WeightedRandomSampler
 * (https://pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler) and inverse class frequencies.
 *
 * @module
 */
import { checkLabels, show } from "../core/check.ts";
import type { Rng } from "../core/rng.ts";
import type { Sampler } from "./sampler.ts";

/** How far rare classes are favoured, and how many examples are drawn. */
export interface WeightedOptions {
  /** Power p, >= 0: an example of a class with n examples is drawn with a weight of `n^-p`. */
  readonly power: number;
  /** Examples in an epoch; as many as there are unless given. */
  readonly length?: number;
  /** Whether an example may be drawn again in the same epoch. */
  readonly replacement: boolean;
}

/**
 * Draws examples at random, each with a weight of its class's number of examples to the power of `-power`. At 1 all
 * classes that occur have the same sum of weights, at 0 all examples have the same weight.
 *
 * An epoch has `length` examples. With replacement each draw is independent of the others, and many examples come several
 * times, others not at all. Without, each draw is among the examples that are left: none comes twice, and an epoch as
 * long as the data shows every example once, those of rare classes earlier than others.
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
 * @param options How far rare classes are favoured, and how many examples are drawn.
 * @returns The sampler; it throws a `RangeError` if a label is unknown, or if more examples are asked for than there are
 * and none may come twice.
 */
export function weighted({ power, length, replacement }: WeightedOptions): Sampler {
  return (labels, rng) => {
    const attempt = "draw a weighted sample";
    checkLabels(attempt, "labels", labels);
    const draws = length ?? labels.length;
    if (replacement) return drawAgain(logWeights(labels, power), rng, draws);
    if (draws <= labels.length) return drawOnce(logWeights(labels, power), rng, draws);
    throw new RangeError(
      `Cannot ${attempt} as length must be at most the number of examples, ${labels.length}, without replacement: ` +
        `current value is ${show(draws)}`,
    );
  };
}

/**
 * Shows classes equally often, by the rule of the ImbalancedDatasetSampler that PyTorch's users know
 * (https://github.com/ufoym/imbalanced-dataset-sampler): an example's weight is one divided by its class's number of
 * examples, and an epoch draws as many as there are, with replacement. It is {@linkcode weighted} with a power of 1, under
 * the name by which it is looked for.
 *
 * @example
 * ```ts
 * import { build, SAMPLERS, seededRng } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const labels = [0, 0, 0, 1];
 * const epoch = build("sampler", SAMPLERS, { name: "imbalanced" })(labels, seededRng(1));
 * assertEquals(epoch, build("sampler", SAMPLERS, { name: "weighted", power: 1 })(labels, seededRng(1)));
 * ```
 *
 * @returns The sampler; it throws a `RangeError` if a label is unknown.
 */
export function imbalanced(): Sampler {
  return weighted({ power: 1, replacement: true });
}

/**
 * Logarithms of the examples' weights `[N]`, in nats; the greatest weight is 1, so that no power carries all of them to
 * nought.
 */
export function logWeights(labels: ArrayLike<number>, power: number): Float64Array {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i]!, (counts.get(labels[i]!) ?? 0) + 1);
  const fewest = [...counts.values()].reduce((least, count) => Math.min(least, count), Infinity);
  return Float64Array.from(labels, (label) => power * Math.log(fewest / counts.get(label)!));
}

/** Draws with replacement: where a uniform number falls among the sums of the weights. */
function drawAgain(logs: Float64Array, rng: Rng, draws: number): Int32Array {
  let total = 0;
  const ends = logs.map((log) => total += Math.exp(log));
  return Int32Array.from({ length: draws }, () => {
    const at = rng() * total;
    let low = 0, high = ends.length - 1; // rounding may carry `at` up to the total, which is the last example's
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at < ends[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

/**
 * Draws one after another without replacement, by the race of Efraimidis and Spirakis
 * (https://doi.org/10.1016/j.ipl.2005.11.003): each example arrives after an exponential time of its weight's rate, and the
 * order of arrival is distributed as that of the draws. Times are kept as logarithms, which no weight makes overflow.
 */
function drawOnce(logs: Float64Array, rng: Rng, draws: number): Int32Array {
  const times = logs.map((log) => Math.log(-Math.log1p(-rng())) - log);
  const order = Int32Array.from(times.keys()).sort((a, b) => times[a]! - times[b]!);
  return order.slice(0, draws);
}
