/**
 * Greedy selection: members are added to a running mean one at a time, each the one that improves the score most.
 * Caruana et al., "Ensemble selection from libraries of models", 2004, https://doi.org/10.1145/1015330.1015432
 *
 * @module
 */
import { type Rng, shuffled } from "../core/rng.ts";
import { macroF1 } from "../metrics/mod.ts";
import { type FitData, isBetter, type Objective, ownProbabilities } from "./fit_data.ts";

/** One addition to the mean. */
export interface Pick {
  /** The member added. */
  readonly member: number;
  /** The score of the mean with it. */
  readonly score: number;
}

/** How members are picked. */
export interface PickOptions {
  /** What is improved. */
  readonly objective: Objective;
  /** Additions at most. */
  readonly rounds: number;
  /** Whether a member may be added again, which gives it more weight. */
  readonly replacement: boolean;
  /** The members to pick from; all by default. */
  readonly candidates?: readonly number[];
}

/** A running mean. */
interface Running {
  /** The score with one member more. */
  score(member: number): number;
  /** Adds a member. */
  add(member: number): void;
}

/**
 * Adds member after member, also where the score falls, as later ones may raise it again.
 *
 * @param data Labelled predictions.
 * @param options What is improved, and how often.
 * @returns The additions in their order; of members with equal scores the first one is taken.
 */
export function pickMembers(data: FitData, { objective, rounds, replacement, candidates }: PickOptions): Pick[] {
  const running = objective === "logLoss" ? runningLogLoss(data) : runningMacroF1(data);
  let left = candidates ?? data.aligned.members.map((_, m) => m);
  const picks: Pick[] = [];
  while (picks.length < rounds && left.length > 0) {
    const scored = left.map((member): Pick => ({ member, score: running.score(member) }));
    const best = scored.reduce((a, b) => isBetter(objective, b.score, a.score) ? b : a);
    running.add(best.member);
    picks.push(best);
    if (!replacement) left = left.filter((member) => member !== best.member);
  }
  return picks;
}

/** How many of the picks make the best mean; of equal ones the fewest. */
export function bestLength(picks: readonly Pick[], objective: Objective): number {
  return 1 + picks.reduce((best, { score }, i) => isBetter(objective, score, picks[best]!.score) ? i : best, 0);
}

function runningLogLoss(data: FitData): Running {
  const own = ownProbabilities(data), members = data.aligned.members.length, rows = data.rows.length;
  const sums = new Float64Array(rows);
  let count = 0;
  return {
    score(member) {
      let loss = 0;
      for (let i = 0, at = member; i < rows; i++, at += members) loss -= Math.log((sums[i]! + own[at]!) / (count + 1));
      return loss / rows;
    },
    add(member) {
      for (let i = 0, at = member; i < rows; i++, at += members) sums[i]! += own[at]!;
      count++;
    },
  };
}

function runningMacroF1({ aligned: { members, classes: { length: width } }, rows, labels }: FitData): Running {
  const sums = new Float32Array(rows.length * width), predicted = new Int32Array(rows.length);
  return {
    score(member) {
      const { probabilities, places } = members[member]!;
      for (let i = 0, at = 0; i < rows.length; i++) {
        let from = (places ? places[rows[i]!]! : rows[i]!) * width, best = 0, highest = -1;
        for (let c = 0; c < width; c++, at++, from++) {
          const sum = sums[at]! + probabilities[from]!;
          if (sum > highest) {
            highest = sum;
            best = c;
          }
        }
        predicted[i] = best;
      }
      return macroF1(predicted, labels, { classes: width });
    },
    add(member) {
      const { probabilities, places } = members[member]!;
      for (let i = 0, at = 0; i < rows.length; i++) {
        let from = (places ? places[rows[i]!]! : rows[i]!) * width;
        for (let c = 0; c < width; c++, at++, from++) sums[at]! += probabilities[from]!;
      }
    },
  };
}

/** How often and among whom members are picked. */
export interface GreedyOptions {
  /** Additions in a round of picking, at most; the best number of them is kept. */
  readonly rounds: number;
  /** Times that picking is repeated among some members drawn by chance, the picks of all being counted; 0: once, among all. */
  readonly bags: number;
  /** Share of the members that a repetition may pick from, above 0, at most 1. */
  readonly share: number;
}

/**
 * How often each member was picked.
 *
 * @param data Labelled predictions.
 * @param objective What is improved.
 * @param options How members are picked.
 * @param rng Where the members of a repetition are drawn from.
 * @returns A count for each member, and all picks by repetition.
 */
export function fitGreedy(
  data: FitData,
  objective: Objective,
  { rounds, bags, share }: GreedyOptions,
  rng: Rng,
): { readonly counts: number[]; readonly picks: readonly (readonly Pick[])[] } {
  const members = data.aligned.members.map((_, m) => m);
  const size = Math.max(1, Math.round(share * members.length));
  const groups = bags === 0
    ? [members]
    : Array.from({ length: bags }, (_, bag) => shuffled(members, rng.fork(bag)).slice(0, size).sort((a, b) => a - b));
  const picks = groups.map((candidates) => {
    const all = pickMembers(data, { objective, rounds, replacement: true, candidates });
    return all.slice(0, bestLength(all, objective));
  });
  const counts = members.map((member) => picks.flat().filter((pick) => pick.member === member).length);
  return { counts, picks };
}
