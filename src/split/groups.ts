/**
 * Samples gathered into groups (the photographs of one person), each with its stratum and its place in the order.
 *
 * @module
 */
import { checkLabels, checkSameLength } from "../core/check.ts";
import type { Fold } from "../core/records.ts";

/** How groups are told apart and sorted when they are split. */
export interface GroupOptions {
  /** Where random choices come from; equal seeds give equal splits. */
  readonly seed: number | string;
  /**
   * The stratum of each sample, such as gender and age group in one text; all samples of a group must agree. Without it
   * groups with the same labels, each as often, form a stratum.
   */
  readonly strata?: readonly (string | number)[];
  /**
   * A number for each sample, such as the age in years, by which the groups of a stratum are sorted, so that each part
   * of a split gets its share of every range; all samples of a group must agree. Without it their order is random.
   */
  readonly order?: ArrayLike<number>;
}

/** What is dealt out whole: the samples of a group. */
export interface Group {
  /** Indices of its samples. */
  readonly samples: readonly number[];
  /** What it is balanced by. */
  readonly stratum: string;
  /** Its place among those of its stratum. */
  readonly order: number;
  /** Its labels and how often each stands, by label. */
  readonly pattern: readonly (readonly [label: number, count: number])[];
}

/**
 * Gathers samples into groups, sorted by name, so that a split does not depend on the order of the samples.
 *
 * @param attempt What cannot be done if the columns are at fault.
 * @param labels Class numbers `[N]`.
 * @param groups The group of each sample.
 * @param columns The columns of {@linkcode GroupOptions}.
 * @throws {TypeError} If the lengths differ.
 * @throws {RangeError} If a label is unknown, an order is no number, or a group's samples disagree.
 */
export function gatherGroups(
  attempt: string,
  labels: ArrayLike<number>,
  groups: readonly string[],
  { strata, order }: Pick<GroupOptions, "strata" | "order">,
): Group[] {
  checkSameLength(attempt, { labels, groups, strata, order });
  checkLabels(attempt, "labels", labels);
  const members = Map.groupBy(groups.keys(), (i) => groups[i]!);
  const agreed = <T>(name: string, column: ArrayLike<T> | undefined, group: string, samples: readonly number[]) => {
    const first = column?.[samples[0]!];
    const other = samples.find((i) => column?.[i] !== first);
    if (other === undefined) return first;
    throw new RangeError(
      `Cannot ${attempt} as all samples of a group must agree in ${name}: those of "${group}" have ${first} and ${
        column?.[other]
      }`,
    );
  };
  return [...members.keys()].sort().map((name) => {
    const samples = members.get(name)!;
    const pattern = patternOf(samples, labels);
    const place = order === undefined ? 0 : order[samples[0]!];
    if (!Number.isFinite(place)) {
      throw new RangeError(`Cannot ${attempt} as order must be finite numbers: current value of "${name}" is ${place}`);
    }
    agreed("order", order, name, samples);
    return { samples, stratum: `${agreed("strata", strata, name, samples) ?? keyOf(pattern)}`, order: place!, pattern };
  });
}

function patternOf(samples: readonly number[], labels: ArrayLike<number>): [number, number][] {
  const counts = new Map<number, number>();
  for (const i of samples) counts.set(labels[i]!, (counts.get(labels[i]!) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}

/** A pattern as text that sorts as its labels do. */
function keyOf(pattern: readonly (readonly [number, number])[]): string {
  return pattern.map(([label, count]) => `${`${label}`.padStart(6, "0")}x${count}`).join(" ");
}

/** The fold whose validation part is the marked samples. */
export function foldOf(inValid: Uint8Array): Fold {
  const valid = inValid.reduce((sum, mark) => sum + mark, 0);
  const fold = { train: new Int32Array(inValid.length - valid), valid: new Int32Array(valid) };
  let t = 0, v = 0;
  for (let i = 0; i < inValid.length; i++) {
    if (inValid[i]) fold.valid[v++] = i;
    else fold.train[t++] = i;
  }
  return fold;
}
