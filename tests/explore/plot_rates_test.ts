import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { plotRates } from "../../src/explore/plot_rates.ts";

const rates = [1e-4, 1e-3, 1e-2, 1e-1, 1];

Deno.test("plotRates() draws a dot a loss, the smoothed line and the suggested rate", async () => {
  const { svg } = await plotRates({ rates, losses: [3, 2, 1, 50, NaN], smoothed: [3, 2, 1, 20], rate: 1e-3 });
  assertEquals(svg.match(/aria-roledescription="point"/g)!.length, 4); // a loss that is no number has none
  assertEquals(svg.match(/aria-roledescription="line mark"/g)!.length, 1);
  assert(svg.includes("suggested 1.00e-3"));
  const [, x] = /aria-roledescription="rule mark" transform="translate\(([\d.]+),/.exec(svg)!;
  assertAlmostEquals(Number(x), 110, 1e-6); // a quarter of the way from 1e-4 to 1, of 440 pixels
});

Deno.test("plotRates() keeps an explosion from flattening the descent", async () => {
  const { spec } = await plotRates({ rates, losses: [3, 2, 1, 1000, 1e6], smoothed: [3, 2, 1, 500], rate: 1e-3 });
  const [points] = spec.layer as { data: { values: { loss: number }[] } }[];
  assertEquals(points!.data.values.map(({ loss }) => loss), [3, 2, 1, 4.2, 4.2]);
});

Deno.test("plotRates() refuses what is no curve", async () => {
  const curve = { rates, losses: [1, 2], smoothed: [1], rate: 1 };
  await assertRejects(() => plotRates(curve), TypeError, "learning rates");
  await assertRejects(() => plotRates({ rates, losses: rates, smoothed: [], rate: 1 }), RangeError, "smoothed");
});
