/**
 * What trackers are told of a training: of each epoch losses, accuracies, F1, F1 of each class, learning rate, seconds and
 * two confusion matrices; at the end scores and a table of the classes.
 *
 * @module
 */
import type { Dataset, EpochRow, Predictions } from "../core/records.ts";
import { plotConfusion } from "../explore/mod.ts";
import { score } from "../metrics/mod.ts";
import { openTrack, type TrackerSpec } from "../track/mod.ts";
import type { TrainConfig } from "./config.ts";
import type { StepScores } from "./fit.ts";
import type { DataRecord } from "./run.ts";

/** Which trackers a training is told to. */
export interface TrackRunOptions {
  /**
   * Trackers beside `events.jsonl`, which is always written; none of them can stop the training, and what one misses is
   * delivered by {@linkcode syncTrackers}.
   */
  readonly trackers?: readonly TrackerSpec[];
  /** Called with a tracker's first failure. */
  readonly onTracker?: (warning: string) => void;
}

/** What a training tells; nothing of it waits. */
export interface RunTrack {
  /** It begins, or is gone on with. */
  started(environment: object): void;
  /** An epoch is over; one that was told before is passed over. */
  epoch(row: EpochRow, valid?: Predictions): void;
  /** A validation within an epoch. */
  check(scores: StepScores): void;
  /** It is over: its best epoch, and the predictions of that epoch's weights. */
  finished(best: EpochRow, valid: Predictions): void;
}

/** Seconds that a training that failed or was stopped waits for its trackers. */
const HASTE = 2;

/**
 * Runs a training whose trackers are told what happens in it, how it ends too.
 *
 * @param dataset What is trained on.
 * @param config With which configuration.
 * @param options The run's folder, and the trackers.
 * @param run The training.
 * @throws {RangeError | TypeError} If a tracker is unknown or lacks something; otherwise what `run` throws.
 */
export async function tracked(
  { schema }: Dataset,
  config: TrainConfig,
  { dir, data, trackers, onTracker }: TrackRunOptions & { readonly dir: string; readonly data: DataRecord },
  run: (track: RunTrack) => Promise<void>,
): Promise<void> {
  const track = await openTrack(dir, { trackers, onWarning: onTracker }), { classes } = schema;
  const told: RunTrack = {
    started(environment) {
      const { digest, train, valid, leftOut } = data;
      const counts = { train, valid: valid.length, leftOut: leftOut.length };
      const name = dir.split(/[\\/]/).filter(Boolean).slice(-2).join("/");
      track.started({ name, config, environment, data: { ...counts, classes: classes.length, digest } });
    },
    epoch(row, valid) {
      const { step, confusion } = row;
      track.scalars(step, scalarsOf(row, classes));
      if (confusion.length === 0) return; // nothing is validated
      if (valid) track.histogram(step, "valid/probability of the true class", probabilitiesOfTruth(valid));
      for (const values of ["counts", "shares"] as const) {
        const title = `Confusion of the validation images, ${values}, epoch ${row.epoch}`;
        track.figure(step, `confusion/${values}`, () => plotConfusion({ confusion, classes }, { title, values }));
      }
    },
    check: ({ step, validLoss, validAccuracy, validMacroF1 }) =>
      track.scalars(step, {
        "valid/loss": validLoss,
        "valid/accuracy": validAccuracy,
        "valid/macroF1": validMacroF1,
      }),
    finished({ step }, valid) {
      if (valid.ids.length === 0) return track.finished();
      const { logLoss, accuracy, macroF1, perClass } = score(valid);
      const columns = ["class", "support", "precision", "recall", "F1"];
      const rows = perClass.map(({ name, support, precision, recall, f1 }) => [name, support, precision, recall, f1]);
      track.table(step, "classes", { columns, rows });
      track.summary(step, { "valid/loss": logLoss, "valid/accuracy": accuracy, "valid/macroF1": macroF1 });
      track.finished();
    },
  };
  try {
    await run(told);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(`${error}`);
    track.failed({ message, stopped: name === "AbortError" });
    await track.close({ patience: HASTE });
    throw error;
  }
  await track.close();
}

/** An epoch's numbers by the names that trackers show. */
function scalarsOf(row: EpochRow, classes: readonly string[]): Record<string, number> {
  const scores = {
    "valid/loss": row.validLoss,
    "valid/accuracy": row.validAccuracy,
    "valid/macroF1": row.validMacroF1,
    ...Object.fromEntries(classes.map((name, i) => [`F1/${name}`, row.validF1[i]!])),
  };
  return {
    "train/loss": row.trainLoss,
    "train/accuracy": row.trainAccuracy,
    ...(row.confusion.length > 0 && scores), // there are none where nothing is validated
    "epoch": row.epoch,
    "lr": row.lr,
    "seconds": row.seconds,
    "images a second": row.imagesPerSecond,
  };
}

/** The probability given to each image's true class. */
function probabilitiesOfTruth({ labels, classes, probabilities }: Predictions): number[] {
  return Array.from(labels, (label, i) => probabilities[i * classes.length + label]!);
}
