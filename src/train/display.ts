/**
 * A display of training for whoever calls it: progress while it goes on, and a line an epoch.
 *
 * @module
 */
import type { EpochRow } from "../core/records.ts";
import { type DownloadProgress, type Progress, progress, type ProgressOptions } from "../io/mod.ts";
import type { LoadedWeights } from "../models/mod.ts";
import type { PreprocessNote } from "../preprocess/mod.ts";
import type { StepScores, StepState } from "./fit.ts";
import { memoryLine, type StepMemory } from "./memory.ts";

/** Callbacks that show progress, to be spread into the options of `crossValidate` and `train`. */
export interface TrainingDisplay {
  /** Shows images being preprocessed, packed or predicted. */
  onProgress(
    state: { readonly stage: "preprocess" | "pack" | "predict"; readonly done: number; readonly total: number },
  ): void;
  /** Shows what preprocessing could not do as usual. */
  onNotes(notes: readonly PreprocessNote[]): void;
  /** Shows that a fold begins. */
  onFold(fold: number, state: { readonly folds: number; readonly finished: boolean }): void;
  /** Shows weights being downloaded. */
  onDownload(progress: DownloadProgress): void;
  /** Shows what weights training begins with. */
  onWeights(weights: LoadedWeights, state?: { readonly fold?: number }): void;
  /** Shows what a step takes of the backend's memory. */
  onMemory(memory: StepMemory, state?: { readonly fold?: number }): void;
  /** Shows shaders being compiled. */
  onCompile(compiled: number, total: number): void;
  /** Shows a step. */
  onStep(state: StepState & { readonly fold?: number }): void;
  /** Shows a validation within an epoch. */
  onValidate(scores: StepScores, state?: { readonly fold?: number }): void;
  /** Shows that a tracker fails. */
  onTracker(warning: string): void;
  /** Shows an epoch. */
  onEpoch(row: EpochRow, state: { readonly fold?: number; readonly best: boolean; readonly epochs: number }): void;
  /** Ends the display; call it when training is over. */
  end(): void;
}

const STAGES = { preprocess: "preprocessing images", pack: "packing images", predict: "predicting" };

/**
 * Shows training in a terminal, a log or a notebook, whichever this is.
 *
 * @param options Where to, as for {@linkcode progress}.
 * @returns Callbacks for `crossValidate` and `train`.
 */
export function trainingDisplay(options: ProgressOptions = {}): TrainingDisplay {
  let current: { readonly label: string; readonly bar: Progress } | undefined;
  const said = new Set<string>(); // what holds of every fold is said once
  const once = (fold: number | undefined, text: string) => {
    if (!said.has(text)) barOf(labelOf(fold)).line(text);
    said.add(text);
  };
  const barOf = (label: string) => {
    if (current?.label !== label) {
      current?.bar.end();
      current = { label, bar: progress(label, options) };
    }
    return current.bar;
  };
  const labelOf = (fold: number | undefined) => fold === undefined ? "training" : `fold ${fold}`;
  return {
    onProgress: ({ stage, done, total }) => barOf(STAGES[stage]).update(done, total),
    onNotes(notes) {
      const [{ path, text }] = notes as readonly [PreprocessNote];
      const more = notes.length > 1 ? ` (and ${notes.length - 1} more such notes)` : "";
      barOf(STAGES.preprocess).line(`${path}: ${text}${more}`);
    },
    onFold(fold, { folds, finished }) {
      barOf(labelOf(fold)).line(`fold ${fold} of ${folds}${finished ? ": finished before, opened" : ""}`);
    },
    onDownload: ({ file, done, total }) =>
      barOf(`downloading ${file}`).update(Math.round(done / 2 ** 20), Math.round((total ?? done) / 2 ** 20), "MiB"),
    onWeights: (weights, { fold } = {}) => once(fold, weightsLine(weights)),
    onMemory: (memory, { fold } = {}) => once(fold, memoryLine(memory)),
    onCompile: (compiled, total) => barOf("compiling shaders").update(compiled, total),
    onStep({ fold, epoch, epochs, done, total, loss }) {
      barOf(labelOf(fold)).update(
        (epoch - 1) * total + done,
        epochs * total,
        `epoch ${epoch}/${epochs}, loss ${loss.toFixed(4)}`,
      );
    },
    onValidate: ({ epoch, step, validLoss, validAccuracy, validMacroF1 }, { fold } = {}) =>
      barOf(labelOf(fold)).line(
        `epoch ${epoch}, step ${step}  valid loss ${validLoss.toFixed(4)}  accuracy ${
          validAccuracy.toFixed(4)
        }  macro F1 ${validMacroF1.toFixed(4)}`,
      ),
    onTracker: (warning) => (current?.bar ?? barOf(labelOf(undefined))).line(warning),
    onEpoch: (row, { fold, best, epochs }) => barOf(labelOf(fold)).line(epochLine(row, { best, epochs })),
    end() {
      current?.bar.end();
      current = undefined;
    },
  };
}

/** What was loaded as a line of text. */
export function weightsLine({ source, loaded, notes }: LoadedWeights): string {
  return [`weights: ${loaded} tensors of ${source}`, ...notes].join("; ");
}

/** One epoch as a line of text; a star marks the best so far. Without validation there are no scores. */
export function epochLine(
  row: EpochRow,
  { best, epochs }: { readonly best: boolean; readonly epochs: number },
): string {
  return [
    `epoch ${`${row.epoch}`.padStart(`${epochs}`.length)}/${epochs}`,
    `lr ${row.lr.toExponential(1)}`,
    `train loss ${row.trainLoss.toFixed(4)}`,
    `accuracy ${row.trainAccuracy.toFixed(4)}`,
    ...(Number.isNaN(row.validMacroF1) ? ["no validation"] : [
      `valid loss ${row.validLoss.toFixed(4)}`,
      `accuracy ${row.validAccuracy.toFixed(4)}`,
      `macro F1 ${row.validMacroF1.toFixed(4)}${best ? " *" : "  "}`,
    ]),
    `${row.seconds.toFixed(1)} s`,
    `${row.imagesPerSecond.toFixed(0)} images/s`,
    ...(row.waiting > 0.05 ? [`${(100 * row.waiting).toFixed(0)} % waiting for images`] : []),
  ].join("  ");
}
