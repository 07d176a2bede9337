/**
 * The records that flow between the rooms. All are readonly, and none holds a tensor, a file handle or a frame.
 *
 * @module
 */
import type { AttributeValue, Schema } from "./schema.ts";

/** Height and width in pixels. */
export type Size = readonly [height: number, width: number];

/** The label of a sample whose class is not known. */
export const UNKNOWN_LABEL: number = -1;

/** One photograph. */
export interface Sample {
  /** Unique in its data set. */
  readonly id: string;
  /** The image file, relative to the data set's root. */
  readonly path: string;
  /** Whom it shows: photographs of one group never stand on both sides of a split. */
  readonly group: string;
  /** Class number, 0..C-1, or {@linkcode UNKNOWN_LABEL}. */
  readonly label: number;
  /** The schema's attributes by name, and whatever else the source tells (race, say). */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** Something wrong with the data, and where. */
export interface Fault {
  /** Which rule is broken. */
  readonly kind: FaultKind;
  /** A full sentence that names the file, row or id. */
  readonly message: string;
  /** The file or folder, relative to the data set's root. */
  readonly path?: string;
  /** The line in the table, counted from 1 with the header as line 1. */
  readonly row?: number;
  /** The sample or group concerned. */
  readonly id?: string;
}

/** The rules that loading and packing check. */
export type FaultKind =
  | "missing-folder"
  | "missing-file"
  | "missing-column"
  | "photo-count"
  | "unknown-file"
  | "bad-age"
  | "unknown-gender"
  | "unknown-value"
  | "duplicate-id"
  | "no-group"
  | "disagreement"
  | "empty-file"
  | "undecodable"
  | "bad-table"
  | "empty-dataset";

/** Samples, what their labels mean, and where their files are. */
export interface Dataset {
  /** Attributes and classes. */
  readonly schema: Schema;
  /** The samples; folds and image sets refer to their order. */
  readonly samples: readonly Sample[];
  /** The folder that paths are relative to. */
  readonly root: string;
  /** What was found wrong and skipped, when loaded leniently. */
  readonly faults: readonly Fault[];
}

/** A split into training and validation: indices into the samples, ascending. */
export interface Fold {
  /** Indices to train on. */
  readonly train: Int32Array;
  /** Indices to validate on. */
  readonly valid: Int32Array;
}

/** Decoded images of one size, in the order of `ids`. */
export interface ImageSet {
  /** The samples' ids. */
  readonly ids: readonly string[];
  /** Height and width in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Digest of the preprocessing and of every file's content stamp, as hexadecimal text. */
  readonly digest: string;
  /** Images that could not be decoded; their pixels are zero and they belong in no batch. */
  readonly faults: readonly Fault[];
  /**
   * Copies images into a buffer.
   *
   * @param indices Which images, B of them.
   * @param out Filled with bytes 0..255, RGB, `[B, H, W, 3]`; may be longer.
   */
  fillBatch(indices: ArrayLike<number>, out: Uint8Array): void;
  /** Lets go of the file, if there is one. */
  close(): void;
}

/** Class probabilities by id. */
export interface Predictions {
  /** The samples' ids, each once. */
  readonly ids: readonly string[];
  /** Class names, by class number. */
  readonly classes: readonly string[];
  /** Probabilities `[N, C]`, row by row. */
  readonly probabilities: Float32Array;
  /** True class numbers where known, else {@linkcode UNKNOWN_LABEL}. */
  readonly labels: Int32Array;
}

/** Precision, recall and F1 of one class. */
export interface ClassScores {
  /** The class's name. */
  readonly name: string;
  /** True examples of the class. */
  readonly support: number;
  /** Share of the examples predicted as this class that are of it, 0..1. */
  readonly precision: number;
  /** Share of the examples of this class that are predicted as it, 0..1. */
  readonly recall: number;
  /** Harmonic mean of precision and recall, 0..1. */
  readonly f1: number;
}

/** How good predictions are. */
export interface Scores {
  /** Labelled examples scored. */
  readonly count: number;
  /** Share predicted right, 0..1. */
  readonly accuracy: number;
  /** Mean F1 over the classes, 0..1. */
  readonly macroF1: number;
  /** Mean negative log probability of the true class, in nats. */
  readonly logLoss: number;
  /** Scores class by class, in the order of the class numbers. */
  readonly perClass: readonly ClassScores[];
  /** Counts `[C, C]`, row: true class, column: predicted class. */
  readonly confusion: Int32Array;
}

/** What one epoch of training came to. Without validation examples their scores are NaN, and there are no classes. */
export interface EpochRow {
  /** Counted from 1. */
  readonly epoch: number;
  /** Optimizer steps so far. */
  readonly step: number;
  /** Learning rate at the epoch's first step. */
  readonly lr: number;
  /** Mean loss over the training examples, in nats for a loss that is in nats. */
  readonly trainLoss: number;
  /** Share of the (augmented) training examples predicted right, 0..1. */
  readonly trainAccuracy: number;
  /** Mean cross entropy over the validation examples, in nats. */
  readonly validLoss: number;
  /** Share of the validation examples predicted right, 0..1. */
  readonly validAccuracy: number;
  /** Macro F1 on the validation examples, 0..1. */
  readonly validMacroF1: number;
  /** F1 per class on the validation examples. */
  readonly validF1: readonly number[];
  /** Validation confusion counts `[C, C]`, row: true class. */
  readonly confusion: readonly number[];
  /** Wall time of the epoch, validation included, in seconds. */
  readonly seconds: number;
  /** Training images a second. */
  readonly imagesPerSecond: number;
  /** Share of the training time that was spent waiting for batches, 0..1. */
  readonly waiting: number;
}
