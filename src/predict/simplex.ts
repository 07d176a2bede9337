/**
 * The weights of an arithmetic mean with the least log loss. The loss is convex in the weights; it is lowered by sequential
 * quadratic programming on the simplex (Kim et al., 2020, https://arxiv.org/abs/1806.01412) until the Frank-Wolfe gap, which
 * bounds how far the loss is above the least one, is as small as asked (Jaggi, 2013,
 * https://proceedings.mlr.press/v28/jaggi13.html).
 *
 * @module
 */

/** When the weights are good enough. */
export interface SimplexOptions {
  /** Nats by which the loss may be above the least one. */
  readonly gap: number;
  /** Newton steps at most. */
  readonly steps: number;
}

/** Weights, and how far they may be from the best. */
export interface SimplexWeights {
  /** A weight for each member, at least 0, summing to 1. */
  readonly weights: Float64Array;
  /** Mean negative log of the mean's probability, in nats. */
  readonly loss: number;
  /** Nats by which the loss is above the least one, at most. */
  readonly gap: number;
  /** Newton steps taken. */
  readonly steps: number;
}

/**
 * Finds the weights with the least mean of `-log(sum of weight * probability)`.
 *
 * @param own Probabilities of the true classes by L rows and M members `[L, M]`, above 0.
 * @param members M.
 * @param options When to stop.
 * @returns The weights; their gap tells whether the steps were enough.
 */
export function fitSimplex(
  own: Float32Array,
  members: number,
  { gap: wanted, steps: most }: SimplexOptions,
): SimplexWeights {
  let weights: Float64Array = new Float64Array(members).fill(1 / members);
  for (let step = 0;; step++) {
    const { gradient, hessian, loss } = derivatives(own, weights);
    const gap = Math.max(0, Math.max(...gradient.map((g) => -g)) - 1); // the weights' mean of the gradient is -1
    if (gap <= wanted || step === most) return { weights, loss, gap, steps: step };
    const target = solveQuadratic(weights, gradient, hessian);
    const next = descend(own, weights, target, gradient, loss);
    if (!next) return { weights, loss, gap, steps: step }; // rounding allows no better
    weights = next;
  }
}

/** The loss, its gradient `[M]` and its second derivatives `[M, M]`. */
function derivatives(own: Float32Array, weights: Float64Array) {
  const members = weights.length, rows = own.length / members;
  const gradient = new Float64Array(members), hessian = new Float64Array(members * members);
  const ratios = new Float64Array(members);
  let loss = 0;
  for (let i = 0, from = 0; i < rows; i++, from += members) {
    let mean = 0;
    for (let m = 0; m < members; m++) mean += weights[m]! * own[from + m]!;
    loss -= Math.log(mean);
    for (let m = 0; m < members; m++) {
      const ratio = own[from + m]! / mean;
      ratios[m] = ratio;
      gradient[m]! -= ratio;
      for (let k = 0, to = m * members; k <= m; k++, to++) hessian[to]! += ratio * ratios[k]!;
    }
  }
  for (let m = 0; m < members; m++) {
    gradient[m]! /= rows;
    for (let k = 0; k <= m; k++) hessian[m * members + k] = hessian[k * members + m] = hessian[m * members + k]! / rows;
  }
  return { gradient, hessian, loss: loss / rows };
}

/** Exchanges of weight between two members in a quadratic model, at most, for each member. */
const EXCHANGES = 200;

/**
 * The weights with the least value of the quadratic model: weight goes from the member that gains most by losing it to the
 * one that gains most by having it, until no exchange helps.
 */
function solveQuadratic(start: Float64Array, gradient: Float64Array, hessian: Float64Array): Float64Array {
  const members = start.length, weights = start.slice(), slope = gradient.slice();
  for (let exchange = 0; exchange < EXCHANGES * members; exchange++) {
    let to = 0, from = -1;
    for (let m = 0; m < members; m++) {
      if (slope[m]! < slope[to]!) to = m;
      if (weights[m]! > 0 && (from < 0 || slope[m]! > slope[from]!)) from = m;
    }
    const drop = slope[from]! - slope[to]!;
    if (drop <= 1e-13) break;
    const bend = hessian[to * members + to]! + hessian[from * members + from]! - 2 * hessian[to * members + from]!;
    const amount = Math.min(weights[from]!, bend > 0 ? drop / bend : Infinity);
    if (amount === 0) break;
    weights[to]! += amount;
    weights[from] = amount === weights[from]! ? 0 : weights[from]! - amount;
    for (let m = 0; m < members; m++) {
      slope[m]! += amount * (hessian[m * members + to]! - hessian[m * members + from]!);
    }
  }
  return weights;
}

/** A point between the weights and the target that lowers the loss enough (Armijo's rule), summing to 1. */
function descend(
  own: Float32Array,
  weights: Float64Array,
  target: Float64Array,
  gradient: Float64Array,
  loss: number,
): Float64Array | undefined {
  const promised = gradient.reduce((sum, g, m) => sum + g * (target[m]! - weights[m]!), 0);
  for (let length = 1; length > 1e-6; length /= 2) {
    const point = weights.map((weight, m) => (1 - length) * weight + length * target[m]!);
    const sum = point.reduce((a, b) => a + b, 0);
    point.forEach((weight, m) => point[m] = weight / sum);
    if (lossAt(own, point) <= loss + 1e-4 * length * promised) return point;
  }
}

function lossAt(own: Float32Array, weights: Float64Array): number {
  const members = weights.length, rows = own.length / members;
  let loss = 0;
  for (let i = 0, from = 0; i < rows; i++, from += members) {
    let mean = 0;
    for (let m = 0; m < members; m++) mean += weights[m]! * own[from + m]!;
    loss -= Math.log(mean);
  }
  return loss / rows;
}
