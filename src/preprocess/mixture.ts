/**
 * Gaussian mixtures of colours, fitted to weighted pixels by expectation and maximisation. Deviations are per axis, since the
 * axes (luma and two colour differences) are nearly uncorrelated within a surface.
 *
 * @module
 */

/** Components of a mixture, as many as in GrabCut. */
const COMPONENTS = 5;

/** The least variance of a component, in squared levels: grain and rounding. */
const LEAST = 9;

/** What a mixture is: for each component its share and, by axis, mean and inverse variance; and the log of its height. */
export interface Mixture {
  readonly shares: Float64Array;
  readonly means: Float64Array;
  readonly inverses: Float64Array;
  readonly heights: Float64Array;
}

/**
 * A mixture to begin with: pixels dealt by luma into five parts of equal weight.
 *
 * @param colours Luma and colour differences, three for each of P pixels.
 * @param weights How much each pixel counts, 0..1, `[P]`.
 */
export function startMixture(colours: Float32Array, weights: Float32Array): Mixture {
  const bins = new Float64Array(256);
  let total = 0;
  for (let p = 0; p < weights.length; p++) {
    bins[binOf(colours[3 * p]!)]! += weights[p]!;
    total += weights[p]!;
  }
  const part = new Uint8Array(256);
  for (let bin = 0, sum = 0; bin < 256; bin++) {
    part[bin] = Math.min(COMPONENTS - 1, Math.floor(COMPONENTS * sum / Math.max(total, 1e-9)));
    sum += bins[bin]!;
  }
  return maximise(colours, (p, add) => add(part[binOf(colours[3 * p]!)]!, weights[p]!), weights.length);
}

/** One step of expectation and maximisation. */
export function refitMixture(mixture: Mixture, colours: Float32Array, weights: Float32Array): Mixture {
  const parts = new Float64Array(COMPONENTS);
  return maximise(colours, (p, add) => {
    const weight = weights[p]!;
    if (p % 2 === 0 || weight < 0.02) return; // every other pixel will do, and most are wholly on the other side
    const sum = densities(mixture, colours, p, parts);
    for (let c = 0; c < COMPONENTS; c++) add(c, weight * parts[c]! / sum);
  }, weights.length);
}

/**
 * The log density of each pixel's colour.
 *
 * @param out Filled, `[P]`, in nats.
 */
export function fillLogDensities(mixture: Mixture, colours: Float32Array, out: Float32Array): void {
  const parts = new Float64Array(COMPONENTS);
  for (let p = 0; p < out.length; p++) out[p] = Math.log(densities(mixture, colours, p, parts));
}

function binOf(luma: number): number {
  return Math.min(255, Math.max(0, luma | 0));
}

/** Fills each component's density at a pixel and returns their sum, which is never 0. */
function densities(
  { means, inverses, heights }: Mixture,
  colours: Float32Array,
  p: number,
  parts: Float64Array,
): number {
  const a = colours[3 * p]!, b = colours[3 * p + 1]!, d = colours[3 * p + 2]!;
  let sum = 1e-30;
  for (let c = 0, i = 0; c < COMPONENTS; c++, i += 3) {
    const x = a - means[i]!, y = b - means[i + 1]!, z = d - means[i + 2]!;
    const far = x * x * inverses[i]! + y * y * inverses[i + 1]! + z * z * inverses[i + 2]!;
    sum += parts[c] = far < 80 ? Math.exp(heights[c]! - 0.5 * far) : 0;
  }
  return sum;
}

/** The mixture of pixels dealt to components. */
function maximise(
  colours: Float32Array,
  deal: (p: number, add: (component: number, weight: number) => void) => void,
  count: number,
): Mixture {
  const shares = new Float64Array(COMPONENTS);
  const means = new Float64Array(3 * COMPONENTS), squares = new Float64Array(3 * COMPONENTS);
  let at = 0, total = 0;
  const add = (component: number, weight: number) => {
    shares[component]! += weight;
    total += weight;
    for (let axis = 0, i = 3 * component; axis < 3; axis++, i++) {
      const value = colours[at + axis]!;
      means[i]! += weight * value;
      squares[i]! += weight * value * value;
    }
  };
  for (let p = 0; p < count; p++, at += 3) deal(p, add);
  const inverses = new Float64Array(3 * COMPONENTS), heights = new Float64Array(COMPONENTS);
  for (let c = 0; c < COMPONENTS; c++) {
    const weight = Math.max(shares[c]!, 1e-6);
    let logs = 0;
    for (let i = 3 * c; i < 3 * c + 3; i++) {
      means[i]! /= weight;
      const variance = Math.max(squares[i]! / weight - means[i]! ** 2, LEAST);
      inverses[i] = 1 / variance;
      logs += Math.log(variance);
    }
    shares[c] = weight / Math.max(total, 1e-6);
    heights[c] = Math.log(shares[c]!) - 0.5 * logs - 1.5 * Math.log(2 * Math.PI);
  }
  return { shares, means, inverses, heights };
}
