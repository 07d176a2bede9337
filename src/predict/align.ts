/**
 * Predictions side by side by id: joined, put into one order, or looked at row by row without being copied.
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import type { DetailedPredictions } from "../frame/mod.ts";

/** One member's probabilities, and where its rows stand. */
export interface AlignedMember {
  /** Probabilities `[N, C]` in the member's own order. */
  readonly probabilities: Float32Array;
  /** The member's row for each common row `[N]`; absent where the orders are the same. */
  readonly places?: Int32Array;
}

/** Several members' predictions for the same ids, in the first member's order. */
export interface Aligned {
  /** The ids `[N]`. */
  readonly ids: readonly string[];
  /** Class names, by class number. */
  readonly classes: readonly string[];
  /** True class numbers `[N]` where any member knows them, else {@linkcode UNKNOWN_LABEL}. */
  readonly labels: Int32Array;
  /** The members, in the order given. */
  readonly members: readonly AlignedMember[];
}

/**
 * Looks at members' predictions in one order.
 *
 * @param attempt What cannot be done otherwise, as in "ensemble".
 * @param members Predictions over the same ids, in any order, and the same classes.
 * @returns Rows in the first member's order; the probabilities are the members' own.
 * @throws {TypeError} If ids or classes differ, an id occurs twice, or two members know different labels for an id.
 * @throws {RangeError} If there is no member, or a probability is negative or not a finite number.
 */
export function alignMembers(attempt: string, members: readonly Predictions[]): Aligned {
  const { ids, classes } = checkClasses(attempt, members);
  const labels = members[0]!.labels.slice();
  checkDistinct(attempt, ids);
  const aligned = members.map((member, m): AlignedMember => {
    checkProbabilities(attempt, member, m);
    const places = rowPlaces(attempt, ids, member.ids, m);
    for (let row = 0; row < ids.length; row++) {
      const label = member.labels[places ? places[row]! : row]!;
      if (labels[row] === UNKNOWN_LABEL) labels[row] = label;
      else if (label !== UNKNOWN_LABEL && label !== labels[row]) {
        throw new TypeError(
          `Cannot ${attempt} as members must agree on labels: that of ${show(ids[row])} is ${
            labels[row]
          }, and ${label} ` +
            `in member ${m}`,
        );
      }
    }
    return { probabilities: member.probabilities, places };
  });
  return { ids, classes, labels, members: aligned };
}

/**
 * Joins the predictions of folds, which share no id, into the out-of-fold predictions.
 *
 * @param parts Predictions over the same classes.
 * @returns All rows, part after part; logits and the views' own predictions too, where the parts have them.
 * @throws {TypeError} If the classes differ, an id occurs twice, or only some parts have logits or the same views.
 */
export function joinFolds(parts: readonly DetailedPredictions[]): DetailedPredictions {
  const first = checkClasses("join folds", parts);
  const ids = parts.flatMap((part) => part.ids);
  checkDistinct("join folds", ids);
  const kinds = parts.map(detailsText), other = kinds.findIndex((kind) => kind !== kinds[0]);
  if (other >= 0) {
    throw new TypeError(
      `Cannot join folds as all must have the same logits and views: part 0 has ${kinds[0]}, part ${other} ${
        kinds[other]
      }`,
    );
  }
  const join = (numbers: (part: DetailedPredictions) => Float32Array): Float32Array => {
    const out = new Float32Array(ids.length * first.classes.length);
    let at = 0;
    for (const values of parts.map(numbers)) {
      out.set(values, at);
      at += values.length;
    }
    return out;
  };
  const labels = new Int32Array(ids.length);
  let row = 0;
  for (const part of parts) {
    labels.set(part.labels, row);
    row += part.ids.length;
  }
  const { classes, logits, views } = first;
  return {
    ids,
    classes,
    probabilities: join((part) => part.probabilities),
    labels,
    ...logits ? { logits: join((part) => part.logits!) } : {},
    ...views
      ? { views: views.map(({ name }, k) => ({ name, probabilities: join((part) => part.views![k]!.probabilities) })) }
      : {},
  };
}

/** What predictions hold beside probabilities. */
function detailsText({ logits, views }: DetailedPredictions): string {
  return `${logits ? "logits" : "no logits"} and ${
    views ? `views ${list(views.map(({ name }) => name))}` : "no views"
  }`;
}

/**
 * Puts rows into the order of `ids`.
 *
 * @param predictions Rows in any order; those whose ids are not asked for are left out.
 * @returns A row for each of `ids`.
 * @throws {TypeError} If an id has no row.
 */
export function alignPredictions(predictions: Predictions, ids: readonly string[]): Predictions {
  const classes = predictions.classes.length;
  const places = new Map<string, number>();
  predictions.ids.forEach((id, row) => places.set(id, row));
  const probabilities = new Float32Array(ids.length * classes);
  const labels = new Int32Array(ids.length);
  ids.forEach((id, to) => {
    const from = places.get(id);
    if (from === undefined) throw new TypeError(`Cannot align predictions as id ${show(id)} has none`);
    probabilities.set(predictions.probabilities.subarray(from * classes, (from + 1) * classes), to * classes);
    labels[to] = predictions.labels[from]!;
  });
  return { ids, classes: predictions.classes, probabilities, labels };
}

/** Where each wanted id stands among those found; nothing if the orders are the same. */
function rowPlaces(
  attempt: string,
  wanted: readonly string[],
  found: readonly string[],
  member: number,
): Int32Array | undefined {
  if (wanted === found || wanted.length === found.length && wanted.every((id, row) => id === found[row])) return;
  const places = new Map<string, number>();
  found.forEach((id, row) => places.set(id, row));
  const missing = wanted.filter((id) => !places.has(id));
  if (missing.length > 0 || found.length !== wanted.length || places.size !== found.length) {
    const known = new Set(wanted);
    const extra = found.filter((id) => !known.has(id));
    throw new TypeError(
      `Cannot ${attempt} as the members must have the same ids: ${missing.length} missing (${
        show(missing.slice(0, 3))
      }), ${extra.length} left over (${show(extra.slice(0, 3))}) in member ${member}`,
    );
  }
  return Int32Array.from(wanted, (id) => places.get(id)!);
}

function checkDistinct(attempt: string, ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new TypeError(`Cannot ${attempt} as each id must occur once: ${show(id)} occurs again`);
    seen.add(id);
  }
}

/** Checks that all have the first one's classes, in its order. */
function checkClasses<P extends Predictions>(attempt: string, parts: readonly P[]): P {
  const first = parts[0];
  if (!first) throw new RangeError(`Cannot ${attempt} as there must be at least one set of predictions`);
  parts.forEach(({ classes }, m) => {
    if (classes.length === first.classes.length && classes.every((name, c) => name === first.classes[c])) return;
    const missing = first.classes.filter((name) => !classes.includes(name));
    const extra = classes.filter((name) => !first.classes.includes(name));
    const difference = missing.length + extra.length > 0
      ? `member ${m} lacks [${list(missing)}] and has [${list(extra)}] besides`
      : `member ${m} has them in another order, ${show(classes)} for ${show(first.classes)}`;
    throw new TypeError(`Cannot ${attempt} as the classes must be the same: ${difference}`);
  });
  return first;
}

/**
 * Checks that there is a probability for each row and class.
 *
 * @param attempt What cannot be done otherwise.
 * @param member The member's number, for the message.
 * @throws {TypeError} If there are too few or too many.
 * @throws {RangeError} If one is negative or not a finite number; the message names its id and class.
 */
export function checkProbabilities(
  attempt: string,
  { ids, classes, probabilities }: Predictions,
  member: number,
): void {
  if (probabilities.length !== ids.length * classes.length) {
    throw new TypeError(
      `Cannot ${attempt} as member ${member} must have ${ids.length} x ${classes.length} probabilities: current ` +
        `number is ${probabilities.length}`,
    );
  }
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i]! >= 0 && probabilities[i]! < Infinity) continue;
    throw new RangeError(
      `Cannot ${attempt} as probabilities must be at least 0: current value of ${
        show(ids[Math.floor(i / classes.length)])
      }, class ${show(classes[i % classes.length])} in member ${member} is ${probabilities[i]}`,
    );
  }
}
