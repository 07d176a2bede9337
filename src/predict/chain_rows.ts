/**
 * Rows on their way from folds to a decision: what each view of each member says of some images. Labels are kept apart, so
 * that what is applied to rows cannot look at them.
 *
 * @module
 */
import { checkSameLength, list } from "../core/check.ts";
import type { Predictions } from "../core/records.ts";
import type { DetailedPredictions, ViewPredictions } from "../frame/mod.ts";
import { checkLabelled } from "../metrics/mod.ts";
import { alignMembers } from "./align.ts";

/** What members say of N images, in one order for all. */
export interface ChainRows {
  /** The ids `[N]`. */
  readonly ids: readonly string[];
  /** Class names, by class number. */
  readonly classes: readonly string[];
  /** The views of each member, the plain image first; once views are averaged one each, once members are joined one in all. */
  readonly members: readonly (readonly ViewPredictions[])[];
  /** Classes decided for `[N]`, where they are not the most probable ones. */
  readonly predicted?: Int32Array;
}

/** What rows are judged by. */
export interface Truth {
  /** True class numbers `[N]`. */
  readonly labels: Int32Array;
  /** The person of each row `[N]`. */
  readonly groups: readonly string[];
}

/** The view that is the image as it is. */
export const PLAIN_VIEW = "identity";

/**
 * Brings members into one order, which is that of the ids as text, whatever order they came in.
 *
 * @param members Predictions of the same ids, each with the same views or all without; what has none counts as the image as it
 * is.
 * @returns The rows, with the plain view first, and the labels that any member knows.
 * @throws {TypeError} If ids, classes, labels or views differ; the message shows the difference.
 * @throws {RangeError} If there is no member, or a probability is negative or no finite number.
 */
export function chainRows(
  members: readonly DetailedPredictions[],
): { readonly rows: ChainRows; readonly labels: Int32Array } {
  const attempt = "bring members together";
  const aligned = alignMembers(attempt, members), { classes } = aligned;
  const names = viewsOf(members[0]!).map(({ name }) => name);
  const first = names.includes(PLAIN_VIEW) ? [PLAIN_VIEW, ...names.filter((name) => name !== PLAIN_VIEW)] : names;
  const isSorted = aligned.ids.every((id, i) => i === 0 || aligned.ids[i - 1]! < id);
  const order = Int32Array.from(aligned.ids.keys());
  if (!isSorted) order.sort((a, b) => aligned.ids[a]! < aligned.ids[b]! ? -1 : 1);
  const rows = members.map((member, m) => {
    const found = new Map(viewsOf(member).map((view) => [view.name, view.probabilities]));
    const missing = first.filter((name) => !found.has(name));
    if (missing.length > 0 || found.size !== first.length) {
      throw new TypeError(
        `Cannot ${attempt} as they must have the same views: member 0 has [${list(names)}], member ${m} [${
          list(found.keys())
        }]`,
      );
    }
    const { places } = aligned.members[m]!;
    const own = places ? order.map((row) => places[row]!) : order;
    const asIs = isSorted && places === undefined;
    return first.map((name) => {
      const probabilities = found.get(name)!;
      return { name, probabilities: asIs ? probabilities : pickRows(probabilities, own, classes.length) };
    });
  });
  return {
    rows: { ids: Array.from(order, (i) => aligned.ids[i]!), classes, members: rows },
    labels: order.map((i) => aligned.labels[i]!),
  };
}

function viewsOf({ views, probabilities }: DetailedPredictions): readonly ViewPredictions[] {
  return views?.length ? views : [{ name: PLAIN_VIEW, probabilities }];
}

/** Some rows of a table `[N, C]`. */
function pickRows(values: Float32Array, rows: Int32Array, width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (let to = 0; to < rows.length; to++) {
    const from = rows[to]! * width;
    for (let c = 0; c < width; c++) out[to * width + c] = values[from + c]!;
  }
  return out;
}

/** Some of the rows. */
export function selectRows({ ids, classes, members, predicted }: ChainRows, rows: Int32Array): ChainRows {
  return {
    ids: Array.from(rows, (i) => ids[i]!),
    classes,
    members: members.map((views) =>
      views.map(({ name, probabilities }) => ({ name, probabilities: pickRows(probabilities, rows, classes.length) }))
    ),
    ...predicted ? { predicted: rows.map((i) => predicted[i]!) } : {},
  };
}

/** The truth of some of the rows. */
export function selectTruth({ labels, groups }: Truth, rows: Int32Array): Truth {
  return { labels: rows.map((i) => labels[i]!), groups: Array.from(rows, (i) => groups[i]!) };
}

/**
 * Puts rows that were judged apart back into the order of the whole.
 *
 * @param ids The whole's ids.
 * @param parts Which of them each part holds, and what is said of them.
 */
export function joinRows(
  ids: readonly string[],
  parts: readonly { readonly places: Int32Array; readonly rows: ChainRows }[],
): ChainRows {
  const { classes, members, predicted } = parts[0]!.rows, width = classes.length;
  const joined = members.map((views, m) =>
    views.slice(0, 1).map(({ name }) => {
      const probabilities = new Float32Array(ids.length * width);
      for (const { places, rows } of parts) {
        const values = rows.members[m]![0]!.probabilities;
        places.forEach((to, from) => probabilities.set(values.subarray(from * width, (from + 1) * width), to * width));
      }
      return { name, probabilities };
    })
  );
  if (!predicted) return { ids, classes, members: joined };
  const decided = new Int32Array(ids.length);
  for (const { places, rows } of parts) places.forEach((to, from) => decided[to] = rows.predicted![from]!);
  return { ids, classes, members: joined, predicted: decided };
}

/** What each member says by its first view, which is the plain image before views are averaged. */
export function memberPredictions(
  { ids, classes, members }: ChainRows,
  { labels }: Pick<Truth, "labels">,
): Predictions[] {
  return members.map(([view]) => ({ ids, classes, probabilities: view!.probabilities, labels }));
}

/**
 * Which members say something of their own: of several that agree to the last bit in every view, the first.
 *
 * @returns Their numbers, ascending.
 */
export function distinctMembers({ members }: ChainRows): number[] {
  const same = (a: Float32Array, b: Float32Array) => a === b || a.every((value, i) => value === b[i]);
  return [...members.keys()].filter((m) =>
    !members.slice(0, m).some((other) =>
      other.every(({ probabilities }, v) => same(probabilities, members[m]![v]!.probabilities))
    )
  );
}

/** Checks that every row has a label and a person. */
export function checkTruth(attempt: string, rows: ChainRows, truth: Truth): void {
  checkSameLength(attempt, { groups: truth.groups, ids: rows.ids });
  for (const predictions of memberPredictions(rows, truth)) checkLabelled(attempt, predictions);
}
