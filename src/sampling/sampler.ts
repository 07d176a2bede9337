/**
 * What a sampler is, and what it may ask about the training examples besides their labels.
 *
 * @module
 */
import { checkInteger, checkSameLength } from "../core/check.ts";
import type { Rng } from "../core/rng.ts";

/** What some samplers need besides the labels. */
export interface SamplerContext {
  /** Whom each training example shows, `[N]`. */
  readonly groups?: readonly string[];
  /** Examples in a batch: those of an epoch are taken in order, this many at a time, the last batch having the rest. */
  readonly batchSize?: number;
}

/**
 * Draws one epoch. Nothing but the arguments decides what is drawn: the same labels, generator and context give the same
 * epoch, and a new fork of the generator another one.
 *
 * @param labels Class numbers `[N]` of the training examples.
 * @param rng Where it is drawn from; a new fork for each epoch.
 * @param context What some samplers need; those that do not need it pass over it.
 * @returns Positions in `labels`, in the order in which they are shown.
 * @throws {TypeError} If the sampler needs something of the context that is missing; the message names it.
 */
export type Sampler = (labels: ArrayLike<number>, rng: Rng, context?: SamplerContext) => Int32Array;

/**
 * The batch size of a context.
 *
 * @param attempt What cannot be done without it.
 * @throws {TypeError} If it is missing.
 * @throws {RangeError} If it is no whole number of at least 1.
 */
export function needBatchSize(attempt: string, { batchSize }: SamplerContext): number {
  if (batchSize === undefined) throw missing(attempt, "batchSize");
  checkInteger(attempt, "batchSize", batchSize, { min: 1 });
  return batchSize;
}

/**
 * The groups of a context, one for each label.
 *
 * @param attempt What cannot be done without them.
 * @throws {TypeError} If they are missing, or more or fewer than the labels.
 */
export function needGroups(
  attempt: string,
  labels: ArrayLike<number>,
  { groups }: SamplerContext,
): readonly string[] {
  if (groups === undefined) throw missing(attempt, "groups");
  checkSameLength(attempt, { labels, groups });
  return groups;
}

function missing(attempt: string, name: keyof SamplerContext): TypeError {
  return new TypeError(`Cannot ${attempt} as the context must have ${name}: current value is undefined`);
}
