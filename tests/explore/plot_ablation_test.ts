import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { plotAblation } from "../../src/explore/mod.ts";

const EFFECTS = [
  { name: "focal", difference: 0.02, low: -0.01, high: 0.05 },
  { name: "ldam", difference: -0.03, low: -0.06, high: -0.01 },
];

Deno.test("plotAblation() draws a dot with its interval for each choice, and the first at the zero line", async () => {
  const { svg } = await plotAblation(EFFECTS, { first: "crossEntropy" });
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
  assertEquals(texts.filter((text) => ["crossEntropy", "focal", "ldam"].includes(text)), [
    "crossEntropy",
    "focal",
    "ldam",
  ]);
  const marks = [...svg.matchAll(/<path aria-label="([^"]*)"[^>]*transform="translate\(([-\d.]+),/g)];
  const dots = marks.map(([, , x]) => Number(x));
  assertEquals(dots.length, 3, svg);
  const [zero, focal, ldam] = dots as [number, number, number];
  assertAlmostEquals((focal - zero) / (ldam - zero), 0.02 / -0.03, 1e-3);
  const rules = [...svg.matchAll(/<line[^>]*aria-label="[^"]*"[^>]*x2="([-\d.]+)"/g)].map(([, x]) => Number(x));
  for (const [, { low, high }] of EFFECTS.entries()) {
    const length = Math.abs((high - low) / 0.02 * (focal - zero));
    assert(rules.some((x) => Math.abs(Math.abs(x) - length) < 0.5), `${length} of ${rules}`);
  }
});

Deno.test("plotAblation() refuses to compare nothing", async () => {
  await assertRejects(() => plotAblation([], { first: "a" }), RangeError, "current number is 0");
});
