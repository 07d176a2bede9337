import {
  assert,
  assertAlmostEquals,
  assertEquals,
  AssertionError,
  assertLess,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";

Deno.test("assertEquals() tells apart what differs in value, kind or keys", () => {
  assertEquals({ a: [1, new Map([["x", Int32Array.of(1)]])] }, { a: [1, new Map([["x", Int32Array.of(1)]])] });
  for (
    const [a, b] of [[1, 2], [Int32Array.of(1), Float32Array.of(1)], [{ a: undefined }, {}], [NaN, 0]] as [
      unknown,
      unknown,
    ][]
  ) {
    assertThrows(() => assertEquals(a, b), AssertionError);
  }
});

Deno.test("assertAlmostEquals() allows 1e-7 of the expected value unless told otherwise", () => {
  assertAlmostEquals(1e6 + 0.05, 1e6);
  assertThrows(() => assertAlmostEquals(1e-6 + 1e-12, 1e-6), AssertionError);
  assertAlmostEquals(1, 1.4, 0.5);
  assertThrows(() => assertAlmostEquals(NaN, 1, 1), AssertionError);
});

Deno.test("assertThrows() checks that there is an error, its class and its message", () => {
  const bad = () => {
    throw new RangeError("too far");
  };
  assertEquals(assertThrows(bad, RangeError, "far").message, "too far");
  assertThrows(() => assertThrows(bad, TypeError), AssertionError, "RangeError");
  assertThrows(() => assertThrows(bad, RangeError, "near"), AssertionError, "near");
  assertThrows(() => assertThrows(() => 1), AssertionError);
});

Deno.test("assertRejects() checks the same of a promise", async () => {
  const bad = () => Promise.reject(new RangeError("too far"));
  assertEquals((await assertRejects(bad, RangeError, "far")).message, "too far");
  await assertRejects(() => assertRejects(bad, TypeError), AssertionError);
  await assertRejects(() => assertRejects(() => Promise.resolve(1)), AssertionError);
});

Deno.test("assert(), assertLess() and assertMatch() fail where they should", () => {
  assertThrows(() => assert(0, "why"), AssertionError, "why");
  assertThrows(() => assertLess(1, 1), AssertionError);
  assertThrows(() => assertMatch("a", /b/), AssertionError);
});
