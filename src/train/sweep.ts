/**
 * Random search over options, with successive halving on request: many trials for few epochs, and of each rung the best share
 * anew for more (Li et al., 2018, https://arxiv.org/abs/1603.06560, one bracket of its algorithm 1).
 *
 * @module
 */
import { checkInteger, show } from "../core/check.ts";
import type { Dataset } from "../core/records.ts";
import { seededRng } from "../core/rng.ts";
import { tableText } from "../explore/mod.ts";
import { ensureDir, exists, readJson, writeAtomic } from "../io/mod.ts";
import type { TrainConfig } from "./config.ts";
import type { CrossValidateOptions } from "./cross_validate.ts";
import { type HalvingOptions, planRungs } from "./halving.ts";
import { checkRanges, drawOptions, type OptionRanges } from "./ranges.ts";
import { isDivergence, runTrial, type TrialOptions } from "./trial.ts";
import { type OptionValues, withOptions } from "./vary.ts";

/** What is searched, and who hears of it; the callbacks are those of a cross-validation. */
export interface SweepOptions extends Omit<CrossValidateOptions, "test" | "fold"> {
  /** Where each option's values are drawn from. */
  readonly ranges: OptionRanges;
  /** Configurations that are drawn. */
  readonly trials: number;
  /** The folder: `trial-<number>/epochs-<number>` in it, `trials.json`, and at the end `sweep.json` and `best.json`. */
  readonly dir: string;
  /** The fold that trials are scored on, counted from 0, or all of them; 0 by default. */
  readonly fold?: number | "all";
  /** Successive halving; without it every trial has the config's epochs. */
  readonly halving?: HalvingOptions;
  /** Called before each trial of each rung, of `total` at most; what was trained before is only opened. */
  readonly onTrial?: (
    trial: number,
    state: { readonly epochs: number; readonly done: number; readonly total: number },
  ) => void;
}

/** A trial and what it came to in its last rung. */
export interface SweepRow {
  /** Its number, from 0. */
  readonly trial: number;
  /** The options that were drawn for it. */
  readonly options: OptionValues;
  /** The last rung that it reached, from 0. */
  readonly rung: number;
  /** Epochs there, at most. */
  readonly epochs: number;
  /** Macro F1 there, 0..1; nothing where training diverged. */
  readonly macroF1: number | null;
  /** Accuracy there, 0..1. */
  readonly accuracy: number | null;
}

/** What a search came to. */
export interface Sweep {
  /** Its folder. */
  readonly dir: string;
  /** The trials, the best first: those of later rungs before those of earlier ones. */
  readonly rows: readonly SweepRow[];
  /** The best trial's configuration, as in `best.json`. */
  readonly best: TrainConfig;
}

/**
 * Draws configurations, trains them, and ranks them by macro F1. Trials depend on the config's seed, their number and the
 * ranges only, so that the same call goes on where it was stopped, and one with more trials adds to them. Each rung
 * trains its trials from the start, as schedules are made for a number of epochs. The best score of many is too good by
 * the luck of the draw: what it is worth is for other persons to say.
 *
 * @param dataset Labelled samples.
 * @param config What all trials have in common.
 * @param options What is searched, and where it is kept.
 * @returns The trials in order, and the best configuration.
 * @throws {TypeError} If ranges or drawn options are wrong, all faults listed before anything is trained, or the folder
 * holds trials of other ranges.
 * @throws {RangeError} If a number is out of range.
 * @throws {Error} If every trial diverged.
 */
export async function sweep(dataset: Dataset, config: TrainConfig, options: SweepOptions): Promise<Sweep> {
  const { dir, fold = 0, cacheDir = `${dir}/cache`, signal, onTrial } = options;
  const rungs = planRungs(options);
  if (fold !== "all") checkInteger("sweep", "fold", fold, { min: 0, max: config.folds - 1 });
  const trials = drawTrials(config, options);
  await ensureDir(dir);
  await keepTrials(dir, config, trials);
  const total = rungs.reduce((sum, { trials }) => sum + trials, 0);
  const rows = new Map<number, SweepRow>();
  let survivors = trials, done = 0;
  for (const [rung, { epochs: given, trials: count }] of rungs.entries()) {
    survivors = survivors.slice(0, count);
    for (const { trial, options: drawn, config } of survivors) {
      const epochs = given ?? config.epochs;
      signal?.throwIfAborted();
      onTrial?.(trial, { epochs, done: done++, total });
      const scores = await scoreTrial(dataset, { ...config, epochs }, {
        ...options,
        dir: `${dir}/${trialName(trial)}/epochs-${epochs}`,
        cacheDir,
        fold: fold === "all" ? undefined : fold,
      });
      rows.set(trial, { trial, options: drawn, rung, epochs, ...scores });
    }
    survivors = survivors.filter(({ trial }) => rows.get(trial)!.macroF1 !== null)
      .toSorted((a, b) => compare(rows.get(a.trial)!, rows.get(b.trial)!));
  }
  const ranked = [...rows.values()].sort(compare), [first] = ranked;
  if (first!.macroF1 === null) throw new Error("Cannot sweep as every trial diverged: their losses became no number");
  const best = { ...trials[first!.trial]!.config, epochs: first!.epochs };
  await writeJson(`${dir}/best.json`, best);
  await writeJson(`${dir}/sweep.json`, { fold, rungs, rows: ranked });
  return { dir, rows: ranked, best };
}

interface DrawnTrial {
  readonly trial: number;
  readonly options: OptionValues;
  readonly config: TrainConfig;
}

/** Every trial's options and configuration, checked. */
function drawTrials(config: TrainConfig, { ranges, trials }: SweepOptions): readonly DrawnTrial[] {
  const rng = seededRng(config.seed).fork("sweep"), sound = checkRanges(ranges);
  const faults: string[] = [];
  const drawn = Array.from({ length: trials }, (_, trial) => {
    const options = drawOptions(sound, rng.fork(trial));
    try {
      return [{ trial, options, config: withOptions(config, options) }];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      faults.push(`${trialName(trial)}: ${error.message.replace(/^Cannot read the configuration as /, "")}`);
      return [];
    }
  });
  if (faults.length > 0) throw new TypeError(`Cannot sweep as\n  ${faults.join("\n  ")}`);
  return drawn.flat();
}

/** Writes what was drawn, after checking it against an earlier process's. */
async function keepTrials(dir: string, config: TrainConfig, trials: readonly DrawnTrial[]): Promise<void> {
  const path = `${dir}/trials.json`, now = trials.map(({ options }) => options);
  const before = await exists(path) ? (await readJson(path) as { trials: readonly OptionValues[] }).trials : [];
  const differs = before.findIndex((options, k) =>
    k < now.length && JSON.stringify(options) !== JSON.stringify(now[k])
  );
  if (differs >= 0) {
    throw new TypeError(
      `Cannot go on with the sweep in ${show(dir)} as its ranges or seed differ: ${trialName(differs)} was ${
        JSON.stringify(before[differs])
      }, is ${JSON.stringify(now[differs])}`,
    );
  }
  if (before.length < now.length) await writeJson(path, { seed: config.seed, trials: now });
}

/** A trial's scores; that it diverged is a result too, and is kept. */
async function scoreTrial(
  dataset: Dataset,
  config: TrainConfig,
  options: TrialOptions,
): Promise<Pick<SweepRow, "macroF1" | "accuracy">> {
  const failed = `${options.dir}/failed.json`;
  if (await exists(failed)) {
    const before = await readJson(failed) as { readonly config: unknown };
    if (JSON.stringify(before.config) === JSON.stringify(config)) return { macroF1: null, accuracy: null };
  }
  try {
    const { macroF1, accuracy } = await runTrial(dataset, config, options);
    return { macroF1, accuracy };
  } catch (error) {
    if (!isDivergence(error)) throw error;
    await writeJson(failed, { message: error.message, config });
    return { macroF1: null, accuracy: null };
  }
}

/** Scores before none, later rungs first, then by macro F1, then by number. */
function compare(a: SweepRow, b: SweepRow): number {
  const none = ({ macroF1 }: SweepRow) => macroF1 === null ? 1 : 0;
  return none(a) - none(b) || b.rung - a.rung || (b.macroF1 ?? 0) - (a.macroF1 ?? 0) || a.trial - b.trial;
}

function trialName(trial: number): string {
  return `trial-${`${trial}`.padStart(4, "0")}`;
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * A search as an aligned text table, the best trial first.
 *
 * @param sweep What {@linkcode sweep} returns.
 * @returns Lines, without a line break at the end.
 */
export function sweepTable({ rows }: Pick<Sweep, "rows">): string {
  const text = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);
  return tableText(
    rows.map(({ trial, options, epochs, macroF1, accuracy }) => ({
      trial: `${trial}`,
      epochs: `${epochs}`,
      "macro F1": macroF1?.toFixed(4) ?? "diverged",
      accuracy: accuracy?.toFixed(4) ?? "",
      ...Object.fromEntries(Object.entries(options).map(([name, value]) => [name, text(value)])),
    })),
    { rows: rows.length },
  );
}
