/**
 * Ensembles whose weights are fitted, on out-of-fold predictions, to log loss or macro F1.
 *
 * @module
 */
import { z } from "zod";
import { build, type Part, part, type SpecOf } from "../core/parts.ts";
import type { Predictions } from "../core/records.ts";
import { seededRng } from "../core/rng.ts";
import { alignMembers } from "./align.ts";
import { ensemble } from "./ensemble.ts";
import { type FitData, fitData, isBetter, type Objective, ownProbabilities, scoreOn } from "./fit_data.ts";
import { fitGreedy, type GreedyOptions } from "./greedy.ts";
import { MEANS } from "./means.ts";
import { fitSimplex, type SimplexOptions } from "./simplex.ts";
import { applyStack, fitStack, type Stack, type StackingOptions } from "./stacking.ts";

/** A fitted ensemble: plain numbers, so that it can be kept as JSON. */
export interface FittedEnsemble {
  /** Class names, by class number, that it was fitted for. */
  readonly classes: readonly string[];
  /** What was improved. */
  readonly objective: Objective;
  /** Score of the ensemble on the rows that it was fitted to: in nats, or 0..1. */
  readonly score: number;
  /** Score of each member alone on them. */
  readonly memberScores: readonly number[];
  /** A weight for each member, summing to 1, of their arithmetic mean; not used where there is a regression. */
  readonly weights: readonly number[];
  /** The regression, where the method is one. */
  readonly stack?: Stack;
  /** What the fit came to: the gap reached, the picks made, or why the result is another than asked. */
  readonly note: string;
}

/** What a method of fitting gives. */
export type Fitted = Pick<FittedEnsemble, "weights" | "stack" | "note">;

/** Fits an ensemble to labelled predictions. */
export type EnsembleFit = (data: FitData, objective: Objective) => Fitted;

/** Options of greedy selection, with its seed. */
export interface SeededGreedyOptions extends GreedyOptions {
  /** Seed of the members that each repetition may pick from. */
  readonly seed: number;
}

function simplex(options: SimplexOptions): EnsembleFit {
  return (data, objective) => {
    onlyLogLoss("simplex", objective);
    const { weights, gap, steps } = fitSimplex(ownProbabilities(data), data.aligned.members.length, options);
    const reached = gap <= options.gap ? "" : `, more than the ${options.gap} asked for`;
    return {
      weights: [...weights],
      note: `at most ${gap.toExponential(1)} nats above the least${reached}, ${steps} steps`,
    };
  };
}

function greedy({ seed, ...options }: SeededGreedyOptions): EnsembleFit {
  return (data, objective) => {
    const { counts, picks } = fitGreedy(data, objective, options, seededRng(seed));
    const total = counts.reduce((a, b) => a + b, 0);
    return { weights: counts.map((count) => count / total), note: `${total} picks in ${picks.length} selections` };
  };
}

function stacking(options: StackingOptions): EnsembleFit {
  return (data, objective) => {
    onlyLogLoss("stacking", objective);
    const stack = fitStack(data, options), members = data.aligned.members.length;
    const reached = stack.slope <= options.tolerance ? "" : `, more than the ${options.tolerance} asked for`;
    const note = `slope ${stack.slope.toExponential(1)}${reached}, ${stack.steps} steps`;
    return { weights: new Array<number>(members).fill(1 / members), stack, note };
  };
}

function onlyLogLoss(name: string, objective: Objective): void {
  if (objective === "logLoss") return;
  throw new RangeError(
    `Cannot fit an ensemble by "${name}" as its objective must be "logLoss", and "greedy" is for others: current ` +
      `objective is "${objective}"`,
  );
}

/** Every way to fit an ensemble, by the name used in options. */
export const ENSEMBLES: {
  readonly simplex: Part<SimplexOptions, EnsembleFit>;
  readonly greedy: Part<SeededGreedyOptions, EnsembleFit>;
  readonly stacking: Part<StackingOptions, EnsembleFit>;
} = {
  simplex: part(
    z.strictObject({
      gap: z.number().positive().default(1e-7).describe("Nats by which the loss may be above the least one."),
      steps: z.int().min(1).default(100).describe("Newton steps at most."),
    }).describe("Weights of least log loss, found to a stated gap."),
    simplex,
  ),
  greedy: part(
    z.strictObject({
      rounds: z.int().min(1).default(30).describe("Additions in a selection, at most; the best number is kept."),
      bags: z.int().min(0).default(0).describe("Selections among some members drawn by chance; 0: one among all."),
      share: z.number().gt(0).max(1).default(0.5).describe("Share of the members that each of them picks from."),
      seed: z.int().default(42).describe("Seed of those draws."),
    }).describe("Members picked one after the other, again too, as long as the score rises (Caruana et al., 2004)."),
    greedy,
  ),
  stacking: part(
    z.strictObject({
      form: z.enum(["member", "full"]).default("member").describe(
        "One coefficient a member, or one for each member, class seen and class predicted.",
      ),
      l2: z.number().min(0).default(1).describe("Strength of the penalty, against the loss summed over the rows."),
      towards: z.enum(["mean", "zero"]).default("mean").describe(
        "Whether the penalty draws to the members' geometric mean or to 0.",
      ),
      tolerance: z.number().positive().default(1e-6).describe("Largest slope of the mean loss at the end."),
    }).describe("A regression on the members' log-probabilities, with a penalty (Wolpert, 1992)."),
    stacking,
  ),
};

/** The name and options of a way to fit. */
export type EnsembleFitSpec = SpecOf<typeof ENSEMBLES>;

/** How an ensemble is fitted. */
export interface FitEnsembleOptions {
  /** What is improved: log loss in nats, or macro F1 of the most probable classes. */
  readonly objective: Objective;
  /** The way to fit; for macro F1 only `greedy`. */
  readonly method: EnsembleFitSpec;
}

/**
 * Fits an ensemble to the members' out-of-fold predictions: its score on the same rows flatters it.
 *
 * By `greedy` it never scores lower there than its best member: where a bagged selection would, the best member alone is the
 * result, and the note says so.
 *
 * @example
 * ```ts
 * import { applyEnsemble, fitEnsemble } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const member = (...probabilities: number[]) => ({
 *   ids: ["a", "b"],
 *   classes: ["cat", "dog"],
 *   probabilities: Float32Array.from(probabilities),
 *   labels: Int32Array.of(0, 1),
 * });
 * const members = [member(0.5, 0.5, 0.5, 0.5), member(0.9, 0.1, 0.1, 0.9)];
 * const fitted = fitEnsemble(members, { objective: "logLoss", method: { name: "simplex" } });
 * assertEquals(fitted.weights, [0, 1]);
 * assertEquals(applyEnsemble(fitted, members).probabilities, members[1]!.probabilities);
 * ```
 *
 * @param members Predictions over the same ids and classes; labels may be known to one of them only.
 * @param options What is improved, and how.
 * @returns The ensemble, for {@linkcode applyEnsemble}.
 * @throws {TypeError} If ids, classes or labels differ.
 * @throws {RangeError} If no row is labelled, or the method is not for the objective.
 */
export function fitEnsemble(
  members: readonly Predictions[],
  { objective, method }: FitEnsembleOptions,
): FittedEnsemble {
  const fit = build("ensemble", ENSEMBLES, method);
  const data = fitData("fit an ensemble", members), { aligned } = data;
  const memberScores = aligned.members.map((member) => scoreOn(data, objective, member));
  const fitted = fit(data, objective);
  const probabilities = fitted.stack
    ? applyStack(aligned, fitted.stack)
    : build("mean", MEANS, { name: "arithmetic" })(aligned, fitted.weights);
  const score = scoreOn(data, objective, { probabilities });
  const best = memberScores.reduce((a, value, m) => isBetter(objective, value, memberScores[a]!) ? m : a, 0);
  const common = { classes: aligned.classes, objective, memberScores };
  if (method.name !== "greedy" || !isBetter(objective, memberScores[best]!, score)) {
    return { ...common, score, ...fitted };
  }
  return {
    ...common,
    score: memberScores[best]!,
    weights: members.map((_, m) => m === best ? 1 : 0),
    note: `member ${best} alone, as the selection scores ${score.toFixed(4)} and it ${memberScores[best]!.toFixed(4)}`,
  };
}

/**
 * Predicts with a fitted ensemble.
 *
 * @param fitted From {@linkcode fitEnsemble}.
 * @param members Predictions by the same members, in the same order, of any rows.
 * @returns Rows in the first member's order.
 * @throws {TypeError} If there are other members or classes than it was fitted with, or their ids differ.
 */
export function applyEnsemble(fitted: FittedEnsemble, members: readonly Predictions[]): Predictions {
  const { weights, classes, stack } = fitted;
  if (members.length !== weights.length) {
    throw new TypeError(
      `Cannot apply the ensemble as it was fitted with ${weights.length} members: current number is ${members.length}`,
    );
  }
  const found = members[0]!.classes;
  if (found.length !== classes.length || found.some((name, c) => name !== classes[c])) {
    throw new TypeError(
      `Cannot apply the ensemble as it was fitted for the classes [${classes}]: current are [${found}]`,
    );
  }
  if (!stack) return ensemble(members, { weights });
  const aligned = alignMembers("apply the ensemble", members);
  return { ids: aligned.ids, classes, probabilities: applyStack(aligned, stack), labels: aligned.labels };
}
