/**
 * Climbing the chain: step after step, each choice is judged on persons that it was not fitted to, the best is taken if it
 * helps, and what was taken is fitted to all rows. How much choosing flatters is told by `nestedChain`, which makes all choices
 * anew without the persons that it judges.
 *
 * Macro F1 of a few rare classes is noisy, and the best of many choices is often the luckiest. So it decides only where it is
 * sure: where its paired 95 % interval over persons lies on one side of 0. What is fitted is taken where it surely raises macro
 * F1; what labels have no say in, such as a mean, where it does so, or where macro F1 cannot tell and log loss falls, to which
 * every row contributes alike. A calibration is taken where log loss falls and macro F1 surely does not.
 *
 * @module
 */
import type { Fold } from "../core/records.ts";
import { logLoss, pairedBootstrap, predictedClasses } from "../metrics/mod.ts";
import { stratifiedGroupKFold } from "../split/mod.ts";
import { applyChain, applyPart, type Chain, type ChainPart } from "./chain.ts";
import {
  type ChainRows,
  checkTruth,
  joinRows,
  memberPredictions,
  selectRows,
  selectTruth,
  type Truth,
} from "./chain_rows.ts";
import type { ChainStep } from "./chain_steps.ts";
import type { Objective } from "./fit_data.ts";

/** The share of draws of persons that tells what is sure. */
const LEVEL = 0.95;

/** Draws by which a choice is judged. */
const DRAWS = 400;

/** How choices are judged. */
export interface ClimbOptions {
  /** The steps in order, from `chainSteps`. */
  readonly steps: readonly ChainStep[];
  /** In how many parts persons are split to judge a choice; 5 by default. */
  readonly folds?: number;
  /** Seed of the split, and of the draws of persons. */
  readonly seed: number | string;
}

/** What a choice came to. */
export interface ChoiceResult {
  /** What it is called. */
  readonly name: string;
  /** What it says of each row when fitted without that row's person; the rows have one member once members are joined. */
  readonly rows: ChainRows;
  /** How much better it is than the stage before. */
  readonly comparison: Comparison;
}

/** What a step came to. */
export interface StepResult {
  /** The step's name. */
  readonly name: string;
  /** All choices; none where there was nothing to choose. */
  readonly choices: readonly ChoiceResult[];
  /** The place of the one that is taken, or of the best where none is. */
  readonly best: number;
  /** Whether it helps, and so stands in the chain. */
  readonly kept: boolean;
  /** The best choice fitted to all rows; null where there is none. */
  readonly part: ChainPart | null;
  /** What stands in the chain: that, or what leaves the step out, or nothing. */
  readonly taken: ChainPart | null;
  /** The stage after the step, nested. */
  readonly rows: ChainRows;
}

/** What climbing came to. */
export interface Climb {
  /** The stage before any step: each member by its first view. */
  readonly base: ChainRows;
  /** The steps in order. */
  readonly steps: readonly StepResult[];
  /** The chain, fitted to all rows. */
  readonly chain: Chain;
}

/** Rows of which a part is fitted, and rows to which it is applied. */
interface Side {
  readonly train: () => ChainRows;
  readonly truth: Truth;
  readonly held: () => ChainRows;
}

/**
 * Takes each step that helps.
 *
 * @param rows What members say of images that they were not trained on.
 * @param truth What the rows are judged by.
 * @param options The steps, and how they are judged.
 * @returns The steps, and the fitted chain.
 * @throws {TypeError} If columns differ in length.
 * @throws {RangeError} If a label is unknown, or there are fewer persons than folds.
 */
export function climb(rows: ChainRows, truth: Truth, { steps, folds = 5, seed }: ClimbOptions): Climb {
  checkTruth("climb the chain", rows, truth);
  const split = stratifiedGroupKFold(truth.labels, truth.groups, { folds, seed });
  let sides = split.map(({ train, valid }): Side => ({
    train: () => selectRows(rows, train),
    truth: selectTruth(truth, train),
    held: () => selectRows(rows, valid),
  }));
  const join = (parts: readonly ChainRows[]) =>
    joinRows(rows.ids, parts.map((rows, k) => ({ places: split[k]!.valid, rows })));
  let whole = rows, before = rows;
  const results: StepResult[] = [], parts: ChainPart[] = [];
  for (const { name, choices, otherwise, objective } of steps) {
    const tried = choices(whole), fits = tried.map((): ChainPart[] => []), held = tried.map((): ChainRows[] => []);
    for (const side of sides) {
      const own = side.train(), other = side.held();
      tried.forEach(({ fit }, c) => {
        const part = fit(own, side.truth);
        fits[c]!.push(part);
        held[c]!.push(applyPart(part, other));
      });
    }
    const compared = (first: ChainRows, second: ChainRows) => compare(first, second, { ...truth, seed });
    const judged = tried.map(({ name }, c): ChoiceResult => {
      const rows = join(held[c]!);
      return { name, rows, comparison: compared(before, rows) };
    });
    const { best, kept } = choose({ objective, tried, judged, before, compared });
    const part = tried[best]?.fit(whole, truth) ?? null;
    const taken = kept ? part : otherwise?.(whole) ?? null;
    if (taken) {
      parts.push(taken);
      sides = sides.map((side, k) => advance(side, kept ? fits[best]![k]! : taken));
      whole = applyPart(taken, whole);
      before = kept ? judged[best]!.rows : applyPart(taken, before);
    }
    results.push({ name, choices: judged, best, kept, part, taken, rows: before });
  }
  return { base: rows, steps: results, chain: { classes: rows.classes, members: rows.members.length, parts } };
}

/** Both sides after a part. One member's rows are kept; those of many are made again when they are asked for, as they are large. */
function advance({ train, truth, held }: Side, part: ChainPart): Side {
  const later = (rows: () => ChainRows) => part.part === "views" ? () => applyPart(part, rows()) : once(rows(), part);
  return { train: later(train), truth, held: later(held) };
}

function once(rows: ChainRows, part: ChainPart): () => ChainRows {
  const done = applyPart(part, rows);
  return () => done;
}

/** How much better a stage is than another. */
export interface Comparison {
  /** In macro F1. */
  readonly macroF1: number;
  /** Lower end of its interval. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** In log loss, nats that it falls by. */
  readonly logLoss: number;
}

/** Which choice is taken, if any. */
function choose(
  { objective, tried, judged, before, compared }: {
    readonly objective: Objective;
    readonly tried: readonly { readonly fitted: boolean }[];
    readonly judged: readonly ChoiceResult[];
    readonly before: ChainRows;
    readonly compared: (first: ChainRows, second: ChainRows) => Comparison;
  },
): { readonly best: number; readonly kept: boolean } {
  const places = [...judged.keys()], gains = judged.map(({ comparison }) => comparison);
  const highest = (places: readonly number[], of: (c: number) => number) =>
    places.reduce((best: number | undefined, c) => best === undefined || of(c) > of(best) ? c : best, undefined);
  if (objective === "logLoss") {
    const taken = highest(
      places.filter((c) => gains[c]!.low >= 0 && gains[c]!.logLoss > 0),
      (c) => gains[c]!.logLoss,
    );
    return { best: taken ?? highest(places, (c) => gains[c]!.logLoss) ?? 0, kept: taken !== undefined };
  }
  const helps = ({ low, high, logLoss }: Comparison) => low > 0 || high >= 0 && logLoss > 0;
  const plain = highest(places.filter((c) => !tried[c]!.fitted && helps(gains[c]!)), (c) => gains[c]!.logLoss);
  const held = plain === undefined ? before : judged[plain]!.rows;
  const sure = places.filter((c) => tried[c]!.fitted && compared(held, judged[c]!.rows).low > 0);
  const taken = highest(sure, (c) => gains[c]!.macroF1) ?? plain;
  return { best: taken ?? highest(places, (c) => gains[c]!.macroF1) ?? 0, kept: taken !== undefined };
}

/** Compares two stages on the same draws of persons. */
function compare(
  first: ChainRows,
  second: ChainRows,
  { labels, groups, seed }: Truth & { readonly seed: number | string },
): Comparison {
  const { macroF1 } = pairedBootstrap(stageClasses(first), stageClasses(second), {
    ...{ labels, groups, classes: first.classes.length, seed, resamples: DRAWS, level: LEVEL },
  });
  const [a, b] = [first, second].map((stage) => {
    const members = memberPredictions(stage, { labels }), options = { classes: first.classes.length };
    return members.reduce((sum, { probabilities }) => sum + logLoss(probabilities, labels, options), 0) /
      members.length;
  });
  return { macroF1: macroF1.difference, low: macroF1.low, high: macroF1.high, logLoss: a! - b! };
}

/** The classes that each member decides for: of a stage with offsets the one decision. */
export function stageClasses(rows: ChainRows): Int32Array[] {
  const none = { labels: new Int32Array(rows.ids.length) };
  return rows.predicted ? [rows.predicted] : memberPredictions(rows, none).map((member) => predictedClasses(member));
}

/** How whole chains are judged. */
export interface NestedChainOptions extends ClimbOptions {
  /** The outer folds; by default as many as there are inner ones, by person. */
  readonly outer?: readonly Fold[];
  /** Stops the work. */
  readonly signal?: AbortSignal;
  /** Called as outer folds are done. */
  readonly onProgress?: (state: { readonly done: number; readonly total: number }) => void;
}

/** What whole chains come to on persons that they know nothing of. */
export interface NestedChain {
  /** What they say of each row. */
  readonly rows: ChainRows;
  /** The chain of each outer fold, and what it took by step: a choice's name, or null. */
  readonly chains: readonly { readonly chain: Chain; readonly taken: Readonly<Record<string, string | null>> }[];
}

/**
 * Judges the whole chain, choices included: persons are split, all steps are climbed without those of one part, and the chain
 * is applied to these. No label of theirs has any say in what is decided for them, but for that in the training of members.
 *
 * @param rows What members say of images that they were not trained on.
 * @param truth What the rows are judged by.
 * @param options The steps, and how they are judged.
 * @returns What is decided for each row, in the order of the rows.
 * @throws {TypeError | RangeError} As {@linkcode climb} does.
 */
export async function nestedChain(rows: ChainRows, truth: Truth, options: NestedChainOptions): Promise<NestedChain> {
  const { outer, signal, onProgress, folds = 5, seed, ...rest } = options;
  checkTruth("judge the chain", rows, truth);
  const split = outer ?? stratifiedGroupKFold(truth.labels, truth.groups, { folds, seed: `${seed}/outer` });
  const parts: { places: Int32Array; rows: ChainRows }[] = [], chains: NestedChain["chains"][number][] = [];
  for (const { train, valid } of split) {
    signal?.throwIfAborted();
    const { chain, steps } = climb(selectRows(rows, train), selectTruth(truth, train), { ...rest, folds, seed });
    const { ids, classes, probabilities, predicted } = applyChain(chain, selectRows(rows, valid));
    const found = predicted ?? predictedClasses({ ids, classes, probabilities });
    parts.push({
      places: valid,
      rows: { ids, classes, members: [[{ name: "chain", probabilities }]], predicted: found },
    });
    chains.push({
      chain,
      taken: Object.fromEntries(
        steps.map(({ name, choices, best, kept }) => [name, kept ? choices[best]!.name : null]),
      ),
    });
    onProgress?.({ done: parts.length, total: split.length });
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
  }
  return { rows: joinRows(rows.ids, parts), chains };
}
