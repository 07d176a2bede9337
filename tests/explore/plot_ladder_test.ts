import { assert, assertEquals, assertRejects } from "@std/assert";
import { plotLadder } from "../../src/explore/mod.ts";

const RUNGS = [
  { name: "single model", score: 0.7, low: 0.6, high: 0.8, kept: true },
  { name: "TTA", score: 0.75, low: 0.66, high: 0.82, kept: true },
  { name: "offsets", score: 0.73, low: 0.65, high: 0.8, kept: false },
];

/** The marks' places from left to right, in pixels, of one shape. */
const places = (svg: string) =>
  [...svg.matchAll(/<path aria-label="([^"]*)"[^>]*transform="translate\(([-\d.]+),/g)].map(([, , x]) => Number(x));

Deno.test("plotLadder() draws the steps from top to bottom, each score with its difference to the first", async () => {
  const { svg } = await plotLadder(RUNGS);
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
  assertEquals(texts.filter((text) => RUNGS.some(({ name }) => name === text)), RUNGS.map(({ name }) => name));
  for (const text of ["0.7000", "0.7500 (+0.0500)", "0.7300 (+0.0300)"]) assert(texts.includes(text), text);
  const [first, second, third] = places(svg) as [number, number, number];
  assert(Math.abs((third - first) / (second - first) - 0.6) < 1e-3, `${first} ${second} ${third}`);
});

Deno.test("plotLadder() tells what was left out, and test images, by marks of their own", async () => {
  const kept = await plotLadder(RUNGS.slice(0, 2));
  assert(!kept.svg.includes("left out") && !kept.svg.includes(">test<"));
  const { svg } = await plotLadder(RUNGS.map((rung) => ({ ...rung, test: rung.score + 0.01 })));
  assert(svg.includes("left out") && svg.includes(">test<"));
  assertEquals(places(svg).length, places((await plotLadder(RUNGS)).svg).length + RUNGS.length);
});

Deno.test("plotLadder() refuses a ladder without steps", async () => {
  await assertRejects(() => plotLadder([]), RangeError, "at least one step");
});
