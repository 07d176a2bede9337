/**
 * Steps made ready: the parts that take part in them, compiled and with room in memory, before the first is taken.
 *
 * @module
 */
import { build } from "../core/parts.ts";
import { LOSSES, REGRESSION_LOSSES } from "../losses/mod.ts";
import { FINE_TUNES, type Model } from "../models/mod.ts";
import type { Optimizer } from "../optim/mod.ts";
import * as tf from "../tensor/tf.ts";
import { compileStep } from "./compile.ts";
import type { TrainConfig } from "./config.ts";
import { measureTraining } from "./measure.ts";
import { planStep, type StepMemory } from "./memory.ts";
import { type StepParts, tune } from "./step.ts";
import { type TrainingData, trainLabelsOf } from "./training_data.ts";

/** What is trained on what. */
export interface StepsOf extends Omit<TrainingData, "valid"> {
  /** Trained in place. */
  readonly model: Model;
  /** Its slots hold the state between steps. */
  readonly optimizer: Optimizer;
}

/** Steps that can be taken. */
export interface ReadySteps {
  /** What takes part in a step of an epoch, counted from 1. */
  partsIn(epoch: number): StepParts;
  /** What a step takes, and how its images are divided. */
  readonly memory: StepMemory;
}

/**
 * Makes steps ready. Nothing learns, and no variable changes.
 *
 * @param options The micro-batch that `accumulate: "auto"` came to before, and who hears of shaders being compiled.
 * @throws {RangeError} If a step has no room in the backend's memory.
 */
export async function readySteps(
  { model, optimizer, source, train }: StepsOf,
  config: TrainConfig,
  { before, onCompile }: {
    readonly before?: number;
    readonly onCompile?: (compiled: number, total: number) => void;
  } = {},
): Promise<ReadySteps> {
  const tuning = tune(model, build("fineTune", FINE_TUNES, config.fineTune));
  const counts = new Int32Array(source.classes);
  trainLabelsOf(source, train).forEach((label) => counts[label]!++);
  const steady = {
    model,
    optimizer,
    tuning,
    clip: config.clip,
    loss: build("loss", LOSSES, config.loss),
    valueLoss: build("regression loss", REGRESSION_LOSSES, config.valueLoss),
  };
  const partsIn = (epoch: number) => ({ ...steady, context: { counts, epoch, epochs: config.epochs } });
  await compileStep(partsIn(1), config, onCompile);
  return { partsIn, memory: planStep(config, measureTraining(partsIn(1)), { model, before }) };
}

/** How many steps' losses are read at once: one where reading costs nothing, several where a GPU waits for it. */
export function readTogether(): number {
  return tf.getBackend() === "webgpu" ? 8 : 1;
}
