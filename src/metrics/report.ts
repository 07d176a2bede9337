/**
 * The classification report: precision, recall and F1 of each class with their means, and its text table.
 *
 * @module
 */
import type { ClassScores } from "../core/records.ts";
import { confusionMatrix } from "./confusion.ts";
import { type ClassCounts, countsOf, isPresent, scoresOf } from "./f1.ts";

/** What the classes are called. */
export interface ClassificationReportOptions {
  /** Class names, by class number. */
  readonly classes: readonly string[];
}

/** Scores averaged over classes. */
export interface MeanScores {
  /** Mean precision, 0..1. */
  readonly precision: number;
  /** Mean recall, 0..1. */
  readonly recall: number;
  /** Mean F1, 0..1. */
  readonly f1: number;
}

/** How good predictions are, class by class and on average. */
export interface ClassificationReport {
  /** Scores of every class, in the order of the class numbers; zeros for one that neither occurs nor is predicted. */
  readonly perClass: readonly ClassScores[];
  /** Examples scored. */
  readonly count: number;
  /** Share predicted right, 0..1. */
  readonly accuracy: number;
  /** Means over the classes that occur or are predicted, each counting the same. */
  readonly macro: MeanScores;
  /** Means over the classes, weighted by their true examples. */
  readonly weighted: MeanScores;
}

/**
 * Scores predictions class by class, as scikit-learn's `classification_report` does.
 *
 * @example
 * ```ts
 * import { classificationReport, formatReport } from "maskfold";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const report = classificationReport([0, 1, 1], [0, 0, 1], { classes: ["worn", "not worn"] });
 * assertEquals(report.perClass[1], { name: "not worn", support: 1, precision: 0.5, recall: 1, f1: 2 / 3 });
 * assertStringIncludes(formatReport(report), "0.5000  1.0000  0.6667        1");
 * ```
 *
 * @param predicted Predicted classes `[N]`, 0..C-1.
 * @param labels True classes `[N]`, 0..C-1.
 * @param options The classes' names.
 * @returns The scores.
 * @throws {TypeError | RangeError} As {@linkcode confusionMatrix} does.
 */
export function classificationReport(
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes }: ClassificationReportOptions,
): ClassificationReport {
  return reportOf(confusionMatrix(predicted, labels, { classes: classes.length }), classes);
}

/** The report that a confusion matrix `[C, C]` with at least one example holds. */
export function reportOf(confusion: Int32Array, classes: readonly string[]): ClassificationReport {
  const counts = countsOf(confusion);
  const perClass = counts.map((row, c) => scoresOf(classes[c]!, row));
  const count = confusion.reduce((sum, n) => sum + n, 0);
  const right = counts.reduce((sum, row) => sum + row.right, 0);
  return {
    perClass,
    count,
    accuracy: right / count,
    macro: meanScores(perClass, counts, (row) => isPresent(row) ? 1 : 0),
    weighted: meanScores(perClass, counts, (row) => row.support),
  };
}

function meanScores(
  perClass: readonly ClassScores[],
  counts: readonly ClassCounts[],
  weightOf: (row: ClassCounts) => number,
): MeanScores {
  const weights = counts.map(weightOf);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (key: "precision" | "recall" | "f1") =>
    perClass.reduce((sum, scores, c) => sum + weights[c]! * scores[key], 0) / total;
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

/**
 * A report as an aligned text table: a line for each class, then accuracy and the two means.
 *
 * @param report The scores.
 * @returns The table, without a newline at its end.
 */
export function formatReport({ perClass, count, accuracy, macro, weighted }: ClassificationReport): string {
  const scores = ({ precision, recall, f1 }: MeanScores) => [precision, recall, f1].map((x) => x.toFixed(4));
  const rows = [
    ["", "precision", "recall", "f1", "support"],
    ...perClass.map((row) => [row.name, ...scores(row), `${row.support}`]),
    [],
    ["accuracy", "", "", accuracy.toFixed(4), `${count}`],
    ["macro mean", ...scores(macro), `${count}`],
    ["weighted mean", ...scores(weighted), `${count}`],
  ];
  const widths = [0, 1, 2, 3, 4].map((k) => Math.max(...rows.map((row) => row[k]?.length ?? 0)));
  const line = (row: string[]) => row.map((cell, k) => k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!));
  return rows.map((row) => line(row).join("  ")).join("\n");
}
