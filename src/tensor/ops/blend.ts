/**
 * Weighted sums in place: plain gradient descent and running averages.
 *
 * @module
 */
import { type Blend, ownOps } from "../own.ts";
import * as tf from "../tf.ts";

export type { Blend };

/**
 * Makes each target `keep * target + take * source`.
 *
 * @param blends Variables, what is added to them, and the factors.
 */
export function blend(blends: readonly Blend[]): void {
  const own = ownOps().blend;
  if (own) return own(blends);
  for (const { target, source, keep, take } of blends) {
    tf.tidy(() => {
      const taken = take === 1 ? source : tf.mul(source, take);
      target.assign(keep === 0 ? taken : tf.add(keep === 1 ? target : tf.mul(target, keep), taken));
    });
  }
}
