import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { classWeights } from "../../src/losses/mod.ts";
import { between, printedRng } from "../random.ts";

const RULES = ["inverse", "oneMinusShare", "effectiveNumber"] as const;

for (const weights of RULES) {
  Deno.test(`classWeights() by ${weights} have mean 1 over the classes that occur, and fall with the counts`, () => {
    const rng = printedRng();
    const counts = Array.from({ length: between(rng, 2, 20) }, (_, c) => c === 0 ? 0 : between(rng, 1, 2000)).sort((
      a,
      b,
    ) => a - b);
    counts.push(2001);
    const found = classWeights(counts, { weights, beta: 0.999 });
    const seen = [...found].filter((_, c) => counts[c]! > 0);
    assertAlmostEquals(seen.reduce((sum, weight) => sum + weight, 0) / seen.length, 1, 1e-12);
    assertEquals([...found].toSorted((a, b) => b - a), [...found]);
    assertEquals(found[0], found[1]); // without images: as the rarest with some
  });
}

Deno.test("classWeights() by effective numbers go from equal to inverse", () => {
  const counts = [300, 20, 1], inverse = classWeights(counts, { weights: "inverse", beta: 0 });
  assertEquals([...classWeights(counts, { weights: "effectiveNumber", beta: 0 })], [1, 1, 1]);
  const near = classWeights(counts, { weights: "effectiveNumber", beta: 1 - 1e-12 });
  near.forEach((weight, c) => assertAlmostEquals(weight, inverse[c]!, 1e-6));
});

Deno.test("classWeights() refuses counts that say nothing", () => {
  const weigh = (counts: number[], weights: typeof RULES[number] = "inverse") => () =>
    classWeights(counts, { weights, beta: 0.9 });
  assertThrows(weigh([0, 0]), RangeError, "all counts are 0");
  assertThrows(weigh([2, -1]), RangeError, "class 1 is -1");
  assertThrows(weigh([NaN, 1]), RangeError, "class 0 is NaN");
  assertThrows(weigh([7, 0], "oneMinusShare"), RangeError, "some weight must be positive");
});
