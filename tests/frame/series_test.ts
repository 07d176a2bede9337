import { assertEquals } from "@std/assert";
import { makeFrame } from "../../src/frame/mod.ts";
import { between, printedRng } from "../random.ts";

const ODD = [
  "",
  " ",
  "a,b",
  'a"b',
  '"',
  "line\nend",
  "\n",
  "\r",
  "NA",
  "null",
  "é",
  "😀",
  "\ufeff",
  "010",
  "\0",
  "\ud800",
];

Deno.test("makeFrame() keeps every text, however many rows and whatever it holds", async () => {
  const rng = printedRng();
  for (const rows of [0, 1, 2, 255, 256, 1023, 1500, 4001]) {
    for (const odd of [0, 0.001, 0.2]) {
      for (const kinds of [1, 5, 2000]) {
        const values = Array.from({ length: rows }, () => {
          if (rng() >= odd) return `value ${between(rng, 1, kinds)}`;
          const k = between(rng, 0, ODD.length - 1);
          return k === 0 ? null : ODD[k - 1]!;
        });
        const column = (await makeFrame({ text: values })).getColumn("text");
        assertEquals(column.dtype.variant, "String");
        assertEquals([...column.toArray()] as unknown[], values, `${rows} rows, ${odd} odd, ${kinds} kinds`);
      }
    }
  }
});

for (const [name, value] of [["a byte order mark", "\ufeffx"], ["a quote", '"x'], ["a line end", "x\ny"]] as const) {
  Deno.test(`makeFrame() keeps ${name} in the first of many different texts`, async () => {
    const values = [value, ...Array.from({ length: 2000 }, (_, i) => `${i}`)];
    assertEquals([...(await makeFrame({ text: values })).getColumn("text").toArray()] as unknown[], values);
  });
}

Deno.test("makeFrame() keeps every number, missing ones apart from NaN", async () => {
  for (const values of [[1.5, -0, NaN, Infinity, 2 ** 53], [1.5, null, NaN, -Infinity]]) {
    assertEquals([...(await makeFrame({ x: values })).getColumn("x").toArray()] as unknown[], values);
  }
});
