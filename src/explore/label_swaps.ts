/**
 * Images of one person whose labels are swapped: each is recorded as what the other one shows.
 *
 * @module
 */

/** What is known of the images of a data set, as far as one attribute goes. */
export interface ImageEvidence {
  /** Logarithms of probabilities `[N, L]`, in nats. */
  readonly logs: Float64Array;
  /** Number of levels, L. */
  readonly levels: number;
  /** Recorded levels `[N]`. */
  readonly recorded: Int32Array;
}

/** Two images, by their places, that fit their labels better when these are exchanged. */
export interface Swap {
  /** The first image. */
  readonly a: number;
  /** The second one. */
  readonly b: number;
  /** Mean of the two images' log odds of the other's label to their own, in nats. */
  readonly margin: number;
}

/** Share of the persons that must have as many images of each level as the others for the numbers to be a rule. */
const RULE = 0.9;

/**
 * How many images of each level a person has, where that is the same for nearly all persons (five, one and one, say): a
 * single label can then not be wrong, as it would break the rule.
 *
 * @param recorded Recorded levels `[N]`.
 * @param groups Images of each person.
 * @returns Persons for whom the rule holds; nobody where there is no such rule, or a person's images are all of one level.
 */
export function ruledGroups(recorded: Int32Array, groups: readonly (readonly number[])[]): Set<number> {
  const keys = groups.map((images) => images.map((i) => recorded[i]!).toSorted((a, b) => a - b).join(" "));
  const sorted = [...Map.groupBy(keys.keys(), (g) => keys[g]!)].toSorted(([, p], [, q]) => q.length - p.length);
  const [key, members] = sorted[0] ?? ["", []];
  const isRule = members.length >= RULE * groups.length && members.length > 1 && new Set(key.split(" ")).size > 1;
  return new Set(isRule ? members : []);
}

/**
 * Finds swapped labels among a person's images, the likeliest first; no image is in two swaps.
 *
 * @param evidence All images.
 * @param images Those of the person.
 * @param ruled Whether single labels cannot be wrong. Then the two images together must speak for the exchange, else each of
 * them must.
 */
export function findSwaps(
  { logs, levels, recorded }: ImageEvidence,
  images: readonly number[],
  ruled: boolean,
): Swap[] {
  const odds = (i: number, level: number) => logs[i * levels + level]! - logs[i * levels + recorded[i]!]!;
  const found = images.flatMap((a, k) =>
    images.slice(k + 1).flatMap((b): Swap[] => {
      if (recorded[a] === recorded[b]) return [];
      const [forA, forB] = [odds(a, recorded[b]!), odds(b, recorded[a]!)];
      const fits = ruled ? forA + forB > 0 : forA > 0 && forB > 0;
      return fits ? [{ a, b, margin: (forA + forB) / 2 }] : [];
    })
  ).toSorted((p, q) => q.margin - p.margin);
  const taken = new Set<number>();
  return found.filter(({ a, b }) => {
    if (taken.has(a) || taken.has(b)) return false;
    taken.add(a).add(b);
    return true;
  });
}
