/**
 * What is asked of predictions before their probabilities are held against their labels.
 *
 * @module
 */
import { checkSameLength, show } from "../core/check.ts";
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";

/** Above 1 by this much a probability is still taken for rounding of a softmax in single precision. */
const ROUNDING = 1e-6;

/**
 * Checks that there are examples, that all are labelled, and that their probabilities are probabilities.
 *
 * @param attempt What cannot be done otherwise.
 * @param predictions Probabilities `[N, C]` with labels.
 * @throws {TypeError} If the columns differ in length.
 * @throws {RangeError} If there is no example, a label is unknown or no class number, or a probability is not in 0..1; the
 * message names the first id.
 */
export function checkLabelled(attempt: string, { ids, classes, probabilities, labels }: Predictions): void {
  const C = classes.length;
  checkSameLength(attempt, { ids, labels });
  checkSameLength(attempt, { probabilities, [`ids x ${C} classes`]: { length: ids.length * C } });
  if (ids.length === 0) throw new RangeError(`Cannot ${attempt} as there must be at least one example`);
  let unknown = 0, first = -1;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === UNKNOWN_LABEL) {
      if (unknown++ === 0) first = i;
    } else if (!(label >= 0 && label < C)) {
      throw new RangeError(`Cannot ${attempt} as labels must be 0 to ${C - 1}: that of ${show(ids[i])} is ${label}`);
    }
  }
  if (unknown > 0) {
    throw new RangeError(
      `Cannot ${attempt} as every label must be known: ${unknown} of ${ids.length} are not, the first is that of ${
        show(ids[first])
      }`,
    );
  }
  for (let k = 0; k < probabilities.length; k++) {
    const p = probabilities[k]!;
    if (p >= 0 && p <= 1 + ROUNDING) continue;
    throw new RangeError(
      `Cannot ${attempt} as probabilities must be 0 to 1: that of ${show(ids[Math.floor(k / C)])} for class ${
        show(classes[k % C])
      } is ${p}`,
    );
  }
}
