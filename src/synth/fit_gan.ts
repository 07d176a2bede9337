/**
 * The training loop of a GAN: epochs over one fold, as an async iterator.
 *
 * @module
 */
import { build } from "../core/parts.ts";
import { seededRng } from "../core/rng.ts";
import { SCHEDULES } from "../optim/mod.ts";
import { compileAhead } from "../tensor/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor4D } from "../tensor/types.ts";
import { type BatchSource, stepsPerEpoch } from "../train/batches.ts";
import { lossError } from "../train/fit.ts";
import { withAverage } from "../train/averaging.ts";
import { makeLoader } from "../train/loader.ts";
import { readTogether } from "../train/ready_steps.ts";
import { epochOrder } from "../train/training_data.ts";
import { ADVERSARIAL } from "./adversarial.ts";
import type { GanConfig } from "./config.ts";
import { DIFF_AUGMENTS, diffAugmentChain } from "./diff_augment.ts";
import type { Gan } from "./gan.ts";
import { type GanFigures, readGanSteps, STEP_FIGURES, takeGanStep } from "./gan_step.ts";
import { generateImages, oneHot, sheetLabels } from "./generate.ts";
import type { GanJudge } from "./judge.ts";
import { PENALTIES } from "./penalties.ts";
import { classSpreads } from "./spread.ts";
import type { GanRow } from "./watch.ts";

/** Where training begins, and who hears of it. */
export interface FitGanOptions {
  /** Epochs done already. */
  readonly history?: readonly GanRow[];
  /** Judges the generator after each epoch. */
  readonly judge?: Pick<GanJudge, "judge">;
  /** Stops training between two steps. */
  readonly signal?: AbortSignal;
  /** Called while a GPU's shaders are compiled, before the first step. */
  readonly onCompile?: (compiled: number, total: number) => void;
  /** Called for each step, in order, once its losses are known. */
  readonly onStep?: (state: GanStepState) => void;
}

/** Where training stands after a step. */
export interface GanStepState extends Pick<GanFigures, "discriminatorLoss" | "generatorLoss"> {
  /** The epoch, from 1. */
  readonly epoch: number;
  /** Epochs in all. */
  readonly epochs: number;
  /** Steps of this epoch that are done. */
  readonly done: number;
  /** Steps in an epoch. */
  readonly total: number;
}

/** What a GAN is trained on. */
export interface GanData {
  /** Real images and their classes. */
  readonly source: BatchSource;
  /** Those to train on, by their place in the set. */
  readonly train: Int32Array;
  /** The classes' names. */
  readonly names: readonly string[];
}

/** An epoch's row, and samples from the same noise each time, RGB 0..255 `[8 C, H, W, 3]`, classes in rows. */
export interface GanEpoch {
  readonly row: GanRow;
  readonly samples: Uint8Array;
}

/**
 * Trains epoch by epoch. All randomness is forked from the seed by epoch and step, so that going on after any epoch gives the
 * same numbers as an unbroken run.
 *
 * @param gan Trained in place.
 * @param data Real images, which of them, and what the classes are called.
 * @throws {Error} Named "LossError", if a loss is no longer a finite number; the message names the step.
 */
export async function* fitGan(
  gan: Gan,
  { source, train, names }: GanData,
  config: GanConfig,
  { history = [], judge, signal, onCompile, onStep }: FitGanOptions = {},
): AsyncGenerator<GanEpoch> {
  const { generator, discriminator, optimizers, averager } = gan, { classes } = source;
  const schedule = build("schedule", SCHEDULES, config.schedule);
  const parts = {
    generator,
    discriminator,
    optimizers,
    averager,
    loss: build("loss", ADVERSARIAL, config.loss),
    penalty: build("penalty", PENALTIES, config.penalty),
    augment: diffAugmentChain(config.diffAugments.map((spec) => build("diffAugment", DIFF_AUGMENTS, spec))),
  };
  const labels = sheetLabels(classes), noise = seededRng(config.seed).fork("sheet");
  const real = realSpreads(source, train);
  await compileAhead(() => {
    const x = tf.zeros([config.batchSize, ...gan.input.size, 3]) as Tensor4D;
    const targets = oneHot(Array(config.batchSize).fill(0), classes);
    // A step with the penalty has all shaders; one that comes later than these compiles its own when it is due.
    const step = Array.from({ length: 1000 }, (_, i) => i + 1).find((i) => parts.penalty.due(i)) ?? 1;
    const state = { step, stepsPerEpoch: 1, epochs: 1, history: [] };
    takeGanStep(parts, { x, targets }, { lr: 0, state, rng: seededRng("compile") });
  }, { onProgress: onCompile });
  using loader = makeLoader(source, config);
  const orderOf = epochOrder({ source, train }, { ...config, overfitOneBatch: false });
  let step = history.at(-1)?.step ?? 0;
  for (let epoch = history.length + 1; epoch <= config.epochs; epoch++) {
    const started = performance.now(), waitedBefore = loader.waited, firstStep = step;
    const rng = seededRng(config.seed).fork("epoch").fork(epoch), order = orderOf(epoch);
    const total = stepsPerEpoch(order.length, config.batchSize);
    const state = () => ({ step, stepsPerEpoch: total, epochs: config.epochs, history: [] });
    const lrAt = () => config.lr * schedule(state()), firstLr = lrAt();
    const sums: Record<string, number> = Object.fromEntries(STEP_FIGURES.map((name) => [name, 0]));
    const inFlight: Tensor[] = [];
    let read = 0, seen = 0, penalties = 0;
    const settle = async () => {
      for (const figures of await readGanSteps(inFlight.splice(0))) {
        read++;
        const bad = STEP_FIGURES.find((name) => !Number.isFinite(figures[name]));
        if (bad) {
          throw lossError(
            `Cannot go on training as ${bad} is ${figures[bad]} in epoch ${epoch}, step ${read} of ${total}`,
          );
        }
        for (const name of STEP_FIGURES) sums[name]! += figures[name];
        if (parts.penalty.due(firstStep + read)) penalties++;
        onStep?.({
          epoch,
          epochs: config.epochs,
          done: read,
          total,
          discriminatorLoss: sums.discriminatorLoss! / read,
          generatorLoss: sums.generatorLoss! / read,
        });
      }
    };
    for await (const { parts: micro } of loader.epoch(order, epoch)) {
      signal?.throwIfAborted();
      for (const batch of micro) {
        const lr = lrAt();
        step++;
        seen += batch.x.shape[0];
        const how = {
          lr,
          discriminatorLr: lr * config.discriminatorRate,
          state: state(),
          rng: rng.fork(`step ${step}`),
        };
        inFlight.push(takeGanStep(parts, batch, how));
      }
      if (inFlight.length >= readTogether()) await settle();
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals in
    }
    if (inFlight.length > 0) await settle();
    const trained = performance.now();
    const { samples, quality } = await withAverage(averager, generator, async () => ({
      samples: await generateImages(generator, labels, { classes, rng: noise, signal }),
      quality: await judge?.judge(generator, { rng: noise.fork("judge"), signal }),
    }));
    const spreads = classSpreads(samples, labels, { size: generator.size, classes });
    const ratios = spreads.map((spread, c) => spread / real[c]!),
      known = [...ratios.keys()].filter((c) => Number.isFinite(ratios[c]!));
    const [narrowest] = known.toSorted((a, b) => ratios[a]! - ratios[b]!);
    const means = Object.fromEntries(
      STEP_FIGURES.map((name) => [name, sums[name]! / Math.max(1, name === "penalty" ? penalties : read)]),
    ) as Record<keyof GanFigures, number>;
    const row: GanRow = {
      epoch,
      step,
      lr: firstLr,
      ...means,
      spread: known.reduce((sum, c) => sum + ratios[c]!, 0) / Math.max(1, known.length),
      narrowest: narrowest === undefined ? "" : names[narrowest]!,
      seconds: (performance.now() - started) / 1000,
      imagesPerSecond: seen / ((trained - started) / 1000),
      waiting: (loader.waited - waitedBefore) / (trained - started),
      ...(quality && { quality }),
    };
    yield { row, samples };
  }
}

/** Real images of a class that its spread is taken of, at most. */
const MOST = 64;

/** The spread of the real images within their classes, `[C]`. */
function realSpreads({ images, labels, classes }: BatchSource, train: Int32Array): Float64Array {
  const taken = new Int32Array(classes);
  const chosen = train.filter((index) => taken[labels[index]!]!++ < MOST);
  const pixels = new Uint8Array(chosen.length * images.size[0] * images.size[1] * 3);
  images.fillBatch(chosen, pixels);
  return classSpreads(pixels, Array.from(chosen, (index) => labels[index]!), { size: images.size, classes });
}
