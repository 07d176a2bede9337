/**
 * Batches each of which has the classes in the shares in which the whole training part has them.
 *
 * @module
 */
import { checkLabels } from "../core/check.ts";
import { type Rng, shuffled } from "../core/rng.ts";
import { needBatchSize, type Sampler } from "./sampler.ts";

/**
 * Deals the examples out to batches so that each has the classes in their shares as nearly as whole numbers allow: of a
 * class with n of the N examples, a batch of B has `n B / N` rounded up or down. So has the last batch, which is smaller
 * where the batch size does not divide N.
 *
 * An epoch is as long as the data and shows every example once, without replacement; which examples of a class come into
 * which batch is drawn anew for each epoch, and so is the order within a batch.
 *
 * @example
 * ```ts
 * import { build, SAMPLERS, seededRng } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const labels = [0, 0, 0, 0, 0, 0, 1, 1, 1];
 * const epoch = build("sampler", SAMPLERS, { name: "stratifiedBatches" })(labels, seededRng(1), { batchSize: 3 });
 * const first = Array.from(epoch.subarray(0, 3), (i) => labels[i]);
 * assertEquals(first.sort(), [0, 0, 1]);
 * ```
 *
 * @returns The sampler; it throws a `TypeError` without a batch size, and a `RangeError` if a label is unknown.
 */
export function stratifiedBatches(): Sampler {
  return (labels, rng, context = {}) => {
    const attempt = "make stratified batches";
    const batchSize = needBatchSize(attempt, context);
    checkLabels(attempt, "labels", labels);
    const batches = deal(byClass(labels, rng), batchSize, rng);
    return Int32Array.from(batches.flatMap((batch) => shuffled(batch, rng)));
  };
}

/** All positions, class by class, classes and their examples in random order. */
function byClass(labels: ArrayLike<number>, rng: Rng): number[] {
  const members = Map.groupBy(shuffled(Array(labels.length).keys(), rng), (i) => labels[i]!);
  return shuffled([...members.values()], rng).flat();
}

/**
 * Deals positions out so that every batch gets its share of every run of them, rounded up or down. The smaller last batch
 * takes those at which its share of all positions so far comes to a whole number, as a line is drawn on a raster; the others
 * take the rest in turn. A run of m then gives the last batch its share of m rounded, the others together their share
 * rounded, and in turn each of them its own.
 */
function deal(positions: readonly number[], batchSize: number, rng: Rng): number[][] {
  const count = positions.length, full = Math.floor(count / batchSize), rest = count % batchSize;
  const last: number[] = [];
  const others = Array.from({ length: full }, (): number[] => []);
  let turn = 0;
  positions.forEach((position, i) => {
    const isLast = Math.floor((i + 1) * rest / count) > Math.floor(i * rest / count);
    if (isLast) last.push(position);
    else others[turn++ % full]!.push(position);
  });
  return [...shuffled(others, rng), last];
}
