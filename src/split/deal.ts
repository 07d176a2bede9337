/**
 * Deals groups out to folds as cards are dealt to players: stratum by stratum and round by round, each fold getting one
 * group a round. So any two folds are at most one group apart in every stratum, and in every stratum up to any place in the
 * order. The last, incomplete rounds are dealt when all others are, each to the folds that have fewest groups, so that folds
 * are at most one group apart in total too.
 *
 * Who in a round gets which group is settled by the classes: a group goes where its classes are scarcest, rounds of the
 * groups that matter most first, as scikit-learn's StratifiedGroupKFold does
 * (https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.StratifiedGroupKFold.html), and at random
 * where it makes no difference.
 *
 * @module
 */
import { type Rng, shuffled } from "../core/rng.ts";
import type { Group } from "./groups.ts";

/**
 * Deals groups out.
 *
 * @param groups What is dealt.
 * @param folds Number of folds.
 * @param rng Where random choices are drawn from.
 * @returns The fold of each group.
 */
export function deal(groups: readonly Group[], folds: number, rng: Rng): Int32Array {
  const out = new Int32Array(groups.length);
  const sizes = new Int32Array(folds);
  const balance = makeBalance(groups, folds);
  const dealRound = (round: readonly number[], draw: Rng) => {
    const free = new Set(shuffled(sizes.keys(), draw));
    for (const g of shuffled(round, draw)) {
      const smallest = round.length === folds ? free : withLeast(free, (fold) => sizes[fold]!);
      const [fold] = withLeast(smallest, (fold) => balance.cost(groups[g]!, fold));
      free.delete(fold!);
      balance.add(groups[g]!, fold!);
      out[g] = fold!;
    }
    for (const g of round) sizes[out[g]!]!++;
  };

  const strata = Map.groupBy(groups.keys(), (g) => groups[g]!.stratum);
  const incomplete: { round: number[]; draw: Rng; weight: number }[] = [];
  for (const stratum of [...strata.keys()].sort()) {
    const draw = rng.fork(stratum);
    const sorted = shuffled(strata.get(stratum)!, draw).sort((a, b) => groups[a]!.order - groups[b]!.order);
    for (let start = 0; start < sorted.length; start += folds) {
      const round = sorted.slice(start, start + folds);
      if (round.length === folds) dealRound(round, draw);
      else incomplete.push({ round, draw, weight: Math.max(...round.map((g) => balance.weight(groups[g]!))) });
    }
  }
  for (const { round, draw } of incomplete.sort((a, b) => b.weight - a.weight)) dealRound(round, draw);
  return out;
}

/** The folds whose number is least. */
function withLeast(folds: Iterable<number>, of: (fold: number) => number): number[] {
  let least = Infinity, found: number[] = [];
  for (const fold of folds) {
    const value = of(fold);
    if (value < least) [least, found] = [value, [fold]];
    else if (value === least) found.push(fold);
  }
  return found;
}

/** Keeps count of the classes in each fold; all is measured in shares of a class, so that rare classes count as common ones. */
function makeBalance(groups: readonly Group[], folds: number) {
  const totals = new Map<number, number>();
  for (const { pattern } of groups) for (const [label, n] of pattern) totals.set(label, (totals.get(label) ?? 0) + n);
  const counts = Array.from({ length: folds }, () => new Map<number, number>());
  return {
    /** By how much the sum of squared shares grows if the fold gets the group, but for what is the same for all folds. */
    cost(group: Group, fold: number): number {
      return group.pattern.reduce(
        (sum, [label, n]) => sum + n * (counts[fold]!.get(label) ?? 0) / totals.get(label)! ** 2,
        0,
      );
    },
    /** How much the group can unbalance. */
    weight(group: Group): number {
      return group.pattern.reduce((sum, [label, n]) => sum + (n / totals.get(label)!) ** 2, 0);
    },
    add(group: Group, fold: number): void {
      for (const [label, n] of group.pattern) counts[fold]!.set(label, (counts[fold]!.get(label) ?? 0) + n);
    },
  };
}
