/**
 * The training loop: epochs over one fold, as an async iterator.
 *
 * @module
 */
import { build } from "../core/parts.ts";
import type { EpochRow, Predictions } from "../core/records.ts";
import { seededRng } from "../core/rng.ts";
import { score } from "../metrics/mod.ts";
import type { Model } from "../models/mod.ts";
import { type Averager, type Optimizer, SCHEDULES } from "../optim/mod.ts";
import { predict } from "../predict/mod.ts";
import type { Tensor } from "../tensor/types.ts";
import { type BatchSource, stepsPerEpoch } from "./batches.ts";
import { monitored, type TrainConfig } from "./config.ts";
import { NO_SCORES } from "./epoch_row.ts";
import { makeLoader } from "./loader.ts";
import { retakeStatistics, withAverage } from "./averaging.ts";
import type { StepMemory } from "./memory.ts";
import { readTogether, readySteps } from "./ready_steps.ts";
import { readSteps, takeStep } from "./step.ts";
import { epochOrder } from "./training_data.ts";

/** What is trained on what. */
export interface FitParts {
  /** Trained in place. */
  readonly model: Model;
  /** Its slots hold the state between epochs. */
  readonly optimizer: Optimizer;
  /** The weights that predict, where they are not those that are trained. */
  readonly averager?: Averager;
  /** Pixels and labels. */
  readonly source: BatchSource;
  /** Images to train on, by their place in the set. */
  readonly train: Int32Array;
  /** Images to validate on; without any, rows have no scores. */
  readonly valid: Int32Array;
}

/** Where training begins, and who hears of it. */
export interface FitOptions {
  /** Epochs done already, each with all of its steps. */
  readonly history?: readonly EpochRow[];
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
  /** Called after each validation within an epoch. */
  readonly onValidate?: (scores: StepScores) => void | Promise<void>;
}

/** Scores of a validation within an epoch. */
export interface StepScores extends Pick<EpochRow, "epoch" | "step" | "validLoss" | "validAccuracy" | "validMacroF1"> {}

/** The name of the error of training that cannot go on as its loss is no number any more. */
export const LOSS_ERROR = "LossError";

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
 * @throws {Error} Named "LossError", if the loss is no longer a finite number; the message names the step and the images.
 */
export async function* fit(
  { model, optimizer, averager, source, train, valid }: FitParts,
  config: TrainConfig,
  { history: before = [], microBatch: earlier, signal, onMemory, onCompile, onStep, onValidate }: FitOptions = {},
): AsyncGenerator<{ readonly row: EpochRow; readonly valid: Predictions }> {
  const schedule = build("schedule", SCHEDULES, config.schedule), data = { source, train };
  const { partsIn, memory } = await readySteps({ model, optimizer, ...data }, config, { before: earlier, onCompile });
  await onMemory?.(memory);
  const { microBatch } = memory;
  const forecast = async () => {
    const options = { indices: valid, labels: source.labels, batchSize: microBatch, signal };
    const found = await predict(model, source.images, options);
    if (!found.probabilities.some(Number.isNaN)) return found;
    throw lossError(`Cannot go on training as the network's probabilities are no numbers after step ${step}`);
  };
  const validate = async () => averager ? await withAverage(averager, model, forecast) : await forecast();
  using loader = makeLoader(source, { ...config, microBatch });
  const orderOf = epochOrder(data, config);
  const history = before.map((row) => monitored(row, config.monitor));
  let step = before.at(-1)?.step ?? 0;
  for (let epoch = before.length + 1; epoch <= config.epochs; epoch++) {
    const started = performance.now();
    const rng = seededRng(config.seed).fork("epoch").fork(epoch);
    const order = orderOf(epoch);
    const total = stepsPerEpoch(order.length, config.batchSize);
    const state = () => ({ step, stepsPerEpoch: total, epochs: config.epochs, history });
    const lrAt = () => config.lr * schedule(state());
    const firstLr = lrAt(), parts = partsIn(epoch);
    let lossSum = 0, correct = 0, seen = 0, stepsDone = 0;
    const inFlight: StepInFlight[] = [];
    const settle = async () => {
      const steps = inFlight.splice(0), results = await readSteps(steps.map(({ figures }) => figures));
      for (const [i, { indices, done }] of steps.entries()) {
        const { loss, correct: hits } = results[i]!;
        if (!Number.isFinite(loss)) {
          const ids = Array.from(indices, (index) => source.images.ids[index]).join(", ");
          throw lossError(`Cannot go on training as the loss is ${loss} in epoch ${epoch}, step ${done}, of ${ids}`);
        }
        seen += indices.length;
        lossSum += loss * indices.length;
        correct += hits;
        onStep?.({ epoch, epochs: config.epochs, done, total, loss: lossSum / seen });
      }
    };
    const waitedBefore = loader.waited;
    for await (const { indices, parts: batch } of loader.epoch(order, epoch)) {
      signal?.throwIfAborted();
      const figures = takeStep(parts, batch, {
        lr: lrAt(),
        step: step + 1,
        rng: rng.fork(`step ${stepsDone}`),
      });
      step++;
      stepsDone++;
      averager?.update({ ...model.params, ...model.buffers }, state());
      inFlight.push({ figures, indices, done: stepsDone });
      const checks = config.validateEvery > 0 && stepsDone % config.validateEvery === 0 && stepsDone < total &&
        valid.length > 0;
      if (checks || inFlight.length >= readTogether()) await settle();
      if (checks) {
        const { logLoss, accuracy, macroF1 } = score(await validate());
        await onValidate?.({ epoch, step, validLoss: logLoss, validAccuracy: accuracy, validMacroF1: macroF1 });
      }
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
    }
    if (inFlight.length > 0) await settle();
    const trained = performance.now();
    if (averager?.needsStatistics) {
      const pass = () => retakeStatistics(model, loader.epoch(order, epoch), rng.fork("statistics"));
      await withAverage(averager, model, pass);
    }
    const predictions = await validate();
    const scores = valid.length > 0 ? score(predictions) : NO_SCORES;
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
      waiting: (loader.waited - waitedBefore) / (trained - started),
    };
    history.push(monitored(row, config.monitor));
    yield { row, valid: predictions };
  }
}

/** The error of training that cannot go on, by its message. */
export function lossError(message: string, cause?: Error): Error {
  return Object.assign(new Error(message, { cause }), { name: LOSS_ERROR });
}
