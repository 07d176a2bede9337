/**
 * Shares from the symmetric beta distribution, which mixup and CutMix draw by: a ratio of gamma variates by Marsaglia and
 * Tsang's method (2000, https://doi.org/10.1145/358407.358414).
 *
 * @module
 */
import { randomNormal, type Rng } from "../core/rng.ts";

/**
 * A number from Beta(alpha, alpha), in 0..1.
 *
 * @param alpha Above 0: near 0 almost all numbers lie near 0 or 1, at 1 they are uniform, above 1 they gather about 1/2.
 * @param rng Where it is drawn from.
 */
export function randomBeta(alpha: number, rng: Rng): number {
  const a = logGamma(alpha, rng), b = logGamma(alpha, rng);
  return 1 / (1 + Math.exp(b - a));
}

/** The logarithm of a variate from Gamma(alpha), since for a small alpha the variate itself is often below any float. */
function logGamma(alpha: number, rng: Rng): number {
  if (alpha < 1) return logGamma(alpha + 1, rng) + Math.log(1 - rng()) / alpha;
  const d = alpha - 1 / 3, c = 1 / Math.sqrt(9 * d);
  while (true) {
    const x = randomNormal(rng), v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
