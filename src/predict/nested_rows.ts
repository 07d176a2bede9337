/**
 * Rows of several members' predictions, with and without their labels.
 *
 * @module
 */
import { checkSameLength, show } from "../core/check.ts";
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { checkLabelled } from "../metrics/mod.ts";
import { type AlignedMember, alignMembers } from "./align.ts";
import { checkSameClasses } from "./calibrate.ts";
import type { Unlabelled } from "./calibration.ts";

/** Members' predictions of the same ids, at least of one. */
export type Members<P> = readonly [P, ...P[]];

/**
 * Predictions whose labels are all unknown, for functions that want a column of them.
 *
 * @param predictions Probabilities `[N, C]`.
 * @returns The same with labels of -1.
 */
export function withoutLabels({ ids, classes, probabilities }: Unlabelled): Predictions {
  return { ids, classes, probabilities, labels: new Int32Array(ids.length).fill(UNKNOWN_LABEL) };
}

/** Members side by side, all labelled. */
export interface LabelledMembers {
  /** The ids `[N]`. */
  readonly ids: readonly string[];
  /** True class numbers `[N]`. */
  readonly labels: Int32Array;
  /** Some rows of every member, by their place among the ids. */
  readonly rows: (rows: Int32Array) => Members<Predictions>;
}

/**
 * Brings members into the order of the first one's ids.
 *
 * @throws {TypeError} If ids, classes or labels differ.
 * @throws {RangeError} If there is no member, a label is known to none, or a probability is not in 0..1.
 */
export function labelledMembers(attempt: string, members: readonly Predictions[]): LabelledMembers {
  const { ids, classes, labels, members: aligned } = alignMembers(attempt, members), C = classes.length;
  for (const { probabilities } of aligned) checkLabelled(attempt, { ids, classes, labels, probabilities });
  const pick = ({ probabilities, places }: AlignedMember, rows: Int32Array): Predictions => {
    const out = new Float32Array(rows.length * C);
    rows.forEach((row, to) => {
      const from = (places ? places[row]! : row) * C;
      out.set(probabilities.subarray(from, from + C), to * C);
    });
    return { ids: Array.from(rows, (i) => ids[i]!), classes, probabilities: out, labels: rows.map((i) => labels[i]!) };
  };
  const [first, ...others] = aligned;
  return { ids, labels, rows: (rows) => [pick(first!, rows), ...others.map((member) => pick(member, rows))] };
}

/** Every member without its labels: the property is left out, so that nothing can read it. */
export function hideLabels([first, ...others]: Members<Predictions>): Members<Unlabelled> {
  const hide = ({ ids, classes, probabilities }: Predictions): Unlabelled => ({ ids, classes, probabilities });
  return [hide(first), ...others.map(hide)];
}

/**
 * Checks that an answer is of the rows that were asked about.
 *
 * @throws {TypeError} If it is not.
 */
export function checkAnswer(
  attempt: string,
  answer: Unlabelled & { readonly predicted?: ArrayLike<number> },
  asked: Unlabelled,
): void {
  checkSameClasses(attempt, asked.classes, answer.classes);
  checkSameLength(attempt, { "ids asked for": asked.ids, "ids answered": answer.ids, predicted: answer.predicted });
  checkSameLength(attempt, { "probabilities asked for": asked.probabilities, answered: answer.probabilities });
  const other = answer.ids.findIndex((id, i) => id !== asked.ids[i]);
  if (other >= 0) {
    throw new TypeError(
      `Cannot ${attempt} as a rule must keep the ids in order: row ${other} is ${show(answer.ids[other])}, not ${
        show(asked.ids[other])
      }`,
    );
  }
}
