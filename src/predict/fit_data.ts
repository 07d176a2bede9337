/**
 * What the weights of an ensemble are fitted to: members' predictions of labelled rows, and the score of a choice.
 *
 * @module
 */
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { macroF1 } from "../metrics/mod.ts";
import { type Aligned, type AlignedMember, alignMembers } from "./align.ts";

/** What a fit improves: log loss in nats, lower is better, or macro F1 of the most probable classes, higher is better. */
export type Objective = "logLoss" | "macroF1";

/** Members' predictions of the rows whose labels are known. */
export interface FitData {
  /** The members' rows, labelled or not. */
  readonly aligned: Aligned;
  /** Which of them are labelled `[L]`. */
  readonly rows: Int32Array;
  /** Their labels `[L]`. */
  readonly labels: Int32Array;
}

/** A probability is kept this far from 0, as metrics' log loss keeps single precision. */
export const CLIP: number = 2 ** -23;

/**
 * Aligns members and finds the labelled rows.
 *
 * @param attempt What cannot be done otherwise.
 * @param members Predictions over the same ids and classes; at least one knows labels.
 * @throws {TypeError | RangeError} As {@linkcode alignMembers} does, and if no row is labelled or a label is no class number.
 */
export function fitData(attempt: string, members: readonly Predictions[]): FitData {
  const aligned = alignMembers(attempt, members);
  let count = 0;
  const rows = new Int32Array(aligned.ids.length);
  aligned.labels.forEach((label, row) => {
    if (label !== UNKNOWN_LABEL) rows[count++] = row;
    if (label >= aligned.classes.length || label < UNKNOWN_LABEL) {
      throw new RangeError(
        `Cannot ${attempt} as labels must be 0 to ${aligned.classes.length - 1}, or ${UNKNOWN_LABEL} where unknown: ` +
          `current value of "${aligned.ids[row]}" is ${label}`,
      );
    }
  });
  if (count === 0) {
    throw new RangeError(
      `Cannot ${attempt} as at least one row must be labelled: all ${aligned.ids.length} labels are unknown`,
    );
  }
  const known = rows.slice(0, count);
  return { aligned, rows: known, labels: Int32Array.from(known, (row) => aligned.labels[row]!) };
}

/**
 * The probability that each member gives to each labelled row's own class: all that log loss sees of an arithmetic mean.
 *
 * @returns Probabilities `[L, M]`, at least {@linkcode CLIP}.
 */
export function ownProbabilities({ aligned: { members, classes }, rows, labels }: FitData): Float32Array {
  const own = new Float32Array(rows.length * members.length);
  members.forEach(({ probabilities, places }, m) => {
    for (let i = 0, to = m; i < rows.length; i++, to += members.length) {
      const from = places ? places[rows[i]!]! : rows[i]!;
      own[to] = Math.max(CLIP, probabilities[from * classes.length + labels[i]!]!);
    }
  });
  return own;
}

/** The score of one member, or of a mean in the rows' own order, on the labelled rows. */
export function scoreOn(
  { aligned: { classes: { length: width } }, rows, labels }: FitData,
  objective: Objective,
  { probabilities, places }: AlignedMember,
): number {
  const predicted = new Int32Array(rows.length);
  let loss = 0;
  for (let i = 0; i < rows.length; i++) {
    const from = (places ? places[rows[i]!]! : rows[i]!) * width;
    let best = 0, total = 0;
    for (let c = 0; c < width; c++) {
      const p = probabilities[from + c]!;
      if (p > probabilities[from + best]!) best = c;
      total += p;
    }
    predicted[i] = best;
    loss -= Math.log(Math.max(CLIP, probabilities[from + labels[i]!]! / (total > 0 ? total : 1)));
  }
  return objective === "logLoss" ? loss / rows.length : macroF1(predicted, labels, { classes: width });
}

/** Whether one score is better than another. */
export function isBetter(objective: Objective, score: number, than: number): boolean {
  return objective === "logLoss" ? score < than : score > than;
}
