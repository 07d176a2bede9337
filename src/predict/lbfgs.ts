/**
 * Minimising a smooth function of many numbers: L-BFGS (Liu and Nocedal, 1989, https://doi.org/10.1007/BF01589116) with the
 * bisecting line search for Wolfe's conditions of Lewis and Overton (2013, https://doi.org/10.1007/s10107-012-0514-2).
 *
 * @module
 */

/** When minimising ends. */
export interface MinimiseOptions {
  /** Largest slope along any coordinate at the end. */
  readonly tolerance?: number;
  /** Steps at most. */
  readonly steps?: number;
  /** Steps that are remembered. */
  readonly memory?: number;
}

/** Where minimising ended. */
export interface Minimum {
  /** The point. */
  readonly point: Float64Array;
  /** The function's value there. */
  readonly value: number;
  /** The largest slope along any coordinate there. */
  readonly slope: number;
  /** Steps taken. */
  readonly steps: number;
}

/** A remembered step, and how the gradient changed along it. */
interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly product: number;
}

/**
 * Minimises a function from a starting point.
 *
 * @param start The starting point; not changed.
 * @param evaluate Gives the value at a point and fills in the gradient.
 * @param options When it ends: at a slope of 1e-6 or after 500 steps, with 10 steps remembered, by default.
 * @returns The lowest point found; its slope tells whether the steps were enough.
 */
export function minimise(
  start: Float64Array,
  evaluate: (point: Float64Array, gradient: Float64Array) => number,
  { tolerance = 1e-6, steps: most = 500, memory = 10 }: MinimiseOptions = {},
): Minimum {
  let point: Float64Array = start.slice(), gradient: Float64Array = new Float64Array(start.length);
  let value = evaluate(point, gradient);
  const pairs: Pair[] = [];
  for (let steps = 0;; steps++) {
    const slope = gradient.reduce((high, g) => Math.max(high, Math.abs(g)), 0);
    if (!(slope > tolerance) || steps === most) return { point, value, slope, steps };
    const direction = directionOf(gradient, pairs);
    const next = search(point, direction, value, gradient, evaluate, pairs.length === 0 ? Math.min(1, 1 / slope) : 1);
    if (!next) return { point, value, slope, steps }; // rounding allows no lower
    const step = next.point.map((x, i) => x - point[i]!), change = next.gradient.map((g, i) => g - gradient[i]!);
    const product = dot(step, change);
    if (product > 0) pairs.push({ step, change, product });
    if (pairs.length > memory) pairs.shift();
    ({ point, gradient, value } = next);
  }
}

/** The way down by the remembered steps' picture of the curvature. */
function directionOf(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((g) => -g), shares = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { step, change, product } = pairs[k]!;
    shares[k] = dot(step, direction) / product;
    addScaled(direction, -shares[k]!, change);
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = last.product / dot(last.change, last.change);
    direction.forEach((d, i) => direction[i] = scale * d);
  }
  pairs.forEach(({ step, change, product }, k) =>
    addScaled(direction, shares[k]! - dot(change, direction) / product, step)
  );
  return direction;
}

/** A point down the direction that lowers the value enough and flattens the slope enough. */
function search(
  start: Float64Array,
  direction: Float64Array,
  value: number,
  gradient: Float64Array,
  evaluate: (point: Float64Array, gradient: Float64Array) => number,
  first: number,
): { point: Float64Array; gradient: Float64Array; value: number } | undefined {
  const slope = dot(gradient, direction);
  if (!(slope < 0)) return;
  let lower: { point: Float64Array; gradient: Float64Array; value: number } | undefined;
  for (let low = 0, high = Infinity, length = first, tries = 0; tries < 60; tries++) {
    const next = { point: start.slice(), gradient: new Float64Array(start.length), value: 0 };
    addScaled(next.point, length, direction);
    next.value = evaluate(next.point, next.gradient);
    if (!(next.value <= value + 1e-4 * length * slope)) high = length;
    else if (dot(next.gradient, direction) < 0.9 * slope) {
      low = length;
      lower = next;
    } else return next;
    length = high < Infinity ? (low + high) / 2 : 2 * low;
  }
  return lower;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(to: Float64Array, scale: number, what: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += scale * what[i]!;
}
