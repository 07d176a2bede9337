/**
 * Epochs without validation, in memory and on disk.
 *
 * @module
 */
import type { EpochRow } from "../core/records.ts";

/** What an epoch without validation images has for scores: no numbers, and no classes. */
export const NO_SCORES = {
  logLoss: NaN,
  accuracy: NaN,
  macroF1: NaN,
  perClass: [],
  confusion: new Int32Array(),
} as const;

/** A row as it was before it was written: JSON knows no NaN, and has null there. */
export function restoreRow(row: EpochRow): EpochRow {
  const scores = { validLoss: row.validLoss, validAccuracy: row.validAccuracy, validMacroF1: row.validMacroF1 };
  const known = Object.entries(scores).map(([name, value]) => [name, value ?? NaN]);
  return { ...row, ...Object.fromEntries(known) };
}
