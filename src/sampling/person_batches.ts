/**
 * Batches that show as many different persons as can be, so that what the photographs of one person have in common is not
 * counted several times in a step.
 *
 * @module
 */
import { randomInt, type Rng, shuffled } from "../core/rng.ts";
import { needBatchSize, needGroups, type Sampler } from "./sampler.ts";

/**
 * Deals the examples out to batches so that no two of one person meet where that is possible. Where it is not (a person has
 * more photographs than there are batches, say), as few examples as can be come into a batch that shows their person
 * already.
 *
 * An epoch is as long as the data and shows every example once, without replacement; who meets whom is drawn anew for each
 * epoch, and so is the order within a batch. Labels do not matter.
 *
 * @example
 * ```ts
 * import { build, SAMPLERS, seededRng } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const groups = ["ann", "ann", "ben", "ben", "eve", "eve"];
 * const sampler = build("sampler", SAMPLERS, { name: "personBatches" });
 * const epoch = sampler([0, 1, 0, 1, 0, 1], seededRng(1), { groups, batchSize: 3 });
 * const first = Array.from(epoch.subarray(0, 3), (i) => groups[i]);
 * assertEquals(first.sort(), ["ann", "ben", "eve"]);
 * ```
 *
 * @returns The sampler; it throws a `TypeError` without a batch size or groups, or if there are not as many groups as
 * labels.
 */
export function personBatches(): Sampler {
  return (labels, rng, context = {}) => {
    const attempt = "make batches of different persons";
    const batchSize = needBatchSize(attempt, context), groups = needGroups(attempt, labels, context);
    const persons = Map.groupBy(shuffled(groups.keys(), rng), (i) => groups[i]!);
    const batches = deal([...persons.values()], groups.length, batchSize, rng);
    return Int32Array.from(batches.flatMap((batch) => shuffled(batch, rng)));
  };
}

/**
 * Deals person by person: a photograph each to the batches that have most places left, as long as any has one. This loses
 * no place to a repetition that another order would save (Gale and Ryser's construction of a table of ones by its sums,
 * https://en.wikipedia.org/wiki/Gale%E2%80%93Ryser_theorem): by exchange, a fullest deal can always be had in which this person
 * has these batches. Photographs left over, which are as few as can be, are dealt in rounds, one to each batch that has
 * a place left.
 */
function deal(persons: readonly number[][], count: number, batchSize: number, rng: Rng): number[][] {
  const most = Math.min(batchSize, count);
  const batches = Array.from({ length: Math.ceil(count / batchSize) }, (): number[] => []);
  const sizeOf = (b: number) => Math.min(most, count - b * most);
  const byRoom = Array.from({ length: most + 1 }, (): number[] => []); // batches by the number of their free places
  batches.forEach((_, b) => byRoom[sizeOf(b)]!.push(b));
  const over: number[][] = [];
  for (const photos of persons) {
    const taken: (readonly [batch: number, room: number])[] = [];
    for (let room = most; room > 0; room--) {
      const free = byRoom[room]!;
      while (free.length > 0 && taken.length < photos.length) taken.push([takeOne(free, rng), room]);
    }
    taken.forEach(([b, room], k) => {
      batches[b]!.push(photos[k]!);
      byRoom[room - 1]!.push(b);
    });
    if (taken.length < photos.length) over.push(photos.slice(taken.length));
  }
  for (const photos of over) {
    let free: number[] = [];
    for (const photo of photos) {
      if (free.length === 0) free = shuffled([...batches.keys()].filter((b) => batches[b]!.length < sizeOf(b)), rng);
      batches[free.pop()!]!.push(photo);
    }
  }
  return batches;
}

/** Takes one out of a list at random; the rest change places. */
function takeOne(items: number[], rng: Rng): number {
  const i = randomInt(rng, items.length), item = items[i]!;
  items[i] = items.at(-1)!;
  items.pop();
  return item;
}
