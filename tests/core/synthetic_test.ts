import { assertEquals } from "@std/assert";
import { isSynthetic, SYNTHETIC_PREFIX } from "../../src/core/mod.ts";

Deno.test("isSynthetic() tells generated samples and groups by what their ids begin with", () => {
  const id = `${SYNTHETIC_PREFIX}000001`;
  assertEquals([id, `${id}_male_synthetic_60/mask1`].map(isSynthetic), [true, true]);
  assertEquals(["000001", `000001_male_${SYNTHETIC_PREFIX}_60/mask1`, ""].map(isSynthetic), [false, false, false]);
});
