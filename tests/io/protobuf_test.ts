import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { messageCodec } from "../../src/io/mod.ts";

const PROTO = `syntax = "proto3"; package t;
message Point { repeated float values = 1; int64 step_count = 2; string name = 3; Inner inner = 4; bytes raw = 5; }
message Inner { double x = 1; }`;

Deno.test("messageCodec() encodes as the wire format says", async () => {
  const { encode } = await messageCodec(PROTO, "t.Point");
  const expected = [0x0a, 8, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0x10, 0xac, 0x02, 0x1a, 2, 0x68, 0x69, 0x2a, 1, 7];
  assertEquals([...encode({ values: [1, 2], stepCount: 300, name: "hi", raw: Uint8Array.of(7) })], expected);
});

Deno.test("messageCodec() decodes what it encodes, numbers beyond 32 bits too", async () => {
  const { encode, decode } = await messageCodec(PROTO, "t.Point");
  const point = { values: [0.5], stepCount: 2 ** 40 + 1, name: "", inner: { x: 1 / 3 }, raw: Uint8Array.of() };
  const { raw, ...rest } = decode(encode(point));
  assertEquals(rest, { values: [0.5], stepCount: 2 ** 40 + 1, name: "", inner: { x: 1 / 3 } });
  assertEquals((raw as Uint8Array).length, 0);
});

Deno.test("messageCodec() names the message that it cannot find, encode or decode", async () => {
  await assertRejects(() => messageCodec(PROTO, "t.Line"), SyntaxError, '"t.Line"');
  const { encode, decode } = await messageCodec(PROTO, "t.Point");
  assertThrows(() => encode({ name: 5 }), TypeError, "name");
  assertThrows(() => decode(Uint8Array.of(0x0a, 200, 1)), SyntaxError, '"t.Point"');
});
