import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { darker, hex, hsl, lighter, mix } from "../../src/paint/colour.ts";
import { normal, pick } from "../../src/paint/draw.ts";
import { depth, projector } from "../../src/paint/pose.ts";
import { curve, loop, outline, path } from "../../src/paint/svg.ts";

Deno.test("curve() passes through its points and is straight where they are", () => {
  assertEquals(curve([[0, 0], [6, 0], [12, 0]]), "M0 0C1 0 4 0 6 0C8 0 11 0 12 0");
});

Deno.test("loop() ends where it begins", () => {
  const d = loop([[0, 0], [10, 0], [10, 10]]);
  assert(d.startsWith("M0 0") && d.endsWith(" 0 0Z"), d);
});

Deno.test("outline() joins runs by straight lines", () => {
  assertEquals(outline([[0, 0], [6, 0]], [[6, 6], [0, 6]]), "M0 0C1 0 5 0 6 0L6 6C5 6 1 6 0 6Z");
});

Deno.test("path() draws nothing that cannot be seen", () => {
  assertEquals(path("M0 0", { fill: "#fff", opacity: 0.004 }), "");
});

Deno.test("mix() goes from one colour to the other and no further", () => {
  assertEquals(mix([0, 10, 20], [100, 110, 120], 0.25), [25, 35, 45]);
  assertEquals(mix([0, 0, 0], [9, 9, 9], 7), [9, 9, 9]);
});

Deno.test("hsl() agrees with the colours that CSS gives", () => {
  assertEquals([hsl(0, 1, 0.5), hsl(120, 1, 0.25), hsl(240, 0.5, 0.5), hsl(-330, 1, 0.5)].map(hex), [
    "#ff0000",
    "#008000",
    "#4040bf",
    "#ff8000",
  ]);
});

Deno.test("darker() and lighter() move a colour's brightness their way", () => {
  const sum = (colour: readonly number[]) => colour.reduce((a, b) => a + b);
  assert(sum(darker([200, 150, 120], 0.2)) < 470 && sum(lighter([200, 150, 120], 0.2)) > 470);
});

Deno.test("pick() draws in proportion to the weights and never what has none", () => {
  const rng = seededRng(12);
  const counts = { a: 0, b: 0, c: 0 };
  for (let i = 0; i < 20_000; i++) counts[pick(rng, { a: 1, b: 3, c: 0 })]++;
  assertEquals(counts.c, 0);
  assertAlmostEquals(counts.b / 20_000, 0.75, 0.015); // five deviations
});

Deno.test("normal() stays within two and a half deviations", () => {
  const rng = seededRng(13);
  const draws = Array.from({ length: 20_000 }, () => normal(rng, 3, 2));
  assert(draws.every((x) => x >= -2 && x <= 8));
  assertAlmostEquals(draws.reduce((a, b) => a + b) / draws.length, 3, 0.07); // five deviations
});

Deno.test("projector() leaves the silhouette of a head that looks straight ahead where it is", () => {
  const project = projector({ yaw: 0, pitch: 0 });
  for (const [x, y] of [[70, -20], [-40, 80], [0, 0]] as const) assertEquals(project(x, y, 0), [x, y]);
});

Deno.test("projector() turns near points to the side that the head turns to", () => {
  const project = projector({ yaw: 0.2, pitch: 0 });
  assert(project(0, 40)[0] > 5 && project(0, 40, -60)[0] < -5);
});

Deno.test("depth() is the same on both sides and greatest at the middle", () => {
  for (const [x, y] of [[10, 20], [50, -60], [79, 0]] as const) {
    assertEquals(depth(x, y), depth(-x, y));
    assert(depth(x, y) < depth(0, y));
  }
});
