/**
 * How much the features of two persons' images speak for one person, by the two-covariance model: images stray about their
 * person by one normal distribution, persons about the mean of all by another. Ioffe, "Probabilistic linear discriminant
 * analysis", 2006, https://doi.org/10.1007/11744085_41; Brümmer and de Villiers, "The speaker partitioning problem", 2010,
 * https://www.isca-archive.org/odyssey_2010/brummer10_odyssey.html
 *
 * @module
 */
import { seededRng } from "../core/rng.ts";
import { cholesky, eigenpairs, solveLower } from "./symmetric.ts";

/** Numbers an image that are worked with; wider features are projected to so many random directions. */
const WIDTH = 192;

/** Directions that persons are told apart by, at most: a departure, as all others hold little but chance. */
const DIRECTIONS = 40;

/** Persons a direction, at least. */
const PERSONS = 3;

/** Share of the mean variance that is added to each, so that few images do not make a direction seem still. */
const RIDGE = 0.01;

/** What a person is described by: coordinates in which images stray by 1, and the number of images. */
interface Person {
  readonly at: Float64Array;
  readonly images: number;
}

/** What a pair's score is made of, for persons with so many images. */
interface Weights {
  readonly own: Float64Array;
  readonly other: Float64Array;
  readonly both: Float64Array;
  readonly constant: number;
}

/**
 * Learns from all images how alike those of one person are, and how unlike persons are.
 *
 * @param features N rows of D numbers, `[N, D]`; rows whose first number is not a number are left out.
 * @param persons The images of each person, by their place; some persons must have several.
 * @returns The score of two persons, by their place: the logarithm of how much more likely their features are of one person than
 * of two, in nats; not a number where one has no image.
 * @throws {RangeError} If no person has several images.
 */
export function fitLikeness(
  features: Float32Array,
  persons: readonly (readonly number[])[],
): (a: number, b: number) => number {
  const count = persons.reduce((sum, { length }) => sum + length, 0);
  const { rows, width } = project(features, features.length / count);
  const known = persons.map((images) => images.filter((i) => !Number.isNaN(rows[i * width])));
  const seen = known.reduce((sum, { length }) => sum + length, 0), present = known.filter(({ length }) => length > 0);
  if (seen === present.length) {
    throw new RangeError("Cannot compare persons by features as some must have several images: nobody has");
  }
  const means = known.map((images) => images.length > 0 ? meanOf(rows, width, images) : undefined);
  const factor = cholesky(within(rows, width, { known, means, freedom: seen - present.length }), width);
  const middle = centre(means.filter((mean) => mean !== undefined));
  const whitened = means.map((mean) => mean?.map((value, d) => value - middle[d]!));
  for (const vector of whitened) if (vector) solveLower(factor, vector);
  const noise = present.reduce((sum, { length }) => sum + 1 / length, 0) / present.length;
  const most = Math.max(1, Math.min(DIRECTIONS, Math.floor(present.length / PERSONS)));
  const kept = eigenpairs(covariance(whitened.filter((vector) => vector !== undefined), width), width)
    .slice(0, most).filter(({ value }, k) => value > noise || k === 0);
  const between = kept.map(({ value }) => Math.max(value - noise, 1e-6));
  const described = whitened.map((vector, p): Person | undefined =>
    vector && { at: Float64Array.from(kept, (pair) => dot(pair.vector, vector)), images: known[p]!.length }
  );
  return scorer(described, between);
}

function scorer(
  persons: readonly (Person | undefined)[],
  between: readonly number[],
): (a: number, b: number) => number {
  const tables = new Map<number, Weights>();
  const tableOf = (m: number, n: number): Weights => {
    const key = m * 65536 + n, found = tables.get(key);
    if (found) return found;
    const made = weights(m, n, between);
    tables.set(key, made);
    return made;
  };
  return (a, b) => {
    const p = persons[a], q = persons[b];
    if (!p || !q) return NaN;
    const { own, other, both, constant } = tableOf(p.images, q.images), x = p.at, y = q.at;
    let score = constant;
    for (let k = 0; k < x.length; k++) {
      score += own[k]! * x[k]! * x[k]! + other[k]! * y[k]! * y[k]! + both[k]! * x[k]! * y[k]!;
    }
    return score;
  };
}

/** The log odds of two means of m and n images as a quadratic form, direction by direction. */
function weights(m: number, n: number, between: readonly number[]): Weights {
  const own = new Float64Array(between.length), other = own.slice(), both = own.slice();
  let constant = 0;
  between.forEach((b, k) => { // of one person the means vary together by b, and each by b and its images' own mean
    const s = b + 1 / m, t = b + 1 / n, det = s * t - b * b;
    own[k] = -0.5 * (t / det - 1 / s);
    other[k] = -0.5 * (s / det - 1 / t);
    both[k] = b / det;
    constant -= 0.5 * Math.log(det / (s * t));
  });
  return { own, other, both, constant };
}

/** Features as they are, or in random directions, which keep distances nearly: Johnson and Lindenstrauss's lemma. */
function project(features: Float32Array, width: number): { readonly rows: Float32Array; readonly width: number } {
  if (width <= WIDTH) return { rows: features, width };
  const rng = seededRng("directions"), signs = Int8Array.from({ length: width * WIDTH }, () => rng() < 0.5 ? -1 : 1);
  const n = features.length / width, rows = new Float32Array(n * WIDTH);
  for (let i = 0; i < n; i++) {
    const row = rows.subarray(i * WIDTH, (i + 1) * WIDTH);
    for (let d = 0; d < width; d++) {
      const value = features[i * width + d]!;
      for (let k = 0, at = d * WIDTH; k < WIDTH; k++, at++) row[k]! += value * signs[at]!;
    }
  }
  return { rows, width: WIDTH };
}

function meanOf(rows: Float32Array, width: number, images: readonly number[]): Float64Array {
  const mean = new Float64Array(width);
  for (const i of images) for (let d = 0; d < width; d++) mean[d]! += rows[i * width + d]! / images.length;
  return mean;
}

function centre(vectors: readonly Float64Array[]): Float64Array {
  const middle = new Float64Array(vectors[0]!.length);
  for (const vector of vectors) for (let d = 0; d < middle.length; d++) middle[d]! += vector[d]! / vectors.length;
  return middle;
}

/** The covariance of images about their person's mean, with a ridge. */
function within(
  rows: Float32Array,
  width: number,
  { known, means, freedom }: {
    readonly known: readonly (readonly number[])[];
    readonly means: readonly (Float64Array | undefined)[];
    readonly freedom: number;
  },
): Float64Array {
  const sums = new Float64Array(width * width), from = new Float64Array(width);
  known.forEach((images, p) => {
    for (const i of images) {
      for (let d = 0; d < width; d++) from[d] = rows[i * width + d]! - means[p]![d]!;
      addOuter(sums, from);
    }
  });
  const matrix = mirrored(sums, width, 1 / freedom);
  let trace = 0;
  for (let d = 0; d < width; d++) trace += matrix[d * width + d]!;
  const least = RIDGE * trace / width || 1;
  for (let d = 0; d < width; d++) matrix[d * width + d]! += least;
  return matrix;
}

/** The covariance of vectors about zero. */
function covariance(vectors: readonly Float64Array[], width: number): Float64Array {
  const sums = new Float64Array(width * width);
  for (const vector of vectors) addOuter(sums, vector);
  return mirrored(sums, width, 1 / vectors.length);
}

/** Adds a vector's products with itself, on and below the diagonal. */
function addOuter(sums: Float64Array, vector: Float64Array): void {
  const width = vector.length;
  for (let i = 0; i < width; i++) {
    const value = vector[i]!;
    for (let j = 0, at = i * width; j <= i; j++, at++) sums[at]! += value * vector[j]!;
  }
}

/** Fills in what is above the diagonal. */
function mirrored(sums: Float64Array, width: number, factor: number): Float64Array {
  return Float64Array.from(sums, (_, at) => {
    const i = Math.floor(at / width), j = at % width;
    return factor * sums[i >= j ? at : j * width + i]!;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
