/**
 * Training on all samples with a fixed schedule, once the folds have said how long: nothing is held out, so nothing is scored.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { Dataset, Predictions } from "../core/records.ts";
import type { CrossValidateOptions } from "./cross_validate.ts";
import type { TrainConfig } from "./config.ts";
import { addGuesses } from "./guessed.ts";
import { packDataset } from "./pack_dataset.ts";
import { type RefitEpochs, refitEpochs, type RefitOptions } from "./refit_epochs.ts";
import { resolveConfig } from "./resolve_config.ts";
import type { Run } from "./run.ts";
import { train, type TrainOptions } from "./train.ts";

/** A fixed schedule, and what it comes from. */
export interface RefitPlan extends RefitEpochs {
  /** The folds' configuration with that many epochs, and without an early end. */
  readonly config: TrainConfig;
}

/**
 * The configuration for training on all samples, by {@linkcode refitEpochs}: that of the folds but for the epochs.
 *
 * @param runs Finished folds of one configuration, of one cross-validation or of several with other seeds.
 * @param options What stays the same between a fold's training and the one on all samples.
 * @returns The configuration, with the first run's seed.
 * @throws {TypeError} If the runs' configurations differ in more than the seed, or the rate follows a validation score.
 * @throws {RangeError} If there is no run.
 */
export function planRefit(runs: readonly Run[], options: RefitOptions = {}): RefitPlan {
  const [first] = runs;
  const plan = refitEpochs(runs.map(({ history }) => history), first?.config ?? resolveConfig(), options);
  const base = first!.config;
  for (const { dir, config } of runs) {
    const differs = Object.keys(base).filter((key) =>
      key !== "seed" &&
      JSON.stringify(config[key as keyof TrainConfig]) !== JSON.stringify(base[key as keyof TrainConfig])
    );
    if (differs.length === 0) continue;
    throw new TypeError(
      `Cannot plan a refit as the runs must be of one configuration but for the seed: that of ${show(dir)} differs in ${
        differs.join(", ")
      }`,
    );
  }
  checkSchedule(base);
  return { ...plan, config: resolveConfig(base, { epochs: plan.epochs, patience: 0, validateEvery: 0 }) };
}

/** Refuses a rate that follows a score where there is none. */
function checkSchedule({ schedule }: TrainConfig): void {
  if (schedule.name !== "plateau") return;
  throw new TypeError(
    `Cannot train on all samples as the schedule must not follow a validation score: current value is ${
      show(schedule.name)
    }`,
  );
}

/** How training on all samples is done, and who hears of it. */
export interface RefitRunOptions
  extends
    Pick<CrossValidateOptions, "cacheDir" | "pseudo" | "onProgress" | "onNotes">,
    Omit<TrainOptions, "fold" | "images" | "softTargets"> {
  /** Probabilities that images have as targets beside their labels. */
  readonly softTargets?: Predictions;
}

/**
 * Trains on all samples, for as many epochs as the config says. The run keeps the last epoch's weights, and has neither
 * validation images nor scores: `valid` is empty, and the scores in `history` are NaN.
 *
 * @param dataset Labelled samples.
 * @param config The configuration, as from {@linkcode planRefit}.
 * @param options Where, and what else is trained on.
 * @returns The finished run; an unfinished one in the folder is gone on with.
 * @throws {TypeError} If the folder holds a run of another config or other data, or the schedule follows a score.
 */
export async function refit(dataset: Dataset, config: TrainConfig, options: RefitRunOptions): Promise<Run> {
  const { dir, cacheDir = `${dir}/cache`, pseudo, softTargets, signal, onProgress, onNotes } = options;
  checkSchedule(config);
  const packing = { cacheDir, signal, onProgress, onNotes };
  const images = await packDataset(dataset, config, packing);
  const opened = [images];
  try {
    const everything = { train: Int32Array.from(dataset.samples.keys()), valid: new Int32Array() };
    const given = { dataset, folds: [everything], images };
    const data = await addGuesses(given, config, { ...packing, pseudo, softTargets });
    opened.push(data.images);
    return await train(data.dataset, config, {
      ...options,
      fold: data.folds[0]!,
      images: data.images,
      softTargets: data.softTargets[0],
    });
  } finally {
    for (const set of opened) set.close();
  }
}
