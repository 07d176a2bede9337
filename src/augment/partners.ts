/**
 * Who is mixed with whom.
 *
 * @module
 */
import { randomInt, type Rng, shuffled } from "../core/rng.ts";

/** Whom an image may be mixed with: one of its own class, anyone, or one of another class. */
export type Within = "class" | "any" | "between";

/**
 * Draws a partner for every image of a batch; one that has none is its own.
 *
 * Among all, or within a class, partners are the next along a random circle: each image gives as often as it takes, and is
 * its own partner only where it is alone. Between classes every partner is drawn for itself.
 *
 * @param labels Class numbers, B of them.
 * @param within Who may be whose partner.
 * @param rng Where they are drawn from.
 * @returns Indices into the batch `[B]`.
 */
export function drawPartners(labels: ArrayLike<number>, within: Within, rng: Rng): Int32Array {
  const partners = Int32Array.from(labels, (_, i) => i), all = [...partners];
  if (within === "between") {
    for (const i of all) {
      const others = all.filter((k) => labels[k] !== labels[i]);
      if (others.length > 0) partners[i] = others[randomInt(rng, others.length)]!;
    }
    return partners;
  }
  const circles = within === "any" ? [all] : Map.groupBy(all, (i) => labels[i]!).values();
  for (const circle of circles) {
    const order = shuffled(circle, rng);
    order.forEach((i, k) => partners[i] = order[(k + 1) % order.length]!);
  }
  return partners;
}
