import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomNormal, type Rng } from "../../src/core/rng.ts";
import { fitLikeness } from "../../src/explore/likeness.ts";
import { cholesky, eigenpairs, solveLower } from "../../src/explore/symmetric.ts";
import { between, printedRng } from "../random.ts";
import reference from "../reference/likeness.json" with { type: "json" };

const personsOf = (groups: readonly number[]) =>
  [...Map.groupBy(groups.keys(), (i) => groups[i]!).values()] as readonly (readonly number[])[];

/** Features of persons with one to four images, whose ways of straying are mixed. */
function randomFeatures(rng: Rng, width: number) {
  const persons: number[][] = [], features: number[] = [];
  const mix = Array.from({ length: width * width }, () => randomNormal(rng));
  for (let p = 0; p < 60; p++) {
    const own = Array.from({ length: width }, (_, d) => randomNormal(rng) * (d < width / 2 ? 3 : 0.1));
    persons.push(Array.from({ length: between(rng, 1, 4) }, () => {
      const raw = own.map((value) => value + randomNormal(rng));
      features.push(...raw.map((_, d) => raw.reduce((sum, value, k) => sum + value * mix[d * width + k]!, 0)));
      return features.length / width - 1;
    }));
  }
  return { persons, features: Float32Array.from(features) };
}

Deno.test("fitLikeness() agrees with full normal densities", () => {
  const score = fitLikeness(Float32Array.from(reference.features), personsOf(reference.groups));
  for (const [a, b, expected] of reference.pairs) {
    assertAlmostEquals(score(a!, b!), expected!, 1e-6 * Math.abs(expected!) + 1e-6, `${a} and ${b}`);
  }
});

Deno.test("fitLikeness() is symmetric, and the same whatever the features' unit and zero", () => {
  const rng = printedRng(), { persons, features } = randomFeatures(rng, between(rng, 3, 20));
  const score = fitLikeness(features, persons), moved = fitLikeness(features.map((x) => 100 - 7 * x), persons);
  for (let round = 0; round < 50; round++) {
    const [a, b] = [between(rng, 0, 59), between(rng, 0, 59)];
    assertAlmostEquals(score(a, b), score(b, a), 1e-9);
    assertAlmostEquals(moved(a, b), score(a, b), 1e-3 * (1 + Math.abs(score(a, b)))); // features have 24 bits
  }
});

Deno.test("fitLikeness() tells half a person's images from another's, in features wide and narrow", () => {
  const rng = printedRng();
  for (const width of [between(rng, 8, 30), 300]) {
    const { persons, features } = randomFeatures(rng, width);
    const halves = persons.flatMap((images) => images.length < 4 ? [] : [[images.slice(0, 2), images.slice(2)]]);
    const others = persons.filter(({ length }) => length < 4);
    const all = [...halves.flat(), ...others], score = fitLikeness(features, all);
    const first = halves.filter((_, h) => {
      const rest = [...all.keys()].filter((p) => p >> 1 !== h).map((p) => score(2 * h, p));
      return score(2 * h, 2 * h + 1) > Math.max(...rest);
    });
    assert(first.length >= 0.8 * halves.length, `${width} wide: ${first.length} of ${halves.length}`); // chance: 1 in 70
  }
});

Deno.test("fitLikeness() leaves out images without features, and refuses persons of one image each", () => {
  const rng = printedRng(), width = 5, { persons, features } = randomFeatures(rng, width);
  const [gone] = persons, holes = features.slice();
  for (const i of gone!) holes.fill(NaN, i * width, (i + 1) * width);
  const score = fitLikeness(holes, persons);
  assertEquals([score(0, 3), score(3, 0)], [NaN, NaN]);
  assert(Number.isFinite(score(2, 3)));
  const single = Array.from({ length: features.length / width }, (_, i) => [i]);
  assertThrows(() => fitLikeness(features, single), RangeError, "some must have several images");
});

Deno.test("eigenpairs() gives unit vectors that the matrix stretches by their values, the largest first", () => {
  const rng = printedRng(), size = between(rng, 2, 40);
  const half = Array.from({ length: size * size }, () => randomNormal(rng));
  const matrix = Float64Array.from(half, (_, at) => half[at]! + half[at % size * size + Math.floor(at / size)]!);
  const pairs = eigenpairs(matrix, size);
  for (const [k, { value, vector }] of pairs.entries()) {
    assert(k === 0 || value <= pairs[k - 1]!.value);
    assertAlmostEquals(Math.hypot(...vector), 1, 1e-9);
    for (let i = 0; i < size; i++) {
      const stretched = vector.reduce((sum, x, j) => sum + matrix[i * size + j]! * x, 0);
      assertAlmostEquals(stretched, value * vector[i]!, 1e-8);
    }
  }
});

Deno.test("cholesky() and solveLower() take a matrix apart and solve with it", () => {
  const rng = printedRng(), size = between(rng, 1, 30);
  const lower = Float64Array.from({ length: size * size }, (_, at) => {
    const i = Math.floor(at / size), j = at % size;
    return i === j ? 1 + rng() : i > j ? randomNormal(rng) / size : 0;
  });
  const matrix = lower.map((_, at) => {
    const i = Math.floor(at / size), j = at % size;
    let sum = 0;
    for (let k = 0; k < size; k++) sum += lower[i * size + k]! * lower[j * size + k]!;
    return sum;
  });
  cholesky(matrix, size).forEach((value, at) => assertAlmostEquals(value, lower[at]!, 1e-10));
  const x = Array.from({ length: size }, () => randomNormal(rng));
  const vector = Float64Array.from(x, (_, i) => x.reduce((sum, value, j) => sum + lower[i * size + j]! * value, 0));
  solveLower(lower, vector);
  x.forEach((value, i) => assertAlmostEquals(vector[i]!, value, 1e-9));
});
