/**
 * Means of several members' probabilities: arithmetic (linear opinion pool), geometric (logarithmic pool), power, rank and
 * vote. Genest and Zidek, "Combining probability distributions", 1986, https://doi.org/10.1214/ss/1177013825
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import type { Aligned } from "./align.ts";
import { rankMean } from "./rank_mean.ts";
import { normaliseRows } from "./rows.ts";

/**
 * Averages members.
 *
 * @param aligned M members' probabilities of N rows and C classes.
 * @param shares A weight for each member, summing to 1.
 * @returns Probabilities `[N, C]`.
 */
export type Mean = (aligned: Aligned, shares: readonly number[]) => Float32Array;

/** Options of the power mean. */
export interface PowerOptions {
  /** Exponent, -8..8: 1 is the arithmetic mean, 0 the geometric, -1 the harmonic; higher ones follow the surest member. */
  readonly exponent: number;
}

/** Options of the vote. */
export interface VoteOptions {
  /**
   * Who wins among the classes with the most votes: the one with the highest mean probability, or the first by class
   * number, as in scikit-learn's VotingClassifier.
   */
  readonly ties: "mean" | "first";
}

/** Rows averaged at once, so that the sums in double precision stay small. */
const BLOCK = 1024;

/** The smallest normal single: what a probability of 0 counts as where it is not to veto a class for good. */
const TINY = 2 ** -126;

/** Weights whose sums differ by less are a tie: 0.1 + 0.2 and 0.3 are. */
const TIE = 1e-9;

/** A mean of the form `after(sum of share * before(p))`; with `after`, rows are then scaled to sum to 1. */
function elementwise(
  before: (probability: number) => number,
  after?: (sum: number) => number,
): Mean {
  return ({ ids: { length: rows }, classes: { length: width }, members }, shares) => {
    const result = new Float32Array(rows * width), sums = new Float64Array(BLOCK * width);
    for (let start = 0; start < rows; start += BLOCK) {
      const end = Math.min(rows, start + BLOCK), length = (end - start) * width;
      sums.fill(0);
      members.forEach(({ probabilities, places }, m) => {
        const share = shares[m]!;
        for (let row = start, to = 0; share > 0 && row < end; row++) {
          const from = (places ? places[row]! : row) * width;
          for (let c = 0; c < width; c++, to++) sums[to]! += share * before(probabilities[from + c]!);
        }
      });
      if (after) {
        for (let i = 0; i < length; i++) sums[i] = after(sums[i]!);
        normaliseRows(sums, width, end - start);
      }
      result.set(sums.subarray(0, length), start * width);
    }
    return result;
  };
}

/** The mean of probabilities. */
function arithmetic(): Mean {
  return elementwise((p) => p);
}

/** The product of probabilities, each to the power of its share: the mean of log probabilities, and so of logits. */
function geometric(): Mean {
  return elementwise((p) => Math.log(p > TINY ? p : TINY), Math.exp);
}

/** `(sum of share * p ** exponent) ** (1 / exponent)`. */
function power({ exponent }: PowerOptions): Mean {
  if (exponent === 0) return geometric();
  return elementwise((p) => (p > TINY ? p : TINY) ** exponent, (sum) => sum ** (1 / exponent));
}

/**
 * Each member's weight goes to its most probable class, the first of equal ones. The result is the share of votes; where
 * classes tie at the top and the mean decides, their votes are divided among them by their mean probability.
 */
function vote({ ties }: VoteOptions): Mean {
  return ({ ids: { length: rows }, classes: { length: width }, members }, shares) => {
    const result = new Float32Array(rows * width);
    const votes = new Float64Array(width), means = new Float64Array(width);
    for (let row = 0; row < rows; row++) {
      votes.fill(0);
      means.fill(0);
      members.forEach(({ probabilities, places }, m) => {
        const from = (places ? places[row]! : row) * width;
        let best = 0;
        for (let c = 0; c < width; c++) {
          const p = probabilities[from + c]!;
          if (p > probabilities[from + best]!) best = c;
          means[c]! += shares[m]! * p;
        }
        votes[best]! += shares[m]!;
      });
      settle(votes, means, ties);
      result.set(votes, row * width);
    }
    return result;
  };
}

/** Gives one of the classes with the most votes more than the others. */
function settle(votes: Float64Array, means: Float64Array, ties: VoteOptions["ties"]): void {
  let most = 0;
  for (const count of votes) if (count > most) most = count;
  let tied = 0, total = 0;
  for (let c = 0; c < votes.length; c++) {
    if (votes[c]! < most - TIE) continue;
    tied++;
    total += means[c]!;
    votes[c] = most; // the same bits, so that the first is the first
  }
  if (ties === "first" || tied < 2 || total === 0) return;
  for (let c = 0; c < votes.length; c++) if (votes[c] === most) votes[c] = most * tied * means[c]! / total;
}

/**
 * Every mean, by the name used in options.
 *
 * @example
 * ```ts
 * import { ensemble } from "maskfold";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const member = (...probabilities: number[]) => ({
 *   ids: ["a"],
 *   classes: ["cat", "dog"],
 *   probabilities: Float32Array.from(probabilities),
 *   labels: Int32Array.of(-1),
 * });
 * const members = [member(0.5, 0.5), member(0.9, 0.1)];
 * const { probabilities } = ensemble(members, { mean: { name: "geometric" } });
 * assertAlmostEquals(probabilities[0]!, 0.75, 1e-6); // odds 1 and 9: their geometric mean is 3
 * ```
 */
export const MEANS: {
  readonly arithmetic: Part<Record<never, never>, Mean>;
  readonly geometric: Part<Record<never, never>, Mean>;
  readonly power: Part<PowerOptions, Mean>;
  readonly rank: Part<Record<never, never>, Mean>;
  readonly vote: Part<VoteOptions, Mean>;
} = {
  arithmetic: part(z.strictObject({}).describe("The mean of the probabilities."), arithmetic),
  geometric: part(z.strictObject({}).describe("The mean of their logarithms, scaled to sum to 1."), geometric),
  power: part(
    z.strictObject({
      exponent: z.number().min(-8).max(8).default(2).describe(
        "1: arithmetic, 0: geometric, -1: harmonic; higher ones follow the surest member.",
      ),
    }).describe("The mean of their powers, of which the root is taken."),
    power,
  ),
  rank: part(
    z.strictObject({}).describe("The mean of ranks within a class, read back as probabilities."),
    () => rankMean,
  ),
  vote: part(
    z.strictObject({
      ties: z.enum(["mean", "first"]).default("mean").describe(
        "Who wins among the classes with the most votes: the highest mean probability, or the first class.",
      ),
    }).describe("Each member has one vote, for the class that it finds likeliest."),
    vote,
  ),
};

/** A mean's name and options. */
export type MeanSpec = SpecOf<typeof MEANS>;
