import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomNormal } from "../../src/core/rng.ts";
import { symmetricEigenvalues } from "../../src/synth/eigenvalues.ts";
import { frechetDistance, gaussianOf, manifoldOf, precisionRecall } from "../../src/synth/mod.ts";
import { between, printedRng } from "../random.ts";
import reference from "../reference/image_quality.json" with { type: "json" };

const rng = printedRng();

const normals = (length: number, scale = 1) => Float32Array.from({ length }, () => scale * randomNormal(rng));

const largest = (values: ArrayLike<number>) => Array.from(values).reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** A symmetric matrix of given eigenvalues: their diagonal, reflected a few times. */
function withEigenvalues(values: readonly number[]): Float64Array {
  const side = values.length;
  const matrix = Float64Array.from(
    { length: side * side },
    (_, at) => at % (side + 1) === 0 ? values[at / (side + 1)]! : 0,
  );
  for (let times = 0; times < 3; times++) {
    const v = normals(side), squares = v.reduce((sum, x) => sum + x * x, 0);
    for (const step of [1, side]) { // rows, then columns
      for (let line = 0; line < side; line++) {
        const at = (d: number) => line * (step === 1 ? side : 1) + d * step;
        const along = v.reduce((sum, x, d) => sum + x * matrix[at(d)]!, 0) * 2 / squares;
        v.forEach((x, d) => matrix[at(d)]! -= along * x);
      }
    }
  }
  return matrix;
}

const SPECTRA: Readonly<Record<string, () => number[]>> = {
  "random ones": () => Array.from({ length: between(rng, 2, 70) }, () => randomNormal(rng)),
  "one": () => [-3],
  "two": () => [2, -5],
  "zeros": () => [0, 0, 0, 0],
  "equal ones": () => Array<number>(9).fill(2),
  "many zeros": () => Array.from({ length: 31 }, (_, i) => i < 4 ? 1 + rng() : 0),
  "very different sizes": () => Array.from({ length: 12 }, (_, i) => 10 ** (i - 6)),
};

for (const [name, make] of Object.entries(SPECTRA)) {
  Deno.test(`symmetricEigenvalues() finds ${name}`, () => {
    const values = make(), side = values.length, found = symmetricEigenvalues(withEigenvalues(values), { side });
    const tolerance = 1e-14 * side * Math.max(1e-300, largest(values)); // a few roundings of the largest
    const sorted = [...values].sort((a, b) => a - b);
    found.sort().forEach((x, i) => assertAlmostEquals(x, sorted[i]!, tolerance));
  });
}

Deno.test("symmetricEigenvalues() takes a diagonal, and reads the lower triangle alone", () => {
  assertEquals([...symmetricEigenvalues([3, 0, 0, 0, -1, 0, 0, 0, 2], { side: 3 })].sort(), [-1, 2, 3]);
  const found = symmetricEigenvalues([2, NaN, 1, 2], { side: 2 }).sort();
  assertAlmostEquals(found[0]!, 1, 1e-14);
  assertAlmostEquals(found[1]!, 3, 1e-14);
});

Deno.test("symmetricEigenvalues() refuses numbers that are not finite, and another size", () => {
  assertThrows(() => symmetricEigenvalues([1, NaN, NaN, 1], { side: 2 }), TypeError, "must be finite");
  assertThrows(() => symmetricEigenvalues([1, 2, 3], { side: 2 }), TypeError, "must be 2 x 2: it has 3");
});

Deno.test("frechetDistance() agrees with SciPy, fewer rows than features included", () => {
  for (const { a, b, dims, frechet } of reference.cases) {
    const [made, real] = [a, b].map((rows) => gaussianOf(rows, { dims }));
    assertAlmostEquals(frechetDistance(made!, real!), frechet, 1e-6 * frechet); // roots of zeros: SciPy is off by 1e-8
  }
});

Deno.test("frechetDistance() is 0 to itself, symmetric, and does not depend on the rows' order", () => {
  const dims = between(rng, 2, 40), count = between(rng, 2, 60);
  const rows = normals(count * dims), others = normals((count + 3) * dims, 2);
  const [one, other] = [gaussianOf(rows, { dims }), gaussianOf(others, { dims })];
  const turned = Float32Array.from(rows, (_, at) => rows[(count - 1 - Math.floor(at / dims)) * dims + at % dims]!);
  const scale = frechetDistance(one, other);
  assert(scale > 1, "they differ");
  assertAlmostEquals(frechetDistance(one, one), 0, 1e-6 * dims); // square roots of rounded zeros
  assertAlmostEquals(frechetDistance(other, one), scale, 1e-6 * scale);
  assertAlmostEquals(frechetDistance(gaussianOf(turned, { dims }), other), scale, 1e-6 * scale);
  assertThrows(() => frechetDistance(one, gaussianOf([1, 2], { dims: 1 })), TypeError, "of one length");
  assertThrows(() => gaussianOf(rows.subarray(0, dims), { dims }), RangeError, "of at least 2");
});

Deno.test("precisionRecall() agrees with scikit-learn's neighbours", () => {
  for (const { a, b, made, real, dims, neighbours, ...expected } of reference.cases) {
    const [one, other] = [a, b].map((rows) => manifoldOf(Float32Array.from(rows), { dims, neighbours }));
    assertEquals([one!.radii.length, other!.radii.length], [made, real]);
    const found = precisionRecall(one!, other!);
    for (const name of ["precision", "recall", "density", "coverage"] as const) {
      assertAlmostEquals(found[name], expected[name], 1e-12, name);
    }
  }
});

Deno.test("precisionRecall() is 1 for equal sets, 0 for distant ones, and tells variety from looks", () => {
  const dims = between(rng, 1, 9), count = between(rng, 20, 40), rows = normals(count * dims);
  const real = manifoldOf(rows, { dims });
  const { precision, recall, coverage } = precisionRecall(real, real);
  assertEquals([precision, recall, coverage], [1, 1, 1]);
  const far = manifoldOf(rows.map((x) => x + 1000), { dims });
  assertEquals(precisionRecall(far, real), { precision: 0, recall: 0, density: 0, coverage: 0 });
  const same = Float32Array.from({ length: 10 * dims }, (_, at) => rows[at % dims]!); // ten times the first row
  const collapsed = precisionRecall(manifoldOf(same, { dims }), real);
  assertEquals([collapsed.precision, collapsed.recall], [1, 1 / count]);
  assertThrows(() => manifoldOf(rows.subarray(0, 3 * dims), { dims }), RangeError, "neighbours");
});
