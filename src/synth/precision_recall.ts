/**
 * Precision and recall of generated images, and density and coverage: how many of them lie where real ones lie, and how many
 * of the real ones they reach. Kynkäänniemi et al., 2019, https://arxiv.org/abs/1904.06991; Naeem et al., 2020,
 * https://arxiv.org/abs/2002.09797
 *
 * @module
 */
import { checkInteger } from "../core/check.ts";
import { countRows } from "./frechet.ts";

/** A set of features with a ball around each row that reaches to its k-th nearest neighbour in the set. */
export interface Manifold {
  /** `[N, D]`. */
  readonly features: Float32Array;
  /** D. */
  readonly dims: number;
  /** k. */
  readonly neighbours: number;
  /** Squared radii `[N]`. */
  readonly radii: Float64Array;
}

/** How two sets of features cover each other. */
export interface Coverage {
  /** Share of the generated rows that lie in a real row's ball, 0..1. */
  readonly precision: number;
  /** Share of the real rows that lie in a generated row's ball, 0..1. */
  readonly recall: number;
  /** Real balls that a generated row lies in, in the mean, divided by k; 1 is usual for real rows, and more is possible. */
  readonly density: number;
  /** Share of the real rows whose balls hold a generated row, 0..1. */
  readonly coverage: number;
}

/**
 * Measures the balls of a set.
 *
 * @param features `[N, D]`.
 * @param options D, and k: 3 unless given, as in the first paper.
 * @throws {RangeError} If there are not more rows than neighbours.
 */
export function manifoldOf(
  features: Float32Array,
  { dims, neighbours = 3 }: { readonly dims: number; readonly neighbours?: number },
): Manifold {
  const count = countRows("measure neighbours", features, dims);
  checkInteger("measure neighbours", "neighbours", neighbours, { min: 1, max: count - 1 });
  const nearest = new Float64Array(count * neighbours).fill(Infinity); // of each row the k least, ascending
  const insert = (row: number, value: number) => {
    let at = (row + 1) * neighbours - 1;
    if (value >= nearest[at]!) return;
    for (; at > row * neighbours && nearest[at - 1]! > value; at--) nearest[at] = nearest[at - 1]!;
    nearest[at] = value;
  };
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const squared = squaredDistance(features, i, features, j, dims);
      insert(i, squared);
      insert(j, squared);
    }
  }
  const radii = Float64Array.from({ length: count }, (_, i) => nearest[(i + 1) * neighbours - 1]!);
  return { features, dims, neighbours, radii };
}

/**
 * Compares generated features with real ones. All figures depend on how many rows there are: compare only those of equal sets.
 *
 * @example
 * ```ts
 * import { manifoldOf, precisionRecall } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const real = manifoldOf(Float32Array.of(0, 1, 2, 10, 11, 12), { dims: 1, neighbours: 1 });
 * const half = manifoldOf(Float32Array.of(0.1, 1.1, 2.1), { dims: 1, neighbours: 1 });
 * const { precision, recall } = precisionRecall(half, real);
 * assertEquals([precision, recall], [1, 0.5]);
 * ```
 *
 * @param generated What is judged.
 * @param real What it is compared with.
 * @throws {TypeError} If rows are of different length.
 */
export function precisionRecall(generated: Manifold, real: Manifold): Coverage {
  const { dims, neighbours } = real, made = generated.radii.length, there = real.radii.length;
  if (generated.dims !== dims) {
    throw new TypeError(
      `Cannot take precision and recall as both sets must have features of one length: current lengths are ${generated.dims} and ${dims}`,
    );
  }
  const isIn = new Uint8Array(made), isReached = new Uint8Array(there), isHeld = new Uint8Array(there);
  let balls = 0;
  for (let i = 0; i < made; i++) {
    for (let j = 0; j < there; j++) {
      const squared = squaredDistance(generated.features, i, real.features, j, dims);
      if (squared <= real.radii[j]!) {
        isIn[i] = isHeld[j] = 1;
        balls++;
      }
      if (squared <= generated.radii[i]!) isReached[j] = 1;
    }
  }
  const share = (marks: Uint8Array) => marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
  return {
    precision: share(isIn),
    recall: share(isReached),
    density: balls / (neighbours * made),
    coverage: share(isHeld),
  };
}

/** The squared distance of row i of one set to row j of another. */
function squaredDistance(a: Float32Array, i: number, b: Float32Array, j: number, dims: number): number {
  let sum = 0;
  for (let d = 0, x = i * dims, y = j * dims; d < dims; d++) sum += (a[x++]! - b[y++]!) ** 2;
  return sum;
}
