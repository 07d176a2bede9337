/**
 * The ladder: what each step from single models to the last decision bought, with intervals over persons, each step judged on
 * persons that it was not fitted to.
 *
 * @module
 */
import {
  bootstrapScore,
  calibrationError,
  type DifferenceInterval,
  pairedBootstrap,
  pairedCalibration,
  score,
  type ScoreInterval,
} from "../metrics/mod.ts";
import type { Chain, ChainPart } from "./chain.ts";
import { type ChainRows, memberPredictions, type Truth } from "./chain_rows.ts";
import { type ChainStep } from "./chain_steps.ts";
import { climb, type NestedChain, nestedChain, stageClasses } from "./climb.ts";

/** How the ladder is made. */
export interface LadderOptions {
  /** The steps in order, from `chainSteps`. */
  readonly steps: readonly ChainStep[];
  /** In how many parts persons are split, for choices and for the whole chain alike; 5 by default. */
  readonly folds?: number;
  /** Seed of the splits and of the draws. */
  readonly seed: number | string;
  /** How often persons are drawn for the intervals; 2000 by default. */
  readonly resamples?: number;
  /** Share of the draws that an interval holds; 0.95 by default. */
  readonly level?: number;
  /** Milliseconds that a member takes for each view of an image, where that is known. */
  readonly cost?: Readonly<Record<string, number>>;
  /** Stops the work. */
  readonly signal?: AbortSignal;
  /** Called as chains are fitted: one on all rows, then one for each outer fold. */
  readonly onProgress?: (state: { readonly done: number; readonly total: number }) => void;
}

/** Scores of a stage, or of a choice. */
export interface StageReport {
  /** Macro F1 with its interval; the mean over members where they are not joined. */
  readonly macroF1: ScoreInterval;
  /** Accuracy with its interval. */
  readonly accuracy: ScoreInterval;
  /** Mean negative log probability of the true class, in nats. */
  readonly logLoss: number;
  /** Expected calibration error of the top label, 0..1. */
  readonly calibrationError: number;
}

/** How a stage differs from another. */
export interface StageDifference {
  /** Of macro F1. */
  readonly macroF1: DifferenceInterval;
  /** Of accuracy. */
  readonly accuracy: DifferenceInterval;
}

/** A choice that stood open in a step. */
export interface ChoiceReport extends StageReport {
  /** What it is called. */
  readonly name: string;
  /** How it differs from the row before that was kept. */
  readonly toBefore: StageDifference;
}

/** A rung: a step's best choice. */
export interface LadderRow extends StageReport {
  /** The step. */
  readonly step: string;
  /** The best choice; null in the first and the last row, and where there was nothing to choose. */
  readonly choice: string | null;
  /** Whether it stands in the chain. */
  readonly kept: boolean;
  /** How it differs from the last row before it that was kept; null in the first row. */
  readonly toBefore: StageDifference | null;
  /** How it differs from the first row; null in that. */
  readonly toFirst: StageDifference | null;
  /** How log loss and calibration error differ from the row before, for a calibration: below 0 is better. */
  readonly calibration: { readonly logLoss: DifferenceInterval; readonly calibrationError: DifferenceInterval } | null;
  /** Milliseconds an image costs with all that is kept up to here and this; null where it is not known. */
  readonly milliseconds: number | null;
  /** Every choice of the step. */
  readonly choices: readonly ChoiceReport[];
  /** The chain up to here with the best choice, fitted to all rows. */
  readonly parts: readonly ChainPart[];
}

/** The ladder. */
export interface Ladder {
  /** From single models to the last step, then the whole chain. */
  readonly rows: readonly LadderRow[];
  /** Macro F1 of each member alone, by its plain view. */
  readonly members: readonly number[];
  /** The chain, fitted to all rows. */
  readonly chain: Chain;
  /** What the whole chain decides when it is fitted without the person. */
  readonly nested: NestedChain;
  /** The stages before and after calibration, nested, each row with its label; null where there was none. */
  readonly calibration: { readonly before: ChainRows; readonly after: ChainRows } | null;
}

/** What the first row is called. */
export const SINGLE = "single model";
/** What the last row is called. */
export const WHOLE = "whole chain";

/**
 * Makes the ladder. The rows of the steps are nested in what they fit, while the best of several choices is picked by the very
 * scores that are shown; the last row is nested in that too.
 *
 * @example
 * ```ts
 * import { chainRows, chainSteps, ladder } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const images = Array.from({ length: 40 }, (_, i) => i);
 * const member = (every: number) => ({
 *   ids: images.map((i) => `image ${i}`),
 *   classes: ["worn", "not worn"],
 *   probabilities: Float32Array.from(images.flatMap((i) => (i % 2 === 0) === (i % every === 0) ? [0.4, 0.6] : [0.7, 0.3])),
 *   labels: Int32Array.from(images, (i) => i % 2),
 * });
 * const { rows, labels } = chainRows([member(3), member(5)]);
 * const groups = rows.ids.map((id) => `person ${Number(id.slice(6)) >> 1}`);
 * const { rows: rungs } = await ladder(rows, { labels, groups }, { steps: chainSteps({ seed: 1 }), seed: 1, resamples: 50 });
 * assertEquals(rungs.map(({ step }) => step), ["single model", "ensemble", "calibration", "offsets", "whole chain"]);
 * ```
 *
 * @param rows What members say of images that they were not trained on, from `chainRows`.
 * @param truth Labels and persons in the order of the rows.
 * @param options The steps, how they are judged, and what views cost.
 * @returns The ladder and the chain.
 * @throws {TypeError} If columns differ in length.
 * @throws {RangeError} If a label is unknown, there are fewer persons than folds, or an option is out of range.
 */
export async function ladder(rows: ChainRows, truth: Truth, options: LadderOptions): Promise<Ladder> {
  const { steps, folds = 5, seed, resamples, level, cost, signal, onProgress } = options;
  const draws = { seed, resamples, level, ...truth, classes: rows.classes.length };
  const total = folds + 1, climbed = climb(rows, truth, { steps, folds, seed });
  onProgress?.({ done: 1, total });
  const nested = await nestedChain(rows, truth, {
    ...{ steps, folds, seed, signal },
    onProgress: ({ done }) => onProgress?.({ done: done + 1, total }),
  });

  const report = (stage: ChainRows): StageReport => {
    const intervals = bootstrapScore(stageClasses(stage), draws), members = memberPredictions(stage, truth);
    const mean = (of: (member: typeof members[number]) => number) =>
      members.reduce((sum, member) => sum + of(member), 0) / members.length;
    return {
      macroF1: intervals.macroF1,
      accuracy: intervals.accuracy,
      logLoss: mean((member) => score(member).logLoss),
      calibrationError: mean((member) => calibrationError(member).expected),
    };
  };
  const between = (first: ChainRows, second: ChainRows): StageDifference =>
    pairedBootstrap(stageClasses(first), stageClasses(second), draws);
  const calibrated = (first: ChainRows, second: ChainRows) => {
    const [a, b] = [first, second].map((stage) => memberPredictions(stage, truth)[0]!);
    const { logLoss, calibrationError } = pairedCalibration(a!, b!, draws);
    return { logLoss, calibrationError };
  };

  const { base } = climbed, first = base;
  let before = base, parts: readonly ChainPart[] = [], calibration: Ladder["calibration"] = null;
  const none = { choice: null, choices: [], parts: [], calibration: null };
  const out: LadderRow[] = [{
    ...{ step: SINGLE, kept: true, toBefore: null, toFirst: null, ...none, ...report(base) },
    milliseconds: costOf([], rows, cost),
  }];
  for (const { name, choices, best, kept, part, taken, rows: after } of climbed.steps) {
    const reports = choices.map((choice): ChoiceReport => ({
      ...{ name: choice.name, toBefore: between(before, choice.rows), ...report(choice.rows) },
    }));
    const chosen = choices[best];
    if (chosen && part) {
      const { name: choice, toBefore, ...scores } = reports[best]!;
      const isCalibration = part.part === "calibration";
      if (isCalibration) calibration = { before, after: chosen.rows };
      out.push({
        ...{
          step: name,
          choice,
          kept,
          ...scores,
          toBefore,
          toFirst: between(first, chosen.rows),
          choices: reports,
          part,
        },
        calibration: isCalibration ? calibrated(before, chosen.rows) : null,
        parts: [...parts, part],
        milliseconds: costOf([...parts, part], rows, cost),
      });
    }
    if (taken) parts = [...parts, taken];
    before = after;
  }
  const whole = nested.rows;
  out.push({
    ...{ step: WHOLE, kept: true, ...none, ...report(whole) },
    ...{ toBefore: between(before, whole), toFirst: between(first, whole) },
    parts,
    milliseconds: costOf(parts, rows, cost),
  });
  const { chain } = climbed;
  return { rows: out, members: stageF1(base, truth), chain, nested, calibration };
}

function stageF1(stage: ChainRows, truth: Truth): number[] {
  return memberPredictions(stage, truth).map((member) => score(member).macroF1);
}

/** Milliseconds an image: the views that are averaged, in each member that has a say. */
function costOf(
  parts: readonly ChainPart[],
  { members }: ChainRows,
  cost: Readonly<Record<string, number>> | undefined,
): number | null {
  if (!cost) return null;
  let names: readonly string[] = [members[0]![0]!.name], models = 1;
  for (const part of parts) {
    if (part.part === "views") names = part.names;
    if (part.part === "ensemble" && part.by !== "first") {
      const isUsed = (m: number) =>
        part.by === "mean" || (part.by === "fit" ? [part.fitted] : part.fitted).some(({ weights }) => weights[m]! > 0);
      models = members.filter((_, m) => isUsed(m)).length;
    }
  }
  return models * names.reduce((sum, name) => sum + (cost[name] ?? 0), 0);
}
