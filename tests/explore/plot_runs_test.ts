import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { plotRuns } from "../../src/explore/mod.ts";

const MARKS = [
  { name: "first", score: 0.7, interval: [0.68, 0.73] },
  { name: "same name", score: 0.75, interval: [0.7, 0.76] },
  { name: "same name", score: 0.72 },
] as const;

Deno.test("plotRuns() draws a dot for each run, in order and in proportion, two of one name too", async () => {
  const { svg } = await plotRuns(MARKS);
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
  assertEquals(texts.filter((text) => MARKS.some(({ name }) => name === text)), MARKS.map(({ name }) => name));
  const dots = [...svg.matchAll(/<path aria-label="[^"]*"[^>]*transform="translate\(([-\d.]+),([-\d.]+)/g)];
  const [a, b, c] = dots.map(([, x, y]) => [Number(x), Number(y)] as const);
  assertEquals(dots.length, 3, svg);
  assert(a![1] < b![1] && b![1] < c![1]);
  assertAlmostEquals((c![0] - a![0]) / (b![0] - a![0]), 0.02 / 0.05, 1e-2);
});

Deno.test("plotRuns() says where not all runs have intervals, and refuses to draw nothing", async () => {
  assert((await plotRuns(MARKS)).svg.includes("where these are known"));
  assert(!(await plotRuns(MARKS.slice(0, 2))).svg.includes("where these are known"));
  await assertRejects(() => plotRuns([]), RangeError, "current number is 0");
});
