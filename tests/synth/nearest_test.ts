import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomInt, randomNormal } from "../../src/core/rng.ts";
import { nearestRows } from "../../src/synth/nearest.ts";
import { nearness } from "../../src/synth/mod.ts";
import { between, printedRng } from "../random.ts";

const rng = printedRng();
const normals = (length: number) => Float32Array.from({ length }, () => randomNormal(rng));

Deno.test("nearestRows() finds what a plain search of all pairs finds", () => {
  const dims = between(rng, 1, 200), many = between(rng, 2, 30), from = normals(7 * dims), to = normals(many * dims);
  const distance = (i: number, j: number) =>
    Math.sqrt(
      Array.from({ length: dims }, (_, d) => (from[i * dims + d]! - to[j * dims + d]!) ** 2)
        .reduce((sum, x) => sum + x, 0),
    );
  const counts = (i: number, j: number) => i % 2 === j % 2;
  const { places, distances } = nearestRows(from, to, { dims, counts });
  for (let i = 0; i < 7; i++) {
    const allowed = Array.from({ length: many }, (_, j) => j).filter((j) => counts(i, j));
    const best = allowed.reduce((a, b) => distance(i, b) < distance(i, a) ? b : a);
    assertEquals(places[i], best);
    assertAlmostEquals(distances[i]!, distance(i, best), 1e-9);
  }
  const none = nearestRows(from, to, { dims, counts: () => false });
  assertEquals([none.places[0], none.distances[0]], [-1, Infinity]);
});

Deno.test("nearness() is 1 for copies, and about 0.05 for new persons", () => {
  const dims = 3, persons = 400, groups = Array.from({ length: 2 * persons }, (_, i) => `${i % persons}`);
  const own = normals(persons * dims);
  // Two pictures of each person, hardly apart: the threshold must be of different persons.
  const train = Float32Array.from({ length: 2 * persons * dims }, (_, at) => own[at % own.length]! + 1e-4 * rng());
  const { share, heldOut, threshold, nearest } = nearness(own, train, { dims, groups, heldOut: normals(1000 * dims) });
  assertEquals(share, 1);
  assert(threshold > 1e-3);
  assertAlmostEquals(heldOut!, 0.05, 0.04);
  assertEquals(Array.from(nearest.places, (j) => j % persons), [...own.keys()].slice(0, persons));
});

Deno.test("nearness() takes pixels, and a threshold of some training images", () => {
  const pixels = Uint8Array.from({ length: 20 * 12 }, () => randomInt(rng, 256));
  const groups = Array.from({ length: 20 }, (_, i) => `${i}`);
  const all = nearness(pixels, pixels, { dims: 12, groups });
  assertEquals([all.share, all.heldOut], [1, null]);
  const some = Int32Array.of(3, 8), { threshold } = nearness(pixels, pixels, { dims: 12, groups, some });
  const apart = nearestRows(pixels, pixels, { dims: 12, counts: (i, j) => i !== j }).distances;
  assertEquals(threshold, Math.min(apart[3]!, apart[8]!));
  assertThrows(() => nearness(pixels, pixels, { dims: 12, groups: groups.map(() => "a") }), RangeError, "two persons");
  assertThrows(() => nearness(pixels, pixels, { dims: 12, groups: ["a"] }), TypeError, "groups");
});
