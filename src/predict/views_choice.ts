/**
 * Which views are worth their passes: a greedy choice on out-of-fold predictions.
 *
 * @module
 */
import type { DetailedPredictions } from "../frame/mod.ts";
import { fitData, type Objective } from "./fit_data.ts";
import { pickMembers } from "./greedy.ts";

/** What is improved, and what a pass must be worth. */
export interface ChooseViewsOptions {
  /** What is improved: log loss in nats, or macro F1. */
  readonly objective: Objective;
  /** By how much a further pass through the network must improve the score on average; 0 by default. */
  readonly minGain?: number;
}

/** The mean of some views: a row of the choice. */
export interface ViewChoiceRow {
  /** Passes through the network that each image costs. */
  readonly passes: number;
  /** The view added last. */
  readonly view: string;
  /** All views so far. */
  readonly views: readonly string[];
  /** The score of their mean, with equal weights. */
  readonly score: number;
  /** By how much the last view improved it; negative where it did not. */
  readonly gain: number;
  /** Whether this row is the choice. */
  readonly chosen: boolean;
}

/**
 * Adds view after view, each the one that improves the mean most. The score on the same rows flatters the choice.
 *
 * @param predictions Out-of-fold predictions with their views apart: `predict(..., { viewsApart: true })`, joined.
 * @param options What is improved.
 * @returns A row for each number of passes, exactly one of them chosen: the one with the best score less `minGain` a pass, of
 * equal ones that with the fewest passes.
 * @throws {TypeError} If the predictions hold no views apart.
 * @throws {RangeError} If no row is labelled, or `minGain` is negative.
 */
export function chooseViews(
  predictions: DetailedPredictions,
  { objective, minGain = 0 }: ChooseViewsOptions,
): ViewChoiceRow[] {
  const { views = [] } = predictions;
  if (views.length === 0) {
    throw new TypeError("Cannot choose views as the predictions must hold the views apart: ask predict for viewsApart");
  }
  if (!(minGain >= 0)) {
    throw new RangeError(`Cannot choose views as minGain must be at least 0: current value is ${minGain}`);
  }
  const data = fitData(
    "choose views",
    views.map(({ probabilities }) => ({ ...predictions, probabilities })),
  );
  const picks = pickMembers(data, { objective, rounds: views.length, replacement: false });
  const names = picks.map(({ member }) => views[member]!.name), sign = objective === "logLoss" ? -1 : 1;
  const worth = picks.map(({ score }, k) => sign * score - minGain * k), best = worth.indexOf(Math.max(...worth));
  return picks.map(({ score }, k): ViewChoiceRow => ({
    passes: k + 1,
    view: names[k]!,
    views: names.slice(0, k + 1),
    score,
    gain: k === 0 ? 0 : sign * (score - picks[k - 1]!.score),
    chosen: k === best,
  }));
}
