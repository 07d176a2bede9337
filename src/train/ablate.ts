/**
 * Ablation: every combination of some options' values, and of data to train on, trained with the same seeds on the same folds,
 * and compared with the first.
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import type { Dataset } from "../core/records.ts";
import { ensureDir, writeAtomic } from "../io/mod.ts";
import { bootstrapScore, type PairedBootstrap, pairedBootstrap } from "../metrics/mod.ts";
import { splitDataset } from "../split/mod.ts";
import type { TrainConfig } from "./config.ts";
import type { CrossValidateOptions } from "./cross_validate.ts";
import { checkArms, type DataArm, realSteps } from "./data_axis.ts";
import { isDivergence, runTrial, type Trial } from "./trial.ts";
import { type Combination, combine, type OptionValues, type VaryOptions } from "./vary.ts";

/** What is compared, and who hears of it; the callbacks are those of a cross-validation. */
export interface AblateOptions extends Omit<CrossValidateOptions, "test" | "arm"> {
  /**
   * Options and their values, `{ loss: ["crossEntropy", { name: "focal", gamma: 1 }], "model.dropPath": [0, 0.2] }`: every
   * combination is trained, the last option changing fastest.
   */
  readonly vary: VaryOptions;
  /**
   * What to train on: each combination is trained on each of them, in as many steps as the data set's own images make; the
   * data set alone unless given. Scores are of its own images.
   */
  readonly data?: readonly DataArm[];
  /** Seeds that each combination is trained with, counted up from the config's; 1 by default. */
  readonly seeds?: number;
  /** The folder: `<combination>/seed-<seed>` in it, and `ablation.json`, written last. */
  readonly dir: string;
  /** Train and score this fold alone, counted from 0; every fold unless given. */
  readonly fold?: number;
  /** How often persons are drawn for the intervals; 2000 by default. */
  readonly resamples?: number;
  /** Called before each combination and seed; what was trained before is only opened. */
  readonly onCombination?: (
    name: string,
    state: { readonly seed: number; readonly done: number; readonly total: number },
  ) => void;
}

/** A score over the seeds, with an interval for the persons. */
export interface SeedScores {
  /** The score of each seed, 0..1. */
  readonly seeds: readonly number[];
  /** Their mean. */
  readonly mean: number;
  /** Their standard deviation, of one less than their number; nothing for a single seed. */
  readonly deviation: number | null;
  /** Lower end of the mean's 95 % interval over persons. */
  readonly low: number;
  /** Upper end of it. */
  readonly high: number;
}

/** One combination and what it came to. */
export interface AblationRow {
  /** The options in which it differs, as in `loss=focal,sampler=weighted`; its folder's name too. */
  readonly combination: string;
  /** The same options. */
  readonly options: OptionValues;
  /** Macro F1. */
  readonly macroF1: SeedScores;
  /** Accuracy. */
  readonly accuracy: SeedScores;
  /** How much better it is than the first combination, on the same persons; nothing for the first. */
  readonly difference: PairedBootstrap | null;
}

/** What an ablation came to. */
export interface Ablation {
  /** Its folder. */
  readonly dir: string;
  /** The seeds. */
  readonly seeds: readonly number[];
  /** The combinations, in the order of the values. */
  readonly rows: readonly AblationRow[];
  /** The combination of the highest mean macro F1. */
  readonly best: AblationRow;
}

/**
 * Trains every combination with every seed, and says how much better each is than the first. A seed changes the folds too,
 * unless `splitSeed` keeps them, for all combinations alike, so that differences are of the same persons; their intervals
 * tell how much other persons could change them, the deviation over seeds how much other starts. The same call goes on where
 * it was stopped.
 *
 * @param dataset Labelled samples.
 * @param config What all combinations have in common.
 * @param options What varies, and where it is kept.
 * @returns A row a combination.
 * @throws {TypeError} If an option or value is wrong; all faults of all combinations are listed before any is trained. Or if data
 * that is added is the real data itself, of other classes, or of a generator that was trained on images which are scored.
 * @throws {RangeError} If the number of seeds or the fold is out of range.
 * @throws {Error} If a loss becomes no number; the message names the combination.
 */
export async function ablate(dataset: Dataset, config: TrainConfig, options: AblateOptions): Promise<Ablation> {
  const { vary, seeds: count = 1, data, dir, fold, resamples = 2000, cacheDir = `${dir}/cache`, onCombination } =
    options;
  checkInteger("ablate", "seeds", count, { min: 1 });
  checkInteger("ablate", "resamples", resamples, { min: 1 });
  if (fold !== undefined) {
    checkInteger("ablate", "fold", fold, { min: 0, max: config.folds - 1 });
    if (Object.hasOwn(vary, "folds")) {
      throw new TypeError(`Cannot ablate folds on fold ${fold} alone as it would hold out other persons each time`);
    }
  }
  const seeds = Array.from({ length: count }, (_, k) => config.seed + k);
  const combinations = withData(combine(config, vary), data);
  const setups = combinations.map(({ config, arm }) =>
    seeds.map((seed) => {
      const seeded = { ...config, seed };
      if (!arm) return seeded;
      const folds = splitDataset(dataset, seeded), scored = fold === undefined ? folds : [folds[fold]!];
      checkArms([arm], dataset, scored);
      return { ...seeded, limitBatches: realSteps(dataset, scored, seeded) };
    })
  );
  await ensureDir(dir);
  const trials: Trial[][] = [];
  for (const [i, { name, arm }] of combinations.entries()) {
    const ofSeeds: Trial[] = [];
    for (const [k, seed] of seeds.entries()) {
      options.signal?.throwIfAborted();
      onCombination?.(name, { seed, done: i * count + k, total: combinations.length * count });
      const place = { ...options, arm, cacheDir, dir: `${dir}/${name}/seed-${seed}` };
      ofSeeds.push(await runTrial(dataset, setups[i]![k]!, place).catch((error) => nameFault(error, name, seed)));
    }
    trials.push(ofSeeds);
  }
  const draws = {
    labels: dataset.samples.map(({ label }) => label),
    groups: dataset.samples.map(({ group }) => group),
    classes: dataset.schema.classes.length,
    resamples,
    seed: config.seed,
  };
  const sides = trials.map((ofSeeds) => ofSeeds.map(({ predicted }) => predicted));
  const rows = combinations.map(({ name, options }, i): AblationRow => {
    const interval = bootstrapScore(sides[i]!, draws);
    const scores = (key: "macroF1" | "accuracy") => ({
      ...spread(trials[i]!.map((trial) => trial[key])),
      low: interval[key].low,
      high: interval[key].high,
    });
    const difference = i === 0 ? null : pairedBootstrap(sides[0]!, sides[i]!, draws);
    return { combination: name, options, macroF1: scores("macroF1"), accuracy: scores("accuracy"), difference };
  });
  const best = rows.reduce((a, b) => b.macroF1.mean > a.macroF1.mean ? b : a);
  const axis = data && {
    arms: data.map(({ name, added, repeated }) => ({
      name,
      images: added?.samples.length ?? repeated?.reduce((sum, count) => sum + count, 0) ?? 0,
    })),
    stepsPerEpoch: setups.map((ofSeeds) => ofSeeds.map(({ limitBatches }) => limitBatches)),
  };
  const record = { config, vary, data: axis, fold: fold ?? null, seeds, resamples, best: best.combination, rows };
  await writeAtomic(`${dir}/ablation.json`, `${JSON.stringify(record, null, 2)}\n`);
  return { dir, seeds, rows, best };
}

/** Each combination on each arm of the data, the arms changing fastest. */
function withData(
  combinations: readonly Combination[],
  arms: readonly DataArm[] = [],
): readonly (Combination & { readonly arm?: DataArm })[] {
  if (arms.length === 0) return combinations;
  return combinations.flatMap(({ name, options, config }) =>
    arms.map((arm) => ({
      name: [...Object.keys(options).length === 0 ? [] : [name], `data=${arm.name}`].join(","),
      options: { ...options, data: arm.name },
      config,
      arm,
    }))
  );
}

/** Says of training that went wrong by its numbers which combination it was. */
function nameFault(error: unknown, name: string, seed: number): never {
  if (!isDivergence(error)) throw error;
  const message = `Cannot ablate ${name} with seed ${seed}: ${error.message}`;
  throw Object.assign(new Error(message, { cause: error }), { name: error.name });
}

function spread(seeds: readonly number[]): Pick<SeedScores, "seeds" | "mean" | "deviation"> {
  const mean = seeds.reduce((sum, x) => sum + x, 0) / seeds.length;
  if (seeds.length === 1) return { seeds, mean, deviation: null };
  return { seeds, mean, deviation: Math.sqrt(seeds.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (seeds.length - 1)) };
}
