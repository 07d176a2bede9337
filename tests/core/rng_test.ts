import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { randomInt, randomNormal, seededRng, shuffled } from "../../src/core/rng.ts";

Deno.test("seededRng() repeats its sequence for the same seed and no other", () => {
  const draw = (seed: number) => Array.from({ length: 8 }, seededRng(seed));
  assertEquals(draw(7), draw(7));
  assertNotEquals(draw(7), draw(8));
});

Deno.test("seededRng() forks do not depend on draws and differ by label", () => {
  const rng = seededRng(1);
  const first = rng.fork("a")();
  for (let i = 0; i < 100; i++) rng();
  assertEquals(rng.fork("a")(), first);
  assertNotEquals(rng.fork("b")(), first);
  assertNotEquals(rng.fork("a").fork("a")(), first);
});

Deno.test("seededRng() is uniform over 64 bins and over neighbouring forks", () => {
  const n = 64_000;
  for (
    const [name, draw] of [["draws", seededRng(3)], [
      "forks",
      ((i = 0) => () => seededRng(3).fork(i++)())(),
    ]] as const
  ) {
    const bins = new Array<number>(64).fill(0);
    for (let i = 0; i < n; i++) bins[Math.floor(draw() * 64)]!++;
    const chi2 = bins.reduce((sum, count) => sum + (count - n / 64) ** 2 / (n / 64), 0);
    assert(chi2 < 110, `chi squared of ${name} over 63 degrees of freedom is ${chi2}`); // p = 2e-4
  }
});

Deno.test("randomNormal() has mean 0 and variance 1", () => {
  const rng = seededRng(5);
  let sum = 0, squares = 0;
  for (let i = 0; i < 100_000; i++) {
    const x = randomNormal(rng);
    sum += x;
    squares += x * x;
  }
  assert(Math.abs(sum / 1e5) < 0.015 && Math.abs(squares / 1e5 - 1) < 0.02); // over four standard errors
});

Deno.test("shuffled() returns every item once and leaves its input alone", () => {
  const items = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const out = shuffled(items, seededRng(2));
  assertEquals(items, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(out.toSorted((a, b) => a - b), items);
  assertNotEquals(out, items);
  assert(randomInt(seededRng(1), 3) < 3);
});
