/**
 * The learning-rate range test on a configuration: a throw-away model is trained while the rate rises. Smith, 2017,
 * https://arxiv.org/abs/1506.01186
 *
 * @module
 */
import { build } from "../core/parts.ts";
import type { Dataset, Fold, ImageSet } from "../core/records.ts";
import { seededRng } from "../core/rng.ts";
import type { RateCurve } from "../explore/mod.ts";
import { FINE_TUNES } from "../models/mod.ts";
import { OPTIMIZERS, rateSweep, type RateSweepOptions, suggestRate } from "../optim/mod.ts";
import { currentBackend, initBackend } from "../tensor/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor } from "../tensor/types.ts";
import type { Batch } from "./batches.ts";
import type { TrainConfig } from "./config.ts";
import { makeLoader } from "./loader.ts";
import type { StepMemory } from "./memory.ts";
import { readTogether, readySteps } from "./ready_steps.ts";
import { startModel, type StartOptions } from "./start_model.ts";
import { readSteps, takeStep, tune } from "./step.ts";
import { checkImages, epochOrder, trainingData } from "./training_data.ts";

/** Which rates are tried on what, and who hears of it. */
export interface FindRateOptions extends Partial<RateSweepOptions>, StartOptions {
  /** Which samples to train on. */
  readonly fold: Fold;
  /** The samples' images, packed with the config's `resize` and `crop`. */
  readonly images: ImageSet;
  /** Called before the first step, with the memory that a step takes. */
  readonly onMemory?: (memory: StepMemory) => void;
  /** Called while a GPU's shaders are compiled, before the first step. */
  readonly onCompile?: (compiled: number, total: number) => void;
  /** Called for each step, in order, once its loss is known. */
  readonly onStep?: (
    step: { readonly done: number; readonly total: number; readonly rate: number; readonly loss: number },
  ) => void;
}

/** The sweep is over at a loss of this many times the lowest so far, and not below the first: small losses are noisy. */
const EXPLODED = 4;

/**
 * Finds a learning rate: the config's model is trained from its starting weights as `train` would, but with a rate that
 * rises by the same factor from step to step, until all rates are tried or the loss explodes, which is where it is no
 * finite number, or above both four times its lowest and the first. Epochs follow one another as needed. Nothing is
 * validated, averaged or written; the config's `lr` and `schedule` are not used.
 *
 * @param dataset Labelled samples.
 * @param config The full configuration, from {@linkcode resolveConfig}.
 * @param options Rates from 1e-6 to 1 in 100 steps, unless given.
 * @returns The rates that were tried, the loss at each, the losses smoothed, and the suggested rate, for `plotRates`.
 * @throws {TypeError} If the images are not the data set's or not of the config's size.
 * @throws {RangeError} If the rates are not rising, a step has no room in the backend's memory, an epoch has no batch, or no
 * rate can be suggested, as the loss falls nowhere or explodes too early.
 */
export async function findRate(
  dataset: Dataset,
  config: TrainConfig,
  { from = 1e-6, to = 1, steps = 100, ...options }: FindRateOptions,
): Promise<RateCurve> {
  const rates = rateSweep({ from, to, steps });
  checkImages("find a learning rate", dataset, config, options);
  const losses = await sweepLosses(dataset, config, rates, options);
  const tried = rates.slice(0, losses.length);
  return { rates: tried, losses, ...suggestRate(tried, losses) };
}

/** The loss at each rate as far as it does not explode, and where it does. */
async function sweepLosses(
  dataset: Dataset,
  config: TrainConfig,
  rates: readonly number[],
  options: FindRateOptions,
): Promise<number[]> {
  const { signal, onMemory, onCompile, onStep } = options;
  if (!currentBackend()) await initBackend({ need: "train" });
  const { model } = await startModel(dataset, config, options, undefined);
  const tuning = tune(model, build("fineTune", FINE_TUNES, config.fineTune));
  const optimizer = build("optimizer", OPTIMIZERS, config.optimizer)(model.params, tuning);
  const losses: number[] = [], inFlight: Tensor[] = [];
  try {
    const data = trainingData(dataset, config, options, model);
    const { partsIn, memory } = await readySteps({ model, optimizer, ...data }, config, { onCompile });
    onMemory?.(memory);
    using loader = makeLoader(data.source, { ...config, microBatch: memory.microBatch });
    const batches = endlessly(epochOrder(data, config), (order, epoch) => loader.epoch(order, epoch));
    let lowest = Infinity, taken = 0;
    for await (const { batch: { parts }, epoch, place } of batches) {
      signal?.throwIfAborted();
      const rng = seededRng(config.seed).fork("epoch").fork(epoch).fork(`step ${place}`);
      inFlight.push(takeStep(partsIn(epoch), parts, { lr: rates[taken]!, step: taken + 1, rng }));
      taken++;
      if (inFlight.length >= readTogether() || taken === rates.length) {
        for (const { loss } of await readSteps(inFlight.splice(0))) {
          losses.push(loss);
          onStep?.({ done: losses.length, total: rates.length, rate: rates[losses.length - 1]!, loss });
          if (!(loss <= Math.max(losses[0]!, EXPLODED * lowest) && loss < Infinity)) return losses;
          lowest = Math.min(lowest, loss);
        }
      }
      if (taken === rates.length) break;
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
    }
    return losses;
  } finally {
    tf.dispose(inFlight);
    optimizer.dispose();
    model.dispose();
  }
}

/** The batches of one epoch after another. */
async function* endlessly(
  orderOf: (epoch: number) => Int32Array,
  batchesOf: (order: Int32Array, epoch: number) => AsyncIterable<Batch>,
): AsyncGenerator<{ readonly batch: Batch; readonly epoch: number; readonly place: number }> {
  for (let epoch = 1;; epoch++) {
    const order = orderOf(epoch);
    let place = 0;
    for await (const batch of batchesOf(order, epoch)) yield { batch, epoch, place: place++ };
    if (place === 0) {
      throw new RangeError(
        `Cannot find a learning rate as an epoch must have a batch of two images: current number is ${order.length}`,
      );
    }
  }
}
