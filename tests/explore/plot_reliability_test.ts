import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { plotReliability } from "../../src/explore/mod.ts";

const ROWS = [
  { name: null, count: 30, confidence: 0.25, frequency: 0.5 },
  { name: null, count: 70, confidence: 0.75, frequency: 0.6 },
];

/** Centres of the dots, in pixels. */
function dots(svg: string): [number, number][] {
  return [...svg.matchAll(/aria-roledescription="point" transform="translate\(([-\d.]+),([-\d.]+)\)/g)]
    .map(([, x, y]) => [Number(x), Number(y)]);
}

Deno.test("plotReliability() draws a dot for each bin, at its probability and at how often that came true", async () => {
  const { svg } = await plotReliability(ROWS);
  const found = dots(svg);
  assertEquals(found.length, 2, svg);
  const [few, many] = found as [[number, number], [number, number]];
  assertAlmostEquals((many[0] - few[0]) / 320, 0.5, 1e-6);
  assertAlmostEquals((many[1] - few[1]) / 320, -0.1, 1e-6); // upwards is less
});

Deno.test("plotReliability() draws a chart for each class, with the line that probabilities should keep", async () => {
  const rows = ["worn", "off", "wrong"].flatMap((name) => ROWS.map((row) => ({ ...row, name })));
  const { svg } = await plotReliability(rows, { title: "By class" });
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
  assertEquals(texts.filter((text) => ["worn", "off", "wrong"].includes(text)), ["worn", "off", "wrong"]);
  assertEquals(dots(svg).length, 6);
  assertEquals(svg.match(/stroke-dasharray="4,3"/g)?.length, 3);
  assert(texts.includes("By class"));
});

Deno.test("plotReliability() refuses to draw nothing", async () => {
  await assertRejects(() => plotReliability([]), RangeError, "at least one row");
});
