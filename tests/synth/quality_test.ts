import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomNormal } from "../../src/core/rng.ts";
import { symmetricEigen } from "../../src/synth/symmetric_eigen.ts";
import { frechetDistance, gaussianOf, manifoldOf, precisionRecall } from "../../src/synth/mod.ts";
import { between, printedRng } from "../random.ts";
import reference from "../reference/image_quality.json" with { type: "json" };

const rng = printedRng();

const normals = (length: number, scale = 1) => Float32Array.from({ length }, () => scale * randomNormal(rng));

/** A B of square matrices. */
const times = (a: Float64Array, b: Float64Array, side: number) =>
  Float64Array.from({ length: side * side }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < side; k++) sum += a[Math.floor(at / side) * side + k]! * b[k * side + at % side]!;
    return sum;
  });

const largest = (values: ArrayLike<number>) => Array.from(values).reduce((most, x) => Math.max(most, Math.abs(x)), 0);

const symmetric = (side: number, make: () => number) => {
  const matrix = new Float64Array(side * side);
  for (let i = 0; i < side; i++) {
    for (let j = 0; j <= i; j++) matrix[i * side + j] = matrix[j * side + i] = make();
  }
  return matrix;
};

const MATRICES: Readonly<Record<string, () => { side: number; matrix: Float64Array }>> = {
  "random": () => {
    const side = between(rng, 2, 70);
    return { side, matrix: symmetric(side, () => randomNormal(rng)) };
  },
  "of one row": () => ({ side: 1, matrix: Float64Array.of(-3) }),
  "zero": () => ({ side: 5, matrix: new Float64Array(25) }),
  "diagonal": () => ({ side: 4, matrix: Float64Array.from({ length: 16 }, (_, i) => i % 5 === 0 ? i - 5 : 0) }),
  "with equal eigenvalues": () => ({ side: 9, matrix: new Float64Array(81).fill(2) }),
  "of little rank": () => {
    const side = 31, { covariance } = gaussianOf(normals(4 * side), { dims: side });
    return { side, matrix: covariance };
  },
  "of very different sizes": () => {
    const side = 12, scales = Array.from({ length: side }, (_, i) => 10 ** (i - 6));
    const matrix = symmetric(side, () => randomNormal(rng));
    return { side, matrix: matrix.map((x, at) => x * scales[Math.floor(at / side)]! * scales[at % side]!) };
  },
};

for (const [name, make] of Object.entries(MATRICES)) {
  Deno.test(`symmetricEigen() decomposes a matrix ${name}`, () => {
    const { side, matrix } = make(), { values, vectors } = symmetricEigen(matrix, { side });
    const transposed = vectors.map((_, at) => vectors[at % side * side + Math.floor(at / side)]!);
    const scaled = vectors.map((x, at) => x * values[Math.floor(at / side)]!), size = largest(matrix);
    const tolerance = 1e-14 * side * Math.max(1e-300, size); // a few roundings an entry
    times(transposed, scaled, side).forEach((x, at) => assertAlmostEquals(x, matrix[at]!, tolerance, `${at}`));
    times(vectors, transposed, side).forEach((x, at) => assertAlmostEquals(x, at % (side + 1) === 0 ? 1 : 0, 1e-13));
    const alone = symmetricEigen(matrix, { side, vectors: false });
    assertEquals([alone.values, alone.vectors.length], [values, 0]);
  });
}

Deno.test("symmetricEigen() refuses numbers that are not finite, and another size", () => {
  assertThrows(() => symmetricEigen([1, NaN, NaN, 1], { side: 2 }), TypeError, "must hold finite numbers");
  assertThrows(() => symmetricEigen([1, 2, 3], { side: 2 }), TypeError, "must be 2 x 2: it has 3");
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
