import { assertEquals, assertRejects } from "@std/assert";
import { makeFrame } from "../../src/frame/columns.ts";
import { isFrame } from "../../src/frame/polars.ts";

Deno.test("makeFrame() types columns by what they hold", async () => {
  const frame = await makeFrame({
    text: ["01", null],
    number: [null, 2],
    count: Int32Array.of(3, 4),
    share: Float32Array.of(0.5, NaN),
    nothing: [null, null],
  });
  assertEquals(
    frame.getColumns().map((column) => column.dtype.variant),
    ["String", "Float64", "Int32", "Float32", "String"],
  );
  assertEquals(
    frame.toRecords() as unknown[],
    [{ text: "01", number: null, count: 3, share: 0.5, nothing: null }, {
      text: null,
      number: 2,
      count: 4,
      share: NaN,
      nothing: null,
    }],
  );
});

Deno.test("makeFrame() does not share memory with its input", async () => {
  const count = Int32Array.of(1, 2);
  const frame = await makeFrame({ count });
  count[0] = 9;
  assertEquals(frame.getColumn("count").toArray() as number[], [1, 2]);
});

Deno.test("makeFrame() refuses mixed and ragged columns", async () => {
  await assertRejects(() => makeFrame({ a: ["x", 1] as never }), TypeError, `"a" mixes string and number`);
  await assertRejects(() => makeFrame({ a: ["x"], b: [1, 2] }), TypeError, "a 1, b 2");
});

Deno.test("isFrame() knows frames from series and records", async () => {
  const frame = await makeFrame({ a: [1] });
  assertEquals([frame, frame.filter(frame.getColumn("a").gt(0)), frame.getColumn("a"), { a: 1 }, null].map(isFrame), [
    true,
    true,
    false,
    false,
    false,
  ]);
});
