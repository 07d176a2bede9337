/**
 * The training loop: epochs over one fold, as an async iterator.
 *
 * @module
 */
import { build } from "../core/parts.ts";
import type { EpochRow, Predictions } from "../core/records.ts";
import { seededRng } from "../core/rng.ts";
import { LOSSES } from "../losses/mod.ts";
import { score } from "../metrics/mod.ts";
import { FINE_TUNES, type Model } from "../models/mod.ts";
import { type Optimizer, SCHEDULES } from "../optim/mod.ts";
import { predict } from "../predict/mod.ts";
import { SAMPLERS } from "../sampling/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor } from "../tensor/types.ts";
import { type BatchSource, stepsPerEpoch, trainBatches } from "./batches.ts";
import type { TrainConfig } from "./config.ts";
import { compileStep } from "./compile.ts";
import { measureTraining } from "./measure.ts";
import { planStep, type StepMemory } from "./memory.ts";
import { readSteps, takeStep, tune } from "./step.ts";

/** What is trained on what. */
export interface FitParts {
  /** Trained in place. */
  readonly model: Model;
  /** Its slots hold the state between epochs. */
  readonly optimizer: Optimizer;
  /** Pixels and labels. */
  readonly source: BatchSource;
  /** Images to train on, by their place in the set. */
  readonly train: Int32Array;
  /** Images to validate on. */
  readonly valid: Int32Array;
}

/** Where training begins, and who hears of it. */
export interface FitOptions {
  /** Epochs done already, each with all of its steps. */
  readonly done?: number;
  /** Steps done already. */
  readonly step?: number;
  /** The micro-batch that `accumulate: "auto"` came to when the training began; it is kept if it has room. */
  readonly microBatch?: number;
  /** Stops training between two steps. */
  readonly signal?: AbortSignal;
  /** Called before the first step, with what a step takes. */
  readonly onMemory?: (memory: StepMemory) => void | Promise<void>;
  /** Called while a GPU's shaders are compiled, before the first step. */
  readonly onCompile?: (compiled: number, total: number) => void;
  /** Called for each step, in order, once its loss is known. */
  readonly onStep?: (state: StepState) => void;
}

/** A step that has been taken, and whose loss is not read yet. */
interface StepInFlight {
  readonly figures: Tensor;
  readonly indices: Int32Array;
  readonly done: number;
}

/** Where training stands after a step. */
export interface StepState {
  /** The epoch, from 1. */
  readonly epoch: number;
  /** Epochs at most. */
  readonly epochs: number;
  /** Steps of this epoch that are done. */
  readonly done: number;
  /** Steps in an epoch. */
  readonly total: number;
  /** Mean loss of the epoch so far, in nats. */
  readonly loss: number;
}

/**
 * Trains epoch by epoch and validates after each. All randomness is forked from the seed by epoch and step, so that going
 * on after any epoch gives the same numbers as an unbroken run. On a GPU the losses of several steps are read at
 * once, as it stands still meanwhile, and its shaders are compiled before the first step.
 *
 * @throws {RangeError} If a step has no room in the backend's memory.
 * @throws {Error} If the loss is no longer a finite number; the message names the step and the images.
 */
export async function* fit(
  { model, optimizer, source, train, valid }: FitParts,
  config: TrainConfig,
  { done = 0, step = 0, microBatch: before, signal, onMemory, onCompile, onStep }: FitOptions = {},
): AsyncGenerator<{ readonly row: EpochRow; readonly valid: Predictions }> {
  const tuning = tune(model, build("fineTune", FINE_TUNES, config.fineTune));
  const parts = { model, optimizer, tuning, loss: build("loss", LOSSES, config.loss) };
  const schedule = build("schedule", SCHEDULES, config.schedule);
  const sampler = build("sampler", SAMPLERS, config.sampler);
  await compileStep(parts, config, onCompile);
  const memory = planStep(config, measureTraining(parts), { model, before });
  await onMemory?.(memory);
  const { microBatch } = memory;
  const trainLabels = Int32Array.from(train, (index) => source.labels[index]!);
  for (let epoch = done + 1; epoch <= config.epochs; epoch++) {
    const started = performance.now();
    const rng = seededRng(config.seed).fork("epoch").fork(epoch);
    const order = sampler(trainLabels, rng.fork("order")).map((place) => train[place]!);
    const total = stepsPerEpoch(order.length, config.batchSize);
    const lrAt = () => config.lr * schedule({ step, stepsPerEpoch: total, epochs: config.epochs });
    const firstLr = lrAt();
    let lossSum = 0, correct = 0, seen = 0, stepsDone = 0;
    const inFlight: StepInFlight[] = [];
    const settle = async () => {
      const steps = inFlight.splice(0), results = await readSteps(steps.map(({ figures }) => figures));
      for (const [i, { indices, done }] of steps.entries()) {
        const { loss, correct: hits } = results[i]!;
        if (!Number.isFinite(loss)) {
          const ids = Array.from(indices, (index) => source.images.ids[index]).join(", ");
          throw new Error(`Cannot go on training as the loss is ${loss} in epoch ${epoch}, step ${done}: ${ids}`);
        }
        seen += indices.length;
        lossSum += loss * indices.length;
        correct += hits;
        onStep?.({ epoch, epochs: config.epochs, done, total, loss: lossSum / seen });
      }
    };
    const batches = trainBatches(source, order, { ...config, microBatch }, rng.fork("augment"));
    for (const { indices, parts: batch } of batches) {
      signal?.throwIfAborted();
      const figures = takeStep(parts, batch, { lr: lrAt(), step: step + 1, rng: rng.fork(`step ${stepsDone}`) });
      step++;
      stepsDone++;
      inFlight.push({ figures, indices, done: stepsDone });
      if (inFlight.length >= readTogether()) await settle();
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
    }
    if (inFlight.length > 0) await settle();
    const trained = performance.now();
    const predictions = await predict(model, source.images, {
      indices: valid,
      labels: source.labels,
      batchSize: microBatch,
      signal,
    });
    const scores = score(predictions);
    const row: EpochRow = {
      epoch,
      step,
      lr: firstLr,
      trainLoss: lossSum / seen,
      trainAccuracy: correct / seen,
      validLoss: scores.logLoss,
      validAccuracy: scores.accuracy,
      validMacroF1: scores.macroF1,
      validF1: scores.perClass.map(({ f1 }) => f1),
      confusion: [...scores.confusion],
      seconds: (performance.now() - started) / 1000,
      imagesPerSecond: seen / ((trained - started) / 1000),
    };
    yield { row, valid: predictions };
  }
}

/** How many steps' losses are read at once: one where reading costs nothing, several where a GPU waits for it. */
function readTogether(): number {
  return tf.getBackend() === "webgpu" ? 8 : 1;
}
